import Files
import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

/// Windows, resizing, data movement and recurrence; `scripts/make_shape_fixtures.py` makes the models.
@Suite("Operators on windows, places and sequences")
struct ShapeOperatorTests {
  static let all = OperatorFixture.read("onnx-shapes.json")

  @Test("There are models for the operators")
  func fixturesAreThere() { #expect(Self.all.count > 350 && RefusedFixture.all.count > 15) }

  @Test("An operator computes what ONNX Runtime computes", arguments: all)
  func agrees(fixture: OperatorFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    #expect(network.outputShape == Shape(fixture.shape))
    let difference = largestRelativeDifference(
      network.output(fixture.input), fixture.output, floor: 1)
    #expect(difference < 4e-6)
  }

  @Test("Written and read again, an operator computes the same", arguments: all)
  func roundTrip(fixture: OperatorFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    let again = try Network(parsingONNX: network.onnxData(), source: "written")
    #expect(again.outputShape == network.outputShape)
    let difference = largestRelativeDifference(
      again.output(fixture.input), network.output(fixture.input), floor: 1)
    #expect(difference < 2e-6)
  }

  @Test("Simplified, an operator computes the same", arguments: all)
  func simplified(fixture: OperatorFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    let difference = largestRelativeDifference(
      network.simplified().output(fixture.input), network.output(fixture.input), floor: 1)
    #expect(difference < 1e-6)
  }

  @Test("What is read in two ways or not at all is refused in words", arguments: RefusedFixture.all)
  func refused(fixture: RefusedFixture) {
    let error = #expect(throws: InputError.self) {
      try Network(parsingONNX: fixture.model, source: "file")
    }
    #expect(error?.description.contains(fixture.part) == true, "\(error?.description ?? "")")
  }
}

/// A model that must be refused, with a part of the message.
struct RefusedFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var part: String
  var model: Data
  var testDescription: String { name }

  static let all: [RefusedFixture] = {
    let file = URL(fileURLWithPath: "\(packageRoot)/Tests/Fixtures/onnx-shapes-refused.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode([RefusedFixture].self, from: data)) ?? []
  }()
}
