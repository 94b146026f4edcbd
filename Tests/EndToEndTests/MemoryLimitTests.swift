import Foundation
import Surety
import Testing

@Suite("The memory of the process stays below --memory")
struct MemoryLimitTests {
  /// The largest memory that a process has held, in bytes; nil where the system does not tell.
  private func peak(of process: Process) -> Int? {
    guard
      let status = try? String(
        contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8),
      let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") })
    else { return nil }
    return line.split(whereSeparator: \.isWhitespace).dropFirst().first.flatMap { Int($0) }
      .map { $0 << 10 }
  }

  @Test(
    "A search that would take more keeps to it",
    .enabled(if: FileManager.default.fileExists(atPath: "/proc/self/status"), "needs /proc"))
  func search() throws {
    let folder = try TemporaryFolder()
    let question = try DigitsQuestion(in: folder, example: 1, epsilon: 0.19)
    func run(_ memory: String) throws -> (peak: Int, output: String) {
      let (output, errors) = (Pipe(), Pipe())
      let process = try Program.start(
        ["verify", question.model, question.property, "--timeout", "8", "--memory", memory],
        output: output, errors: errors)
      var highest = 0
      while process.isRunning {
        highest = max(highest, peak(of: process) ?? 0)
        Thread.sleep(forTimeInterval: 0.02)
      }
      return (
        highest,
        String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      )
    }
    let free = try run("4G")
    let bound = try run("110M")
    #expect(!bound.output.hasPrefix("error"), "\(bound.output)")
    #expect(free.peak > 110 << 20, "a question that takes more is needed: \(free.peak >> 20) MiB")
    #expect(bound.peak <= 110 << 20, "\(bound.peak >> 20) MiB")
  }
}
