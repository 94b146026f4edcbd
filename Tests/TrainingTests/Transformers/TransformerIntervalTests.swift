import Bounds
import Differentiation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Intervals of transformers in training")
struct TransformerIntervalTests {
  @Test(
    "Intervals of training hold sampled values, side by side as well",
    arguments: VisionTransformerTrainingTests.variants, [0.01, 0.2])
  func training(architecture: VisionTransformer, radius: Double) throws {
    let network = try VisionTransformerTrainingTests.network(architecture)
    var g = SplitMix64(seed: 76)
    let shape: Shape = [2, 1, 1, 4, 4]
    let center = Tensor<Double>(shape, (0..<32).map { _ in Double.random(in: 0...1, using: &g) })
    func state<Base: BackwardAlgebra>(_: Base.Type) throws -> [Interval<Tracked<Base>>?] {
      try Bounder(
        network, parameters: Parameters(network.parameters.map { Tracked.variable(Base($0.value)) })
      ).intervals(
        over: InputSet(
          box: Interval(
            center: Tracked(Base(center)), radius: Tracked(Base(.init(repeating: radius, shape)))))
      ).intervals
    }
    let (plain, lanes) = (try state(Tensor<Double>.self), try state(Lanes<Float>.self))
    for _ in 0..<60 {
      let isCorner = Bool.random(using: &g)
      let move = Tensor<Double>(shape, (0..<32).map { _ in Double.random(in: -1...1, using: &g) })
      let x = center + (isCorner ? move.applying(.sign) : move) * radius
      _ = network.evaluate(x, network.parameters(as: Tensor<Double>.self)) { id, value in
        for (name, ends, tolerance) in [
          ("doubles", plain[id].map { ($0.lower.values, $0.upper.values) }, 1e-6),
          ("lanes", lanes[id].map { ($0.lower.values, $0.upper.values) }, 1e-4),
        ] {
          guard let ends else { continue }
          for (number, (low, high)) in zip(value.scalars, zip(ends.0.scalars, ends.1.scalars)) {
            let slack = tolerance * max(1, abs(number))
            #expect(
              low <= number + slack && number <= high + slack,
              "\(name), node \(network.nodes[id].name): \(number) outside \(low)...\(high)")
          }
        }
      }
    }
  }

  @Test("A softmax's ranges that can be differentiated are those found group by group")
  func softmax() throws {
    var g = SplitMix64(seed: 81)
    let operation = Softmax(axis: 0)
    for size in [0.1, 3, 30, 300] {
      for width in [0, 0.01, 1, 50] {
        let lower = (0..<24).map { _ in Double.random(in: -size...size, using: &g) }
        let upper = lower.map { $0 + Double.random(in: 0...1, using: &g) * width }
        func interval<T: TensorAlgebra>(_: T.Type) -> Interval<T> {
          operation.interval(
            [Interval(lower: T(Tensor([4, 6], lower)), upper: T(Tensor([4, 6], upper)))],
            Parameters<T>([]))
        }
        let exact = interval(Tensor<Double>.self)
        let found = interval(Tracked<Tensor<Double>>.self)
        let single = interval(Lanes<Float>.self)
        for place in 0..<24 {
          let (low, high) = (exact.lower.scalars[place], exact.upper.scalars[place])
          #expect(abs(found.lower.base.scalars[place] - low) < 1e-11)
          #expect(abs(found.upper.base.scalars[place] - high) < 1e-11)
          // A term beside which another is tiny must not lose it: relative to itself the lower end is never above.
          #expect(found.lower.base.scalars[place] <= low * (1 + 1e-11) + 1e-36)
          #expect(single.lower.values.scalars[place] <= low * (1 + 1e-3) + 1e-36)
          #expect(single.upper.values.scalars[place] >= high * (1 - 1e-3))
        }
      }
    }
    // The first may be far below what it mostly is, and the others are small beside it but not beside that.
    func first<T: TensorAlgebra>(_: T.Type) -> Double {
      operation.interval(
        [
          Interval(
            lower: T(Tensor([1, 3], [-200, -30, -30])), upper: T(Tensor([1, 3], [0, -20, -20])))
        ], Parameters<T>([])
      ).lower.values.scalars[0]
    }
    #expect(first(Lanes<Float>.self) < 1e-30 && first(Tracked<Tensor<Double>>.self) < 1e-30)
  }

  @Test("Gradients of a softmax's ranges are numbers where every exponential is too small for one")
  func softmaxGradients() {
    for (low, high) in [(-300.0, 300.0), (-80, 60), (-1e4, 1e4), (-70, 0)] {
      let tracked = [low, high].map {
        Tracked.variable(Tensor<Float>(Tensor<Double>(repeating: $0, [1, 5])))
      }
      let range = Softmax(axis: 0).interval(
        [Interval(lower: tracked[0], upper: tracked[1])], Parameters<Tracked<Tensor<Float>>>([]))
      // The gradient that arrives may be large itself.
      let sum = ((range.upper - range.lower) * Tracked(Tensor<Float>(repeating: 1e4, [1, 5])))
        .reduced(.sum, axis: 1)
      for gradient in sum.gradients(of: tracked) {
        let isFinite = gradient.scalars.allSatisfy { $0.isFinite }
        #expect(isFinite, "\(low)...\(high): \(gradient.scalars)")
      }
    }
  }

  @Test("GELU's range that can be differentiated is that found element by element")
  func gelu() {
    var g = SplitMix64(seed: 82)
    for operation in [Gelu(), Gelu(sharpness: 2)] {
      let lower = (0..<400).map { _ in Double.random(in: -4...3, using: &g) }
      let upper = lower.map { $0 + pow2(Double.random(in: -20...2, using: &g)) }
      func interval<T: TensorAlgebra>(_: T.Type) -> Interval<T> {
        operation.interval(
          [Interval(lower: T(Tensor([400], lower)), upper: T(Tensor([400], upper)))],
          Parameters<T>([]))
      }
      let (exact, found) = (
        interval(Tensor<Double>.self), interval(Tracked<Tensor<Double>>.self)
      )
      #expect(
        largestRelativeDifference(exact.lower.scalars, found.lower.base.scalars, floor: 1) < 1e-12)
      #expect(
        largestRelativeDifference(exact.upper.scalars, found.upper.base.scalars, floor: 1) < 1e-12)
    }
  }

  private func pow2(_ exponent: Double) -> Double {
    var (value, rest) = (1.0, exponent)
    while rest < 0 { (value, rest) = (value / 2, rest + 1) }
    while rest >= 1 { (value, rest) = (value * 2, rest - 1) }
    return value * (1 + rest)
  }
}
