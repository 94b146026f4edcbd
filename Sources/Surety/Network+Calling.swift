import Files
import Networks
import Tensors

extension Network {
  /// The output for one input, so that a network is called like a function: `network(x)`.
  ///
  /// - Parameter x: One input, flattened row-major: as many elements as `inputShape` has.
  /// - Returns: The output, flattened row-major, computed in double precision.
  /// - Throws: `InputError` when the network takes another number of elements.
  public func callAsFunction(_ x: [Double]) throws(InputError) -> [Double] {
    try check(inputCount: x.count)
    return outputs(for: [x])[0]
  }

  /// The outputs for a batch, in the arithmetic of its numbers.
  ///
  /// - Parameter x: The batch, of shape `[batch] + inputShape`.
  /// - Returns: The outputs, of shape `[batch] + outputShape`.
  /// - Throws: `InputError` when the batch has another shape.
  public func callAsFunction<T: TensorAlgebra>(_ x: T) throws(InputError) -> T {
    let expected = inputShape.prefixed(by: x.shape.rank > 0 ? x.shape[0] : 1)
    guard x.shape == expected else {
      throw InputError(
        "input",
        "has shape \(x.shape), expected a batch of inputs of shape \(inputShape), "
          + "such as \(expected)")
    }
    return evaluate(x, parameters(as: T.self))
  }
}
