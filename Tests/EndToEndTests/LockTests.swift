import Foundation
import Surety
import TestSupport
import Testing

@Suite("Two processes and one place to write to")
struct LockTests {
  /// Whether a line says who has a place.
  private func isRefusal(_ line: String, _ place: String, _ command: String) -> Bool {
    let rest = line.replacing("surety: error: \(place): is in use by process ", with: "")
    return rest.wholeMatch(
      of:
        #/\d+ \(surety (\w+), since 20[^)]*\); wait until that has ended, or choose another place\n/#
    )?.1 == Substring(command)
  }

  @Test("The second run of certify into a folder is turned away, and the first is not disturbed")
  func certify() throws {
    let folder = try TemporaryFolder()
    let (model, out) = (try digitsModel(in: folder), "\(folder.path)/out")
    let arguments = [
      "certify", model, "--data", "digits", "--eps", "1/16", "--methods", "ibp,crown", "--out", out,
      "--batch", "4",
    ]
    let (output, errors) = (Pipe(), Pipe())
    let first = try Program.start(arguments, output: output, errors: errors)
    waitUntil { FileManager.default.fileExists(atPath: "\(out)/certificates.jsonl") }
    kill(first.processIdentifier, SIGSTOP)
    for more in [[], ["--restart"]] {
      let second = try Program.run(arguments + more)
      #expect(second.code == 2 && isRefusal(second.errors, out, "certify"), "\(second)")
    }
    kill(first.processIdentifier, SIGCONT)
    first.waitUntilExit()
    #expect(first.terminationStatus == 0)
    let lines = try ResultLog.lines(of: "\(out)/certificates.jsonl")
    #expect(lines.map(\.example).sorted() == Array(0..<297))
    #expect(!FileManager.default.fileExists(atPath: "\(out)/.lock"))
    // What a killed process left is no obstacle.
    try "process 4194305 (surety certify, since 2020-01-01T00:00:00Z)\n".write(
      toFile: "\(out)/.lock", atomically: true, encoding: .utf8)
    #expect(try Program.run(arguments).code == 0)
  }

  @Test("So are the second training, the second table and the second search")
  func others() throws {
    let folder = try TemporaryFolder()
    let tiny = try TinyTraining(epochs: 2)
    try FileManager.default.createDirectory(
      atPath: tiny.path("out"), withIntermediateDirectories: true)
    let model = try digitsModel(in: folder)
    let property = try digitProperty(3, radius: 0.1, in: folder)
    let table = try folder.file("instances.csv", "\(model),\(property),10\n")
    for (place, arguments, lock) in [
      (tiny.path("out"), tiny.arguments("out"), try OutputLock(folder: tiny.path("out"))),
      (
        "\(folder.path)/answers.csv", ["batch", table, "--out", "\(folder.path)/answers.csv"],
        try OutputLock(file: "\(folder.path)/answers.csv")
      ),
      (
        "\(folder.path)/tree", ["verify", model, property, "--checkpoint", "\(folder.path)/tree"],
        try OutputLock(file: "\(folder.path)/tree")
      ),
    ] {
      let second = try Program.run(arguments)
      #expect(
        second.code == 2 && second.errors.contains("\(place): is in use by process"), "\(second)")
      lock.release()
      #expect(try Program.run(arguments).code == 0)
    }
  }
}

/// Waits until something holds, at most half a minute.
func waitUntil(_ holds: () -> Bool) {
  for _ in 0..<15_000 where !holds() { usleep(2_000) }
}
