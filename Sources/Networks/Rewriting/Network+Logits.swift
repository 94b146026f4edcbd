extension Network {
  /// The network that ends with what its final softmax reads; nil where it does not end with a softmax of all outputs.
  ///
  /// A softmax keeps the order of its inputs, so questions about the order of the outputs are the same for both. In
  /// floats it does not: far behind the largest input, different inputs have equal outputs.
  public func withLogits() -> Network? {
    var node = output
    while nodes[node].operation is Reshape { node = nodes[node].inputs[0] }
    guard let softmax = nodes[node].operation as? Softmax,
      nodes[node].shape[softmax.axis] == nodes[node].shape.count
    else { return nil }
    var result = self
    do {
      let logits = nodes[node].inputs[0]
      let flat = try result.add(Reshape(to: outputShape), [logits])
      result.setOutput(flat, named: outputName)
    } catch {
      preconditionFailure("Logits of \(nodes[node].shape) for outputs \(outputShape): \(error)")
    }
    return result.removingUnused()
  }
}
