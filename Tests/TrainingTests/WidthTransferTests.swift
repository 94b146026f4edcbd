import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Rate and decay carried over between widths")
struct WidthTransferTests {
  @Test("Matrices whose inputs grow take less rate and more decay, all else keeps the rate")
  func scales() throws {
    let task = ImageTask(shape: [3, 16, 16], classes: 10)
    let (narrow, wide) = (
      try CNN7(width: 4, linear: 8).network(for: task),
      try CNN7(width: 16, linear: 8).network(for: task)
    )
    let trainable = wide.trainableParameters
    let scales = Dictionary(
      uniqueKeysWithValues: zip(
        trainable.map { wide.parameters[$0.index].name },
        wide.stepScales(from: narrow, trainable)))
    let vector = StepScale(rate: 1, decay: 0)
    #expect(scales["conv1.weight"] == vector, "its inputs are the image's channels")
    for name in ["conv2.weight", "conv5.weight", "linear1.weight"] {
      #expect(scales[name] == StepScale(rate: 0.25, decay: 2), "\(name)")
    }
    for name in ["classifier.weight", "conv2.bias", "conv2.bn.scale", "classifier.bias"] {
      #expect(scales[name] == vector, "\(name)")
    }
    // eta sqrt(d) lambda: the part that decay takes off in a step falls with the root of the width.
    let scale = try #require(scales["conv3.weight"])
    #expect(scale.rate * scale.decay == 0.5)
  }

  @Test("A step with scales is that of an optimiser with those settings")
  func steps() throws {
    var g = SplitMix64(seed: 51)
    func random() -> Tensor<Float> {
      Tensor([3, 4], (0..<12).map { _ in Float.random(in: -1...1, using: &g) })
    }
    let (weight, gradient) = (random(), random())
    var settings = OptimizerSettings()
    (settings.kind, settings.weightDecay) = (.adamw, 0.5)
    var optimizer = Optimizer(settings, [WeightForm([3, 4])])
    optimizer.scales = [StepScale(rate: 0.25, decay: 2)]
    var moved = [weight]
    var state = optimizer.initialState(for: moved)
    optimizer.step(&moved, [gradient], norm: 1, &state, rate: 0.1)
    settings.weightDecay = 1
    var expected = [weight]
    state = settings.initialState(for: expected)
    Optimizer(settings, [WeightForm([3, 4])]).step(
      &expected, [gradient], norm: 1, &state, rate: 0.025)
    #expect(moved == expected && moved[0] != weight)
  }

  @Test("Half the decay lets the largest singular value settle at the root of 2 times as much")
  func steadyState() throws {
    func settled(_ decay: Double) -> Double {
      var g = SplitMix64(seed: 52)
      var settings = OptimizerSettings()
      (settings.kind, settings.weightDecay) = (.adamw, decay)
      let optimizer = Optimizer(settings, [WeightForm([24, 24])])
      var weights = [Tensor<Float>(repeating: 0, [24, 24])]
      var state = optimizer.initialState(for: weights)
      var sum = 0.0
      for step in 0..<1600 {
        let gradient = Tensor<Float>(
          [24, 24], (0..<576).map { _ in Float.random(in: -1...1, using: &g) })
        optimizer.step(&weights, [gradient], norm: 1, &state, rate: 0.02)
        if step >= 800, step % 40 == 0 { sum += weights[0].topSingular().value }
      }
      return sum / 20
    }
    let ratio = settled(0.5) / settled(1)
    #expect(abs(ratio / 2.0.squareRoot() - 1) < 0.15, "\(ratio)")
  }

  @Test("The recipe takes a width, and a text's network is carried over likewise")
  func recipes() throws {
    let recipe = try Recipe(
      yaml: """
        data: {name: digits}
        epsilon: {test: 1/16}
        network: {width: 8}
        optimizer: {kind: adamw, weight-decay: 0.1, transfer-from: 4}
        """, source: "r.yaml")
    #expect(try recipe.validated() == recipe)
    let text = try TextRecipe(
      yaml: """
        task: text
        data: {file: a.txt}
        optimizer: {kind: adamw, transfer-from: 64}
        """, source: "t.yaml")
    #expect(text.optimizer.transferredFrom == 64)
  }
}
