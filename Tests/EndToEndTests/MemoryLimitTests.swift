import Foundation
import Surety
import TestSupport
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

  @Test(
    "Bounds of 49,152 outputs keep to it and need no matrix of outputs by outputs",
    arguments: BoundMethod.allCases)
  func manyOutputs(method: BoundMethod) throws {
    let folder = try TemporaryFolder()
    // A decoder of four numbers to an image, enlarged by copying.
    var network = Network(input: [1, 4])
    var random = SplitMix64(seed: 4)
    let values = (0..<4 * 48).map { _ in Double.random(in: -1...1, using: &random) }
    let weight = network.addParameter("w", Tensor([4, 48], values))
    let a = try network.add(Linear(weight: weight, bias: nil), [0])
    let b = try network.add(ReLU(), [a])
    let c = try network.add(Reshape(to: [1, 3, 4, 4]), [b])
    let large = (0..<128).map { Int32($0 / 32) }
    let d = try network.add(Selection(axis: 2, indices: large), [c])
    try network.add(Selection(axis: 3, indices: large), [d])
    let region = try Region.ball(around: [0.1, -0.2, 0.3, 0.4], radius: 0.2, norm: .infinity)
    let bounds = try network.bounds(over: region, by: method)
    #expect(bounds.lower.count == 49_152 && bounds.isFinite)
    for _ in 0..<40 {
      let x = zip(region.lower, region.upper).map { Double.random(in: $0...$1, using: &random) }
      let y = network.outputs(for: [x])[0]
      for (place, value) in y.enumerated() {
        #expect(bounds.lower[place] - 1e-9 <= value && value <= bounds.upper[place] + 1e-9)
      }
    }
    // The same bounds without the copies.
    var small = Network(input: [1, 4])
    let same = small.addParameter("w", Tensor([4, 48], values))
    let e = try small.add(Linear(weight: same, bias: nil), [0])
    try small.add(ReLU(), [e])
    let plain = try small.bounds(over: region, by: method)
    for channel in 0..<3 {
      for y in 0..<128 {
        let (from, to) = (channel * 16 + y / 32 * 4, (channel * 128 + y) * 128)
        for x in [0, 31, 32, 100, 127] {
          #expect(abs(bounds.lower[to + x] - plain.lower[from + x / 32]) < 1e-9)
          #expect(abs(bounds.upper[to + x] - plain.upper[from + x / 32]) < 1e-9)
        }
      }
    }
    let model = "\(folder.path)/decoder.onnx"
    try network.write(toONNX: model)
    let center = try folder.file("center.json", "[0.1, -0.2, 0.3, 0.4]")
    let arguments = [
      "bounds", model, "--center", center, "--eps", "0.2", "--method", method.rawValue,
      "--json",
    ]
    if method == .ibp {
      let outcome = try Program.run(arguments + ["--memory", "400M"])
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    let refused = try Program.run(arguments + ["--memory", "20M"])
    #expect(
      refused.code == 2
        && refused.errors.contains("--memory: 20M is less than this network takes, about"))
  }
}
