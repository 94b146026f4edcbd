import Foundation
import ModelFiles
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// A model of the fixtures of ModelFilesTests.
private struct ReadModel: Decodable, Sendable, CustomTestStringConvertible {
  var name: String
  var model: Data
  var testDescription: String { name }

  /// One in four of the models of windows, resizing and movement, and every recurrence.
  static let some: [ReadModel] = {
    let file = URL(fileURLWithPath: "\(packageRoot)/Tests/Fixtures/onnx-shapes.json")
    let data = (try? Data(contentsOf: file)) ?? Data()
    let all = (try? JSONDecoder().decode([ReadModel].self, from: data)) ?? []
    return all.enumerated().filter { at, model in
      at % 4 == 0 || ["LSTM", "GRU", "RNN"].contains { model.name.hasPrefix($0) }
    }.map(\.element)
  }()
}

@Suite("Bounds of models that are read into several operations")
struct ReadModelTests {
  @Test("There are models") func modelsAreThere() { #expect(ReadModel.some.count > 100) }

  @Test("Sampled outputs lie inside the bounds of every method", arguments: ReadModel.some)
  fileprivate func sampledOutputsAreInside(test: ReadModel) throws {
    let network = try Network(parsingONNX: test.model, source: test.name)
    var generator = SplitMix64(seed: 31)
    let regions = try randomRegions(1, network.inputShape, radius: 0.4, .infinity, &generator)
    let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
    let bounder = Bounder<Tensor<Double>>(network.simplified())
    let bounds = [
      "ibp": try bounder.outputBounds(bounder.intervals(over: inputs)),
      "crown": try bounder.outputBounds(bounder.crown(over: inputs)),
      "forward": try bounder.outputBounds(bounder.forward(over: inputs)),
      "alpha-crown": try bounder.outputBounds(bounder.alphaCROWN(over: inputs)),
    ]
    for _ in 0..<40 {
      let output = try #require(network.values(at: regions[0].sample(&generator)).last).scalars
      for (name, bounds) in bounds {
        for (i, value) in output.enumerated() {
          let (low, high) = (bounds.lower[i], bounds.upper[i])
          #expect(
            low <= value + 1e-9 && value <= high + 1e-9,
            "\(name), output \(i): \(value) not in \(low)...\(high)")
        }
      }
    }
  }
}
