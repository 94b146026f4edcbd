/// The constants of one step of Adam, the rule that turns gradients into steps of even size.
///
/// Each number that moves has two means of its own: of its gradients, and of their squares. Both start at 0, and what they
/// lack for that at first is made up for by two factors, which depend on the number of the step alone.
///
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
@frozen public struct Adam<Scalar: TensorScalar>: Sendable {
  /// The size of the step.
  public let rate: Scalar
  /// What a mean of gradients keeps of itself at a step, and what it takes of the new one.
  public let firstDecay, firstGain: Scalar
  /// The same of a mean of squares.
  public let secondDecay, secondGain: Scalar
  /// What makes up for the means having started at 0.
  public let firstScale, secondScale: Scalar
  /// What keeps the divisor from vanishing.
  public let epsilon: Scalar

  /// Makes the constants of a step.
  ///
  /// - Parameters:
  ///   - rate: The size of the step.
  ///   - step: The number of the step, from 1.
  ///   - first: What the mean of gradients keeps of itself, from 0 to below 1.
  ///   - second: What the mean of squares keeps of itself.
  ///   - epsilon: What is added to the root of the mean square.
  public init(
    rate: Double, step: Int, first: Double = 0.9, second: Double = 0.999, epsilon: Double = 1e-8
  ) {
    self.rate = Scalar(rate)
    (firstDecay, secondDecay) = (Scalar(first), Scalar(second))
    (firstGain, secondGain) = (Scalar(1 - first), Scalar(1 - second))
    firstScale = Scalar(1 / (1 - Self.power(first, step)))
    secondScale = Scalar(1 / (1 - Self.power(second, step)))
    self.epsilon = Scalar(epsilon)
  }

  /// How far a number moves along its gradient, uphill.
  ///
  /// - Parameters:
  ///   - gradient: The gradient.
  ///   - unit: What the rate is a part of for this number.
  ///   - first: The mean of the number's gradients, which takes this one up.
  ///   - second: The mean of their squares, likewise.
  @inlinable public func step(
    along gradient: Scalar, unit: Scalar, _ first: inout Scalar, _ second: inout Scalar
  ) -> Scalar {
    first = firstDecay * first + firstGain * gradient
    second = secondDecay * second + secondGain * gradient * gradient
    let size = (second * secondScale).squareRoot() + epsilon
    return rate * unit * first * firstScale / size
  }

  /// A power without the mathematics library, so that a seed means the same weights everywhere.
  private static func power(_ base: Double, _ exponent: Int) -> Double {
    var result = 1.0
    var left = exponent
    // Less than half a unit in the last place of 1 no longer counts.
    while left > 0, result > 0x1p-54 {
      result *= base
      left -= 1
    }
    return result
  }
}
