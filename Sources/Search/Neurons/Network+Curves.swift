import Bounds
import Networks

extension Network {
  /// For each node, whether an operation reads it that is not piecewise linear, such as a curve or a product.
  var nodesReadByCurves: [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    for node in nodes {
      guard let operation = node.operation, operation is any LinearlyBounded,
        !(operation is ReLU), !(operation is LeakyReLU), !(operation is MaxPool),
        !(operation is Maximum)
      else { continue }
      for input in node.inputs { result[input] = true }
    }
    return result
  }
}
