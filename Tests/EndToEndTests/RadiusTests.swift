import Foundation
import Surety
import TestSupport
import Testing

@Suite("The largest certified radius")
struct RadiusTests {
  private func certifier(_ epsilon: Double, _ completion: CompleteMethod?) throws -> Certifier {
    var options = CertifierOptions(epsilon: epsilon)
    options.completeMethod = completion
    return try Certifier(
      EmbeddedNetwork.digits(), modelDigest: EmbeddedNetwork.digitsDigest,
      images: Datasets.digits(.test), options: options)
  }

  private func verdict(_ example: Int, _ epsilon: Double) throws -> ExampleVerdict? {
    var line: ResultLine?
    try certifier(epsilon, .branchAndBound).certify([example]) { line = $0 }
    return line?.verdict
  }

  @Test("Radii are what certification says of them, and few questions find them")
  func agreement() throws {
    var search = RadiusSearch(try certifier(1, .branchAndBound))
    search.timeout = .seconds(4)
    var found = 0
    for example in [0, 4, 5] {
      let radius = try search.radius(of: example)
      #expect(radius.probes < 40)
      let certified = try #require(radius.certified)
      guard let violated = radius.violated, violated > 0 else { continue }
      #expect(certified < violated)
      #expect(certified > 0.5 * violated, "example \(example): \(radius)")
      #expect(try verdict(example, certified) == .certified)
      #expect(try verdict(example, violated * 1.05) == .violated)
      found += 1
    }
    #expect(found == 3)
  }

  @Test("A search without bounds certifies nothing, but finds counterexamples")
  func interruption() throws {
    var search = RadiusSearch(try certifier(1, nil))
    let radius = try search.radius(of: 0) { true }
    #expect(radius.certified == 0 && radius.probes <= 1)
  }

  @Test("The command prints a row for each example")
  func command() throws {
    let folder = try TemporaryFolder()
    let model = "\(folder.path)/digits.onnx"
    try EmbeddedNetwork.digits().write(toONNX: model)
    let outcome = try Program.run(
      "radius", model, "--data", "digits", "--first", "2", "--eps", "0.5", "--json")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let examples = try #require(try outcome.object()["examples"] as? [[String: Any]])
    #expect(examples.count == 2)
    for example in examples {
      #expect((example["certified"] as? Double ?? 0) > 0)
    }
  }

  /// A network that always gives the second output, which is wrong about most images.
  private func constantModel(in folder: TemporaryFolder) throws -> String {
    let path = "\(folder.path)/constant.onnx"
    var network = Network(input: Shape([1, 1, 8, 8]), named: "x")
    let weight = network.addParameter("w", Tensor([64, 10], [Double](repeating: 0, count: 640)))
    let bias = network.addParameter("b", Tensor([10], [0, 1] + [Double](repeating: 0, count: 8)))
    let flat = try network.add(Reshape(to: [1, 64]), [0])
    network.setOutput(try network.add(Linear(weight: weight, bias: bias), [flat]), named: "y")
    try network.write(toONNX: path)
    return path
  }

  @Test(
    "A wrong answer has no radius and counts in no mean; a right one that never changes has the largest"
  )
  func misclassified() throws {
    let folder = try TemporaryFolder()
    let model = try constantModel(in: folder)
    let outcome = try Program.run(
      "radius", model, "--data", "digits", "--first", "10", "--eps", "0.5", "--json",
      "--no-preflight")
    let object = try outcome.object()
    let examples = try #require(object["examples"] as? [[String: Any]])
    let right = examples.filter { $0["prediction"] as? Int == $0["label"] as? Int }
    #expect(!right.isEmpty && right.count < 10)
    for example in examples {
      let isRight = example["prediction"] as? Int == example["label"] as? Int
      #expect(example["certified"] as? Double == (isRight ? 0.5 : nil))
      #expect(example["violated"] == nil)
    }
    #expect(object["misclassified"] as? Int == 10 - right.count)
    #expect(object["mean_certified"] as? Double == 0.5)
    let curve = try #require(object["curve"] as? [String: Any])
    let points = try #require(curve["points"] as? [[String: Double]])
    let part = Double(right.count) / 10
    #expect(points.last?["epsilon"] == 0.5)
    #expect(points.allSatisfy { $0["certified_accuracy"] == part && $0["attack_accuracy"] == part })
  }

  @Test("A run in a folder goes on where it stopped, and its curve says what the lines say")
  func folder() throws {
    let folder = try TemporaryFolder()
    let model = try digitsModel(in: folder)
    let out = "\(folder.path)/out"
    func run(_ first: Int, _ more: String...) throws -> Program.Outcome {
      try Program.run(
        ["radius", model, "--data", "digits", "--first", "\(first)", "--eps", "0.5", "--out", out]
          + more)
    }
    #expect(try run(2).code == 0)
    let log = "\(out)/radius.jsonl"
    let early = try String(contentsOfFile: log, encoding: .utf8)
    // A line that was cut off is dropped.
    try (early + "{\"schema\":1,\"exam").write(toFile: log, atomically: true, encoding: .utf8)
    let second = try run(4, "--resume", "--json")
    #expect(second.code == 0, "\(second.errors)")
    let text = try String(contentsOfFile: log, encoding: .utf8)
    #expect(text.hasPrefix(early), "lines that were there stay")
    #expect(text.split(separator: "\n").count == 4)
    let lines = try text.split(separator: "\n").map {
      try JSONDecoder().decode(RadiusLine.self, from: Data($0.utf8))
    }
    #expect(lines.map(\.radius.example) == [0, 1, 2, 3])
    let summary = try JSONDecoder().decode(
      RadiusSummary.self, from: Data(contentsOf: URL(fileURLWithPath: "\(out)/summary.json")))
    #expect(summary.count == 4 && summary.run.region.epsilon == 0.5)
    for point in summary.curve.points {
      let certified = lines.count { ($0.radius.certified ?? -1) >= point.epsilon }
      #expect(point.certifiedAccuracy == Double(certified) / 4)
      #expect(point.certifiedAccuracy <= point.attackAccuracy)
    }
    let other = try run(4, "--tolerance", "0.1")
    #expect(other.code == 2)
    #expect(
      other.errors
        == "surety: error: \(log): holds results of another run (tolerance 0.01); choose another --out, or start over with --restart\n"
    )
    #expect(try run(1, "--tolerance", "0.1", "--restart").code == 0)
    #expect(try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").count == 1)
    let mixed = try Program.run(
      "attack", model, "--data", "digits", "--first", "1", "--eps", "0.1", "--out", out)
    #expect(
      mixed.errors
        == "surety: error: \(out): holds the results of another command (radius.jsonl); choose another --out\n"
    )
  }
}
