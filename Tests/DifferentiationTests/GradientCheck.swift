import Differentiation
import Tensors
import TestSupport
import Testing

typealias Values = Tensor<Double>
typealias Dual = Tracked<Values>

/// A tensor of random numbers from a range.
func randomTensor(
  _ shape: Shape, in range: ClosedRange<Double> = -2...2, _ random: inout SplitMix64
) -> Values {
  Values(shape, (0..<shape.count).map { _ in Double.random(in: range, using: &random) })
}

/// Central differences of `sum(rows * function)` by every element of every input.
func differences(
  _ inputs: [Values], rows: Values, step: Double = 1e-5, _ function: ([Values]) -> Values
) -> [Values] {
  inputs.indices.map { input in
    var result = inputs[input]
    var moved = inputs
    for i in 0..<result.count {
      func value(_ shift: Double) -> Double {
        moved[input] = inputs[input]
        moved[input].withMutableElements { $0[i] += shift }
        let value = function(moved)
        precondition(value.shape == rows.shape, "Rows \(rows.shape) for \(value.shape)")
        return zip(value.scalars, rows.scalars).reduce(0) { $0 + $1.0 * $1.1 }
      }
      let slope = (value(step) - value(-step)) / (2 * step)
      result.withMutableElements { $0[i] = slope }
    }
    return result
  }
}

/// Expects that the gradients of a function, with all inputs tracked and with each alone, agree with central
/// differences, and that constants are not recorded.
func expectGradients(
  _ inputs: [Values], seed: UInt64, tolerance: Double = 1e-7,
  _ function: ([Dual]) -> Dual, sourceLocation: SourceLocation = #_sourceLocation
) {
  let constant = function(inputs.map { Dual($0) })
  #expect(!constant.isTracked, sourceLocation: sourceLocation)
  var random = SplitMix64(seed: seed)
  let rows = randomTensor(constant.shape, in: -1...1, &random)
  let expected = differences(inputs, rows: rows) { function($0.map { Dual($0) }).base }
  func compare(_ actual: Values, _ input: Int, _ what: String) {
    #expect(actual.shape == inputs[input].shape, sourceLocation: sourceLocation)
    let difference = largestRelativeDifference(
      actual.scalars, expected[input].scalars, floor: 1)
    #expect(
      difference < tolerance, "\(what), input \(input), seed \(seed)",
      sourceLocation: sourceLocation)
  }
  let variables = inputs.map { Dual.variable($0) }
  let result = function(variables)
  #expect(result.base == constant.base, sourceLocation: sourceLocation)
  for (input, gradient) in result.gradients(of: variables, seed: rows).enumerated() {
    compare(gradient, input, "all tracked")
  }
  for input in inputs.indices {
    var mixed = inputs.map { Dual($0) }
    mixed[input] = .variable(inputs[input])
    let gradient = function(mixed).gradients(of: [mixed[input]], seed: rows)[0]
    compare(gradient, input, "alone tracked")
  }
}
