import Tensors

/// What an optimiser remembers: two averages of each parameter's gradients and the number of steps.
public struct OptimizerState: Sendable, Equatable {
  /// The averages of the gradients, or the velocities of SGD.
  public var first: [Tensor<Float>]
  /// The averages of the squared gradients; empty for SGD.
  public var second: [Tensor<Float>]
  /// The steps taken.
  public var steps: Int

  /// Creates the state before the first step.
  public init(for weights: [Tensor<Float>], usesSquares: Bool) {
    first = weights.map { Tensor(repeating: 0, $0.shape) }
    second = usesSquares ? first : []
    steps = 0
  }

  /// Creates a state that was saved.
  public init(first: [Tensor<Float>], second: [Tensor<Float>], steps: Int) {
    self.first = first
    self.second = second
    self.steps = steps
  }
}
