import Foundation
import ModelFiles
import Networks
import Tensors
import TestSupport
import Testing

/// A small model with what the ONNX reference evaluator computes; `scripts/make_reading_fixtures.py` makes them.
struct ReadingFixture: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var model: Data
  var input: [Double]
  var shape: [Int]
  var output: [Double]
  var tolerance: Double
  var testDescription: String { name }

  static let all: [ReadingFixture] = {
    let file = URL(fileURLWithPath: "\(packageRoot)/Tests/Fixtures/onnx-reading.json")
    guard let data = try? Data(contentsOf: file) else { return [] }
    return (try? JSONDecoder().decode([ReadingFixture].self, from: data)) ?? []
  }()
}

@Suite("Types, masks and constants")
struct ReadingTests {
  @Test("There are models") func fixturesAreThere() { #expect(ReadingFixture.all.count > 30) }

  @Test("A model computes what the reference evaluator computes", arguments: ReadingFixture.all)
  func agrees(fixture: ReadingFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    #expect(network.outputShape == Shape(fixture.shape))
    let batch = Shape([1] + network.inputShape.dimensions)
    let output: [Double]
    if network.precision == .double {
      output = network.output(fixture.input)
    } else {
      let x = Tensor<Float>(batch, fixture.input.map { Float($0) })
      output = network.evaluate(x, network.parameters(as: Tensor<Float>.self)).values.scalars
    }
    #expect(
      largestRelativeDifference(output, fixture.output, floor: 1) <= fixture.tolerance,
      "\(output) \(fixture.output)")
  }

  @Test("Written and read again, a model computes the same", arguments: ReadingFixture.all)
  func roundTrip(fixture: ReadingFixture) throws {
    let network = try Network(parsingONNX: fixture.model, source: fixture.name)
    guard network.precision == .single else { return }
    let again: Network
    do {
      again = try Network(parsingONNX: network.onnxData(), source: "written")
    } catch {
      // Rounding of what depends on the input is written as `Round`, which is not read yet.
      #expect(error.description.contains("Round"))
      return
    }
    let difference = largestRelativeDifference(
      again.output(fixture.input), network.output(fixture.input), floor: 1)
    #expect(difference < 1e-6)
  }

  @Test("A model of doubles computes in doubles, also when it is simplified")
  func precision() throws {
    let fixture = try #require(ReadingFixture.all.first { $0.name == "Double precision" })
    let network = try Network(parsingONNX: fixture.model, source: "file")
    #expect(network.precision == .double)
    #expect(network.simplified().precision == .double)
    #expect(network.expressedInReLUs().precision == .double)
  }
}
