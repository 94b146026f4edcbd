import Differentiation
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

/// A toy in which the rule can be seen: two layers, each normalised and rectified, learn what a fixed small network says.
@Suite("Singular values across widths")
struct WidthSteadyStateTests {
  private typealias T = Tracked<Tensor<Float>>

  private func random(_ shape: Shape, _ size: Double, _ g: inout SplitMix64) -> Tensor<Float> {
    Tensor(shape, (0..<shape.count).map { _ in Float(g.normal() * size) })
  }

  /// Each row over its root mean square.
  private func normalized(_ x: T) -> T {
    let square = x.applying(.square).reduced(.sum, axis: 1) * (1 / Double(x.shape[1]))
    return x / (square + 1e-6).applying(.squareRoot)
  }

  /// The largest singular value of the square matrix that training settles at.
  private func settled(_ width: Int, _ scales: [StepScale], seed: UInt64) -> Double {
    var g = SplitMix64(seed: seed)
    let (inputs, outputs, batch, steps) = (16, 8, 64, 800)
    let teacher = [random([inputs, 32], 0.25, &g), random([32, outputs], 1.0 / 6, &g)]
    let root = 1 / Double(width).squareRoot()
    var weights = [
      random([inputs, width], 0.25, &g), random([width, width], root, &g),
      random([width, outputs], root, &g),
    ]
    var settings = OptimizerSettings()
    (settings.kind, settings.learningRate, settings.weightDecay) = (.adamw, 0.01, 1)
    (settings.betas, settings.clip) = ([0.9, 0.95], nil)
    var optimizer = Optimizer(settings, weights.map { WeightForm($0.shape) })
    optimizer.scales = scales
    var state = optimizer.initialState(for: weights)
    var values: [Double] = []
    for step in 1...steps {
      let x = random([batch, inputs], 1, &g)
      let wanted = x.product(teacher[0]).applying(.tanh).product(teacher[1])
      let variables = weights.map { T.variable($0) }
      let first = normalized(T(x).product(variables[0])).positivePart()
      let second = normalized(first.product(variables[1])).positivePart()
      let error = second.product(variables[2]) - T(wanted)
      let loss = error.applying(.square).total * (0.5 / Double(batch))
      optimizer.step(
        &weights, loss.gradients(of: variables), norm: 0, &state, rate: settings.learningRate)
      if step > 600, step % 20 == 0 { values.append(weights[1].topSingular(rounds: 40).value) }
    }
    return values.reduce(0, +) / Double(values.count)
  }

  @Test("Stay by the rule, grow without its decay, and fall with one that grows as the width")
  func slopes() throws {
    let (widths, base) = ([32, 64, 128], 64)
    func network(_ width: Int) throws -> Network {
      try MLP(hidden: [width, width]).network(for: ImageTask(shape: [1, 4, 4], classes: 8))
    }
    func slope(_ decay: (Double) -> Double) throws -> Double {
      let points = try widths.map { width -> (x: Double, y: Double) in
        let wide = try network(width)
        let matrices = wide.trainableParameters.filter {
          wide.parameters[$0.index].value.shape.rank == 2
        }
        let growth = Double(width) / Double(base)
        let rule = wide.stepScales(
          from: try network(base), try network(2 * base), matrices)
        #expect(rule[0] == StepScale(decay: 0))
        #expect(abs(rule[1].rate * growth - 1) < 1e-12)
        #expect(abs(rule[1].decay - growth.squareRoot()) < 1e-12)
        let scales = rule.enumerated().map { place, scale in
          place == 0 ? scale : StepScale(rate: scale.rate, decay: decay(growth))
        }
        let sizes = (1...3).map { settled(width, scales, seed: $0).logarithm }
        return (growth.logarithm, sizes.reduce(0, +) / 3)
      }
      let (x, y) = (points.map(\.x), points.map(\.y))
      let (mx, my) = (x.reduce(0, +) / 3, y.reduce(0, +) / 3)
      return zip(x, y).reduce(0) { $0 + ($1.0 - mx) * ($1.1 - my) }
        / x.reduce(0) { $0 + ($1 - mx) * ($1 - mx) }
    }
    let (rule, constant, linear) = (
      try slope { $0.squareRoot() }, try slope { _ in 1 }, try slope { $0 }
    )
    #expect(abs(rule) <= 0.1, "by the rule: \(rule)")
    // A quarter in the limit; small widths have not all settled after as many steps.
    #expect((0.15...0.45).contains(constant - rule), "constant decay: \(constant)")
    #expect((0.15...0.45).contains(rule - linear), "decay as the width: \(linear)")
  }
}

extension Double {
  fileprivate var logarithm: Double { Foundation.log(self) }
}
