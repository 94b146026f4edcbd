import Foundation
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
    func network(_ width: Int) throws -> Network {
      try CNN7(width: width, linear: 8).network(for: task)
    }
    let wide = try network(16)
    let trainable = wide.trainableParameters
    let scales = Dictionary(
      uniqueKeysWithValues: zip(
        trainable.map { wide.parameters[$0.index].name },
        wide.stepScales(from: try network(4), try network(8), trainable)))
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
    // From the width itself all stays, but that vectors have no decay.
    let same = wide.stepScales(from: wide, try network(32), trainable)
    #expect(same.allSatisfy { $0 == vector || $0 == StepScale() })
    #expect(same.filter { $0 == StepScale() }.count == 5)
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

@Suite("Singular values across widths")
struct WidthToyTests {
  /// The largest singular value of the square matrix at the end, its logarithm's mean over three seeds.
  private func settled(_ width: Int, _ rule: WidthRule) throws -> Double {
    var settings = WidthToy.Settings()
    settings.steps = 800
    let sizes = try (1...3).map { seed -> Double in
      let run = WidthToy(width: width, rule: rule, seed: seed, settings: settings).train()
      return log(try #require(run?.measures.last).largest.upper.value)
    }
    return sizes.reduce(0, +) / 3
  }

  @Test("Stay by the rule, grow without its decay, and fall with one that grows as the width")
  func slopes() throws {
    func slope(_ rule: WidthRule) throws -> Double {
      let (x, y) = ([-1.0, 0, 1], try [32, 64, 128].map { try settled($0, rule) })
      return zip(x, y).reduce(0) { $0 + $1.0 * $1.1 } / 2 / log(2)
    }
    let (rule, constant, linear) = (
      try slope(.rule), try slope(.constant), try slope(.proportional)
    )
    #expect(abs(rule) <= 0.1, "by the rule: \(rule)")
    // A quarter in the limit; small widths have not all settled after as many steps.
    #expect((0.15...0.45).contains(constant - rule), "constant decay: \(constant)")
    #expect((0.15...0.45).contains(rule - linear), "decay as the width: \(linear)")
  }

  @Test("The toy scales rate and decay as recipes do", arguments: [16, 64, 256])
  func scales(width: Int) throws {
    func network(_ width: Int) throws -> Network {
      try MLP(hidden: [width, width]).network(for: ImageTask(shape: [1, 4, 4], classes: 8))
    }
    let wide = try network(width)
    let matrices = wide.trainableParameters.filter {
      wide.parameters[$0.index].value.shape.rank == 2
    }
    let expected = wide.stepScales(from: try network(64), try network(128), matrices)
    let toy = WidthToy(width: width, rule: .rule, seed: 1)
    #expect(expected == [StepScale(decay: 0), toy.scale, toy.scale])
    #expect(toy.rate == 0.01 * 64 / Double(width))
    #expect(abs(toy.decay - (Double(width) / 64).squareRoot()) < 1e-12)
  }

  @Test("Every number follows from the seed, and the student learns")
  func repeats() throws {
    var settings = WidthToy.Settings()
    settings.steps = 400
    let toy = WidthToy(width: 24, rule: .constant, seed: 3, settings: settings)
    let run = try #require(toy.train())
    #expect(run == toy.train())
    #expect(run != WidthToy(width: 24, rule: .constant, seed: 4, settings: settings).train())
    #expect(run.measures.map(\.step) == [100, 200, 300, 400])
    #expect(run.divergedBy == nil)
    for measure in run.measures {
      #expect(measure.largest.lower.value <= measure.largest.upper.value)
      #expect(measure.largest.lower.value > 0.999 * measure.largest.upper.value)
      // No layer stretches a vector by more than its norm.
      #expect(measure.gain > 0 && measure.gain <= measure.largest.upper.value)
    }
    // What an answer of zeros would miss is near 0.4.
    #expect(run.measures[3].error < 0.1, "\(run.measures[3].error)")
  }

  @Test("A training that diverges says so, and one that is stopped is none")
  func ends() {
    var settings = WidthToy.Settings()
    (settings.steps, settings.rate, settings.decay) = (40, 1, 1e30)
    let run = WidthToy(width: 8, rule: .none, seed: 1, settings: settings).train()
    #expect(run?.divergedBy == 10 && run?.measures.isEmpty == true)
    var steps = 0
    let stopped = WidthToy(width: 8, rule: .rule, seed: 1).train(isStopped: { steps == 5 }) {
      steps = $0
    }
    #expect(stopped == nil && steps == 5)
  }
}
