import Foundation
import ModelFiles
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("A vision transformer against reference bounds")
struct TransformerReferenceTests {
  private struct Reference: Decodable {
    struct Instance: Decodable {
      struct Bounds: Decodable {
        var marginLower: [Double]
      }
      var label: Int
      var lower: [Double]
      var upper: [Double]
      var center: [Double]
      var outputAtCenter: [Double]
      var bounds: [String: Bounds?]
    }
    var instances: [Instance]
  }

  @Test(
    "Margins by CROWN are at least as tight as auto_LiRPA's, and exact at a point",
    .needsShared("reference/models/vit_pgd_2_3_16.onnx"),
    .needsShared("reference/bounds/vit_pgd_2_3_16.json"))
  func marginsAreTight() throws {
    let path = try #require(SharedFolder.path("reference/models/vit_pgd_2_3_16.onnx"))
    let bounds = try #require(SharedFolder.path("reference/bounds/vit_pgd_2_3_16.json"))
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let reference = try decoder.decode(
      Reference.self, from: Data(contentsOf: URL(fileURLWithPath: bounds)))
    let network = try Network(contentsOf: path)
    let bounder = Bounder<Tensor<Double>>(network)
    for instance in reference.instances {
      let functions = OutputFunctions<Tensor<Double>>.margins(
        labels: [instance.label], classes: 10)
      let center = instance.outputAtCenter
      let exact = center.indices.filter { $0 != instance.label }.map {
        center[instance.label] - center[$0]
      }
      let point = try Region(lower: instance.center, upper: instance.center)
      let atPoint = try bounder.lowerBounds(
        of: functions,
        bounder.intervals(over: InputSet<Tensor<Double>>([point], shape: network.inputShape)))
      #expect(largestRelativeDifference(atPoint.scalars, exact, floor: 1) < 1e-9)

      let region = try Region(lower: instance.lower, upper: instance.upper)
      let state = try bounder.crown(
        over: InputSet<Tensor<Double>>([region], shape: network.inputShape))
      let found = try bounder.lowerBounds(of: functions, state).scalars
      let expected = try #require(instance.bounds["CROWN"] ?? nil).marginLower
      // Theirs come from other relaxations of softmax and of products; ours are 2 to 4 % nearer.
      for (margin, (ours, theirs)) in zip(exact, zip(found, expected)) {
        #expect(ours <= margin && ours >= theirs)
      }
    }
  }
}
