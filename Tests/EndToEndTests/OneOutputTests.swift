import Foundation
import TestSupport
import Testing

@testable import Surety

@Suite("Networks of one output")
struct OneOutputTests {
  /// `scale * (sum of both inputs) + offset`, through a ReLU or a sigmoid if asked for.
  private func network(
    scale: Double = 1, offset: Double = -1, after: (any Networks.Operation)? = nil,
    output: Shape = [1, 1]
  ) throws -> Network {
    var network = Network(input: [1, 2])
    let weight = network.addParameter("w", Tensor([2, 1], [scale, scale]))
    let bias = network.addParameter("b", Tensor([1], [offset]))
    try network.add(Linear(weight: weight, bias: bias), [0])
    if let after { try network.add(after, [network.output]) }
    if output != [1, 1] { try network.add(Reshape(to: output), [network.output]) }
    return network
  }

  /// Sums 0.6 and 1.4.
  private let images = try? ImageSet(
    named: "pairs", shape: [1, 1, 2], classes: ["0", "1"], values: [0.25, 0.35, 0.75, 0.65],
    labels: [0, 1])

  private func verdicts(
    _ network: Network, _ epsilon: Double, threshold: Double? = nil, labels: [Int] = [0, 1]
  ) throws -> [ExampleVerdict] {
    let set = try ImageSet(
      named: "pairs", shape: [1, 1, 2], classes: ["0", "1"], values: [0.25, 0.35, 0.75, 0.65],
      labels: labels)
    return try Plain.results(network, set, epsilon: epsilon) { $0.threshold = threshold }
      .map(\.verdict)
  }

  @Test("Class 1 is above the threshold, whatever the shape of the output")
  func verdicts() throws {
    for output in [[1, 1], [1], []] as [Shape] {
      let network = try network(output: output)
      #expect(try verdicts(network, 0.19) == [.certified, .certified])
      #expect(try verdicts(network, 0.21) == [.violated, .violated])
      #expect(try verdicts(network, 0.1, labels: [1, 0]) == [.misclassified, .misclassified])
    }
    // The threshold 0.3 lies at the sum 1.3.
    let network = try network()
    #expect(try verdicts(network, 0.04, threshold: 0.3) == [.certified, .certified])
    #expect(try verdicts(network, 0.06, threshold: 0.3) == [.certified, .violated])
    #expect(try verdicts(network, 0.04, threshold: 0.5) == [.certified, .misclassified])
  }

  @Test("A sigmoid at the end has its threshold in the middle")
  func sigmoid() throws {
    for output in [[1, 1], [1]] as [Shape] {
      let network = try network(after: Sigmoid(), output: output)
      let fitted = try ExampleNetwork(network, for: #require(images), .none)
      #expect(fitted.threshold == 0.5)
      #expect(try verdicts(network, 0.18) == [.certified, .certified])
      #expect(try verdicts(network, 0.21) == [.violated, .violated])
    }
    #expect(try ExampleNetwork(network(after: Tanh()), for: #require(images), .none).threshold == 0)
  }

  @Test("An output that comes to the threshold and not above it violates nothing")
  func ties() throws {
    // max(0, x + y - 3) is 0 for all inputs from 0 to 1, and 0 is not above 0.
    let dead = try network(offset: -3, after: ReLU())
    let found = try verdicts(dead, 0.5, labels: [0, 0])
    #expect(!found.contains(.violated) && !found.contains(.misclassified), "\(found)")
    // Class 1 is above the threshold only.
    #expect(try verdicts(dead, 0.5, labels: [1, 1]) == [.misclassified, .misclassified])
  }

  @Test("An output that does not depend on the input is decided, or left open with a reason")
  func constants() throws {
    let up = try network(scale: 0, offset: 1)
    #expect(try verdicts(up, 0.5, labels: [1, 1]) == [.certified, .certified])
    let tie = try network(scale: 0, offset: 0)
    let found = try verdicts(tie, 0.5, labels: [0, 0])
    #expect(!found.contains(.violated), "\(found)")
  }

  @Test("Radii end at the threshold")
  func radii() throws {
    let certifier = try Certifier(
      network(), modelDigest: "0", images: #require(images), options: CertifierOptions(epsilon: 1))
    var search = RadiusSearch(certifier)
    for example in 0...1 {
      let radius = try search.radius(of: example)
      let certified = try #require(radius.certified)
      #expect(certified > 0.19 && certified < 0.2)
      #expect((radius.violated ?? 0) >= 0.2 && (radius.violated ?? 1) < 0.205)
    }
  }

  @Test("The command says which threshold it used, and keeps results of another apart")
  func command() throws {
    let folder = try TemporaryFolder()
    let model = "\(folder.path)/m.onnx"
    try network(after: Sigmoid()).write(toONNX: model)
    let data = try folder.file("t.csv", "0.25,0.35,0\n0.75,0.65,1\n")
    let arguments = [
      "certify", model, "--data", "table:\(data)", "--eps", "0.1", "--out", "\(folder.path)/out",
    ]
    let outcome = try Program.run(arguments)
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(outcome.output.contains("class 1 where the one output is above 0.5"))
    let other = try Program.run(arguments + ["--threshold", "0.6"])
    #expect(other.code == 2 && other.errors.contains("threshold 0.5"), "\(other.errors)")
    let two = try Program.run(
      "certify", model, "--data", "digits", "--eps", "0.1", "--threshold", "nan", "--out",
      "\(folder.path)/none")
    #expect(two.code == 2)
  }

  @Test("A recorded counterexample is run again by the threshold of the record")
  func replay() throws {
    let folder = try TemporaryFolder()
    let model = "\(folder.path)/m.onnx"
    try network().write(toONNX: model)
    let data = try folder.file("t.csv", "0.25,0.35,0\n0.75,0.65,1\n")
    let out = "\(folder.path)/out"
    // Sums 0.6 and 1.4, and the threshold 0.3 lies at the sum 1.3; the second one gets below.
    let run = try Program.run(
      "certify", model, "--data", "table:\(data)", "--eps", "0.1", "--threshold", "0.3", "--out",
      out)
    #expect(run.code == 0, "\(run.errors)")
    let record = "\(out)/certificates.jsonl"
    let outcome = try Program.run(
      "evaluate", model, "--record", record, "--example", "1", "--threads", "1", "--quiet")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let object = try outcome.object()
    #expect(object["agrees"] as? Bool == true && object["prediction"] as? Int == 0)
    let outputs = try #require((object["outputs"] as? [[Double]])?.first)
    #expect(abs((object["threshold"] as? Double ?? 0) - 0.3) < 1e-6)
    #expect(outputs.count == 2 && outputs[1] <= outputs[0] && abs(outputs[0] - 0.3) < 1e-6)
    // Changed records are noticed: by another threshold the answer is right.
    let text = try String(contentsOfFile: record, encoding: .utf8)
    let changed = try folder.file(
      "changed.jsonl",
      text.replacing(#/"threshold":0\.3[0-9]*/#, with: "\"threshold\":-1"))
    #expect(changed != record && !text.contains("\"threshold\":-1"))
    let wrong = try Program.run("evaluate", model, "--record", changed, "--example", "1")
    #expect(wrong.code == 1)
    #expect(try wrong.object()["agrees"] as? Bool == false)
  }

  @Test("Labels that do not fit are refused with what the network has")
  func labels() throws {
    let table = try ImageSet(
      named: "pairs", shape: [1, 1, 2], classes: ["0", "1", "2"], values: [0, 0, 1, 1, 1, 0],
      labels: [0, 1, 2])
    #expect(
      Plain.problem { _ = try ExampleNetwork(network(), for: table, .none) }
        == "pairs: label 2 of example 2, the network has one output, which tells 2 classes apart (0 and 1)"
    )
  }

  @Test("A threshold for several outputs is refused")
  func several() throws {
    var network = Network(input: [1, 2])
    try network.add(ReLU(), [0])
    #expect(
      Plain.problem { _ = try verdicts(network, 0.1, threshold: 0.5) }
        == "--threshold: is for a network of one output; this one has 2, one for each class")
  }
}
