import Foundation
import Networks
import Properties
import Tensors
import TestSupport

@testable import Bounds

/// A random region of each kind around a random point.
func randomRegions(
  _ count: Int, _ shape: Shape, radius: Double, _ norm: Norm, _ generator: inout SplitMix64
) throws -> [Region] {
  try (0..<count).map { _ in
    let center = (0..<shape.count).map { _ in
      Double(Float(Double.random(in: -1...1, using: &generator)))
    }
    guard norm == .infinity else { return try .ball(around: center, radius: radius, norm: norm) }
    // Some elements are fixed, as in most properties.
    let radii = center.map { _ in
      Bool.random(using: &generator) ? radius : Bool.random(using: &generator) ? 0 : radius / 8
    }
    return try .ball(around: center, radii: radii)
  }
}

extension Region {
  /// A point of the region: inside, on the boundary, or a corner.
  func sample(_ generator: inout SplitMix64) -> [Double] {
    guard let ball else {
      let kind = Int.random(in: 0..<3, using: &generator)
      return zip(lower, upper).map { low, high in
        if kind == 0 { return Bool.random(using: &generator) ? low : high }
        return min(high, low + Double.random(in: 0...1, using: &generator) * (high - low))
      }
    }
    var direction = lower.map { _ in Double.random(in: -1...1, using: &generator) }
    if Bool.random(using: &generator) {
      // Few elements at a time: the corners of an l1 ball.
      let kept = Int.random(in: 0..<direction.count, using: &generator)
      for i in direction.indices where i != kept { direction[i] *= 1e-3 }
    }
    let length =
      ball.norm == .two
      ? direction.reduce(0) { $0 + $1 * $1 }.squareRoot() : direction.reduce(0) { $0 + abs($1) }
    let reach =
      ball.radius
      * (Bool.random(using: &generator) ? 1 : Double.random(in: 0...1, using: &generator))
    return zip(ball.center, direction).map { $0 + $1 / length * reach * (1 - 1e-12) }
  }
}

extension Network {
  /// The value of every node for one input, in double precision.
  func values(at input: [Double]) -> [Tensor<Double>] {
    let parameters = parameters(as: Tensor<Double>.self)
    var values = [Tensor(Shape([1] + inputShape.dimensions), input)]
    for node in nodes.dropFirst() {
      guard let operation = node.operation else { continue }
      values.append(operation.evaluate(node.inputs.map { values[$0] }, parameters))
    }
    return values
  }
}

/// Bounds of every output, `lower` and `upper`, for each example.
struct OutputBounds {
  var lower: [Double]
  var upper: [Double]

  init(_ interval: Interval<some TensorAlgebra>) {
    lower = interval.lower.values.scalars
    upper = interval.upper.values.scalars
  }

  /// From lower bounds of the outputs and of their negations.
  init(_ bounds: some TensorAlgebra) {
    let values = bounds.values
    let (examples, outputs) = (values.shape[0], values.shape[1] / 2)
    (lower, upper) = ([], [])
    for example in 0..<examples {
      lower += (0..<outputs).map { values[example, $0] }
      upper += (0..<outputs).map { -values[example, outputs + $0] }
    }
  }

  /// The bounds cut with others.
  func intersection(_ other: OutputBounds) -> OutputBounds {
    var result = self
    for i in lower.indices {
      if other.lower[i] > lower[i] { result.lower[i] = other.lower[i] }
      if other.upper[i] < upper[i] { result.upper[i] = other.upper[i] }
    }
    return result
  }

  /// The largest amount by which these reach beyond others.
  func excess(beyond other: OutputBounds) -> Double {
    lower.indices.map { max(other.lower[$0] - lower[$0], upper[$0] - other.upper[$0]) }.max() ?? 0
  }
}

extension Bounder {
  /// The output bounds of CROWN and CROWN-IBP: a backward pass for each output.
  func outputBounds(_ state: BoundState<T>) throws -> OutputBounds {
    OutputBounds(
      try lowerBounds(
        of: .outputsAndNegations(network.outputShape.count, examples: state.count), state))
  }
}
