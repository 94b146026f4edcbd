import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety train with layers that stretch no distance")
struct ContractionTests {
  @Test(
    "The saved network's proved constant is at most 1, and what it certifies has certificates",
    arguments: ["aol", "cayley"])
  func certificates(kind: String) throws {
    let folder = try TemporaryFolder()
    let recipe = try folder.file(
      "recipe.yaml",
      """
      method: emma
      epochs: 10
      batch: 64
      data: {name: digits}
      loss: {radius: 0.2}
      network: {architecture: mlp, hidden: [32, 32], weights: \(kind), activation: abs}
      epsilon: {test: 0}
      optimizer: {kind: adam, learning-rate: 5e-3}
      evaluation: {certify: 0, first: 64}
      """)
    let trained = try Program.run("train", recipe, "--out", "\(folder.path)/run", "--quiet")
    #expect(trained.code == 0, "\(trained.errors)")
    let model = "\(folder.path)/run/model.onnx"
    let network = try Network(contentsOf: model)
    #expect(network.nodes.contains { $0.operation is Magnitude })
    let bound = try LipschitzAnalysis(network).bound(norm: .two)
    #expect(bound.two.value <= 1 + 1e-5 && bound.two.value > 0.2)
    let out = "\(folder.path)/proved"
    let outcome = try Program.run(
      "certify", model, "--data", "digits", "--first", "60", "--eps", "0.2", "--norm", "2",
      "--methods", "lipschitz", "--out", out, "--no-preflight")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let records = "\(out)/certificates.jsonl"
    let certified = try ResultLog.lines(of: records).filter { $0.verdict == .certified }
    #expect(certified.count > 10)
    // The checker knows that sizes are no farther apart than numbers.
    #expect(certified.allSatisfy { $0.proof?.missing == nil })
    let checked = try Program.run("check", records, "--model", model)
    #expect(checked.code == 0 && checked.output.contains("rejected 0"), "\(checked.output)")
  }
}
