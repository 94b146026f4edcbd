import Foundation
import TestSupport
import Testing

@testable import Surety

/// Properties whose constraints exclude each other only together: what is counted is parts, not seconds.
@Suite("Constraints that have to be taken together", .needsShared("field/conjunctions"))
struct RelatedConstraintsTests {
  private func parts(_ model: String, _ property: String) throws -> Int {
    let model = try #require(SharedFolder.path("field/\(model)"))
    let property = try #require(SharedFolder.path("field/\(property)"))
    var options = VerifierOptions()
    options.completeMethod = .branchAndBound
    let result = try Verifier(Network(contentsOf: model), options: options)
      .verify(Property(contentsOf: property))
    #expect(result.answer == .holds, "\(property): \(result.reason)")
    let count = result.reason.firstMatch(of: #/(\d+) sub-problems/#)?.output.1
    return try #require(count.flatMap { Int($0) }, "\(result.reason)")
  }

  @Test(
    "An exact constraint of inputs does not draw all cuts to itself",
    .needsShared("field/related-inputs"))
  func inputs() throws {
    #expect(try parts("related-inputs/model.onnx", "related-inputs/holds.vnnlib") <= 50)
  }

  @Test(
    "Control networks with two constraints are decided in few parts",
    arguments: [
      ("pendulum_finetune_con", "pendulum", 60), ("lane_keep_finetune_con", "lane_keep", 400),
    ])
  func control(model: String, property: String, most: Int) throws {
    let count = try parts(
      "conjunctions/\(model).onnx.gz", "conjunctions/prop_\(property).vnnlib.gz")
    #expect(count <= most)
  }
}
