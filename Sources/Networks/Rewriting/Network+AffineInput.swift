import Tensors

extension Network {
  /// The network after an affine map of fewer, or other, inputs.
  ///
  /// - Parameters:
  ///   - matrix: The coefficients, `[new inputs, inputs]`, the inputs flattened row-major.
  ///   - offset: What is added, `[inputs]`.
  /// - Throws: `ShapeMismatch` when they do not fit the network's input.
  public func reading(
    matrix: Tensor<Double>, offset: Tensor<Double>
  ) throws(ShapeMismatch) -> Network {
    guard matrix.shape.rank == 2 else {
      throw ShapeMismatch("a map of inputs of shape \(matrix.shape), expected a matrix")
    }
    var first = Network(input: [1, matrix.shape[0]], named: inputName)
    let weight = first.addParameter("inputs.weight", matrix)
    let bias = first.addParameter("inputs.bias", offset)
    let mapped = try first.add(Linear(weight: weight, bias: bias), [0])
    try first.add(Reshape(to: inputShape), [mapped])
    var rebuilder = NetworkRebuilder(self, after: first)
    let needed = isNeeded
    for node in nodes.indices.dropFirst() where needed[node] { rebuilder.keep(node) }
    return rebuilder.finished()
  }
}
