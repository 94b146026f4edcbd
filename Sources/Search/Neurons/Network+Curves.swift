import Bounds
import Networks

extension Network {
  /// For each node, whether an elementwise curve reads it: an activation that is not piecewise linear.
  var nodesReadByCurves: [Bool] {
    var result = [Bool](repeating: false, count: nodes.count)
    for node in nodes {
      guard let operation = node.operation as? any ElementwiseOperation,
        operation is any LinearlyBounded, !(operation is ReLU), !(operation is LeakyReLU)
      else { continue }
      for input in node.inputs { result[input] = true }
    }
    return result
  }
}
