import Foundation
import Surety
import Testing

@Suite("The largest certified radius")
struct RadiusTests {
  private func certifier(_ epsilon: Double, _ completion: Completion?) throws -> Certifier {
    var options = CertifierOptions(epsilon: epsilon)
    options.completion = completion
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
      guard let violated = radius.violated, violated > 0 else { continue }
      #expect(radius.certified < violated)
      #expect(radius.certified > 0.5 * violated, "example \(example): \(radius)")
      #expect(try verdict(example, radius.certified) == .certified)
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
}
