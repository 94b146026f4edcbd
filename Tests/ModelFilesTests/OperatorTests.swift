import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

/// A small model with what ONNX Runtime computes; `scripts/make_onnx_fixtures.py` makes them.
struct OperatorFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var model: Data
  var input: [Double]
  var shape: [Int]
  var output: [Double]
  var testDescription: String { name }

  static let all = read("onnx-operators.json")

  /// The models of a file in `Tests/Fixtures`; none where it cannot be read.
  static func read(_ name: String) -> [OperatorFixture] {
    let file = URL(fileURLWithPath: "\(packageRoot)/Tests/Fixtures/\(name)")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode([OperatorFixture].self, from: data)) ?? []
  }
}

@Suite("Operators")
struct OperatorTests {
  @Test("There are models for the operators")
  func fixturesAreThere() { #expect(OperatorFixture.all.count > 150) }

  @Test("An operator computes what ONNX Runtime computes", arguments: OperatorFixture.all)
  func agrees(fixture: OperatorFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    #expect(network.outputShape == Shape(fixture.shape))
    let difference = largestRelativeDifference(
      network.output(fixture.input), fixture.output, floor: 1)
    #expect(difference < 2e-6)
  }

  @Test("Written and read again, an operator computes the same", arguments: OperatorFixture.all)
  func roundTrip(fixture: OperatorFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.outputShape == network.outputShape)
    let difference = largestRelativeDifference(
      again.output(fixture.input), network.output(fixture.input), floor: 1)
    #expect(difference < 1e-6)
  }
}
