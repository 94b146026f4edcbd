import Networks
import Tensors

/// A nonlinear operation whose derivative an attack can follow.
///
/// Affine operations need no conformance: their derivative is `AffineOperation.adjoint`. A derivative only
/// guides the search for a counterexample, so a useful stand-in may replace one that is zero everywhere.
public protocol Differentiable: Operation {
  /// Passes rows back through the operation, each row at its own point of the batch.
  ///
  /// - Parameters:
  ///   - rows: One row for each example, of shape `[batch] + output shape`.
  ///   - inputs: The values of the inputs, each `[batch] + input shape`.
  ///   - output: The value of the output.
  /// - Returns: For each input the product of its row with the matrix of derivatives.
  func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T]
}

/// A nonlinear function of each element, given by its derivative.
public protocol ElementwiseDifferentiable: Differentiable, ElementwiseOperation {
  /// The derivative at every element of `x`, where the function has the value `y`.
  func derivative<T: TensorAlgebra>(at x: T, value y: T) -> T
}

extension ElementwiseDifferentiable {
  /// The rows times the derivative.
  public func gradients<T: TensorAlgebra>(_ rows: T, inputs: [T], output: T) -> [T] {
    [rows * derivative(at: inputs[0], value: output)]
  }
}
