import Networks
import Tensors
import Testing

@testable import Training

@Suite("The gradient of a training step")
struct StepGradientTests {
  /// Methods whose loss is a smooth function of the weights almost everywhere.
  static let smooth = [
    ("clean", ""), ("ibp", "regularizer: {weight: 0.5}"), ("fast", ""),
    ("fast", "loss: {l1: 1e-3}"), ("crown-ibp", "loss: {fused: false}"),
    ("crown-ibp", "loss: {fused: true}"),
  ]

  @Test("agrees with differences of the loss, through the batch's statistics", arguments: smooth)
  func differences(method: String, extra: String) throws {
    let step = try StepCase(method, extra: extra)
    let result = try step.run(Tensor<Double>.self)
    let size = 1e-6
    for (place, id) in step.network.trainableParameters.enumerated() {
      let value = step.network.parameters[id.index].value
      // A few elements of each parameter, the same every time.
      for element in stride(from: 0, to: value.count, by: max(1, value.count / 4)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = value
          moved.withMutableElements { $0[element] += shift }
          return try step.run(Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 2e-5 * max(1, abs(slope)),
          "\(step.network.parameters[id.index].name)[\(element)]: \(found), differences give \(slope)"
        )
      }
    }
  }

  static let all = [
    "clean", "adversarial", "ibp", "crown-ibp", "fast", "sabr", "mtl-ibp", "cc-ibp", "exp-ibp",
    "taps", "staps", "emma",
  ]

  @Test(
    "is the same sixteen examples side by side, whatever the batch", arguments: all, [1, 16, 21])
  func layouts(method: String, batch: Int) throws {
    // One example has no variance; its normalised values are all zero, and the ReLUs at their kink.
    let step = try StepCase(method, batch: batch, seed: 7)
    let expected = try step.run(Tensor<Double>.self)
    let found = try step.run(Lanes<Double>.self)
    #expect(abs(found.loss - expected.loss) <= 1e-9 * max(1, abs(expected.loss)))
    #expect(found.cleanCorrect == expected.cleanCorrect)
    #expect(found.verifiedCorrect == expected.verifiedCorrect)
    #expect(found.layers.count == expected.layers.count)
    for (place, (a, b)) in zip(found.gradients, expected.gradients).enumerated() {
      let largest = b.scalars.reduce(1) { max($0, abs($1)) }
      let difference = zip(a.plain.scalars, b.scalars).reduce(0) {
        $1.0.isNaN ? .infinity : max($0, abs($1.0 - $1.1))
      }
      #expect(
        difference <= 1e-8 * largest,
        "\(step.network.parameters[step.network.trainableParameters[place].index].name) of size \(largest)"
      )
    }
  }

  @Test(
    "has a loss over the region at least as large as the clean loss", arguments: ["ibp", "fast"])
  func ordered(method: String) throws {
    for seed in 0..<20 {
      let step = try StepCase(method, seed: UInt64(seed))
      let result = try step.run(Tensor<Double>.self)
      let robust = try #require(result.robustLoss)
      #expect(robust >= result.cleanLoss, "seed \(seed)")
      #expect((result.verifiedCorrect ?? 0) <= result.cleanCorrect, "seed \(seed)")
    }
  }

  @Test("mixes and fuses CROWN bounds that are all the clean loss at a radius of zero")
  func point() throws {
    for fused in [true, false] {
      var step = try StepCase("crown-ibp", extra: "loss: {fused: \(fused)}", epsilon: 1e-9)
      step.settings.regularizerWeight = 0
      let result = try step.run(Tensor<Double>.self)
      let robust = try #require(result.robustLoss)
      #expect(abs(robust - result.cleanLoss) <= 1e-5, "fused \(fused)")
    }
  }

  @Test("is finite where a layer has no active or no inactive neuron")
  func oneSided() throws {
    for shift in [-50.0, 50] {
      let step = try StepCase("fast")
      // The shift of the hidden layer's normalisation decides all of its signs.
      let hidden = step.network.parameters.lastIndex { $0.name == "shift" } ?? 0
      let moved = Tensor<Double>(repeating: shift, step.network.parameters[hidden].value.shape)
      let result = try step.run(Tensor<Double>.self, replacing: [hidden: moved])
      #expect(result.loss.isFinite)
      let areFinite = result.gradients.allSatisfy { $0.isFinite }
      #expect(areFinite)
    }
  }
}
