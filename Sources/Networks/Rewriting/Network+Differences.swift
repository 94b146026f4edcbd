import Tensors

extension Network {
  /// The same function with the differences that bounds of maxima, minima and choices follow from as nodes of their own.
  ///
  /// `Maximum` gets the rectified difference of its inputs for a third, `Choose` the difference of its branches for a
  /// fourth. Values are computed from the first ones as before.
  public func computingDifferences() -> Network {
    guard nodes.contains(where: { Self.lacksDifference($0) }) else { return self }
    return rewritten { node, rebuilder in
      let inputs = nodes[node].inputs
      guard Self.lacksDifference(nodes[node]), let operation = nodes[node].operation else {
        return rebuilder.keep(node)
      }
      switch operation {
      case let maximum as Maximum:
        rebuilder.stand(
          rebuilder.maximum(
            maximum, rebuilder.newNode(inputs[0]), rebuilder.newNode(inputs[1]), for: node),
          for: node)
      default:
        let branches = inputs.map(rebuilder.newNode(_:))
        let difference = rebuilder.add(
          Add(isDifference: true), [branches[1], branches[2]], for: node)
        rebuilder.stand(rebuilder.add(operation, branches + [difference], for: node), for: node)
      }
    }
  }

  private static func lacksDifference(_ node: Node) -> Bool {
    node.operation is Maximum && node.inputs.count == 2
      || node.operation is Choose && node.inputs.count == 3
  }
}

extension NetworkRebuilder {
  /// The larger or the smaller of two new nodes, beside their rectified difference.
  mutating func maximum(_ operation: Maximum, _ a: Int, _ b: Int, for node: Int) -> Int {
    let order = operation.isMinimum ? [b, a] : [a, b]
    let gain = add(ReLU(), [add(Add(isDifference: true), order, for: node)], for: node)
    return add(operation, [a, b, gain], for: node)
  }
}
