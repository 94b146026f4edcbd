import Tensors

extension Network {
  /// The same function with fewer nodes.
  ///
  /// Constants that were computed become parameters where rounding leaves them alone, steps that do nothing go, reshapes in a row become one, constants added after a layer become its
  /// bias, batch normalisation moves into the layer before it, a normalisation of the input into the
  /// convolution after it as far as that is possible, nothing unused stays, a number times its own gate becomes one function,
  /// the differences that bounds of maxima and choices follow from become nodes, and choices of tokens see what their scores are sums of. Weights that change are computed in
  /// double precision, so outputs agree with the original up to rounding.
  public func simplified() -> Network {
    var network = expandingAttention().removingUnused().foldingConstants()
    while true {
      let next = network.droppingNeutralSteps().mergingReshapes().recognizingGates().foldingBiases()
        .foldingBatchNormalization().foldingInputScales()
      if next.nodes.count == network.nodes.count {
        return next.seeingSummedScores().computingDifferences()
      }
      network = next
    }
  }

  /// Without additions of zero, multiplications by one and reshapes to the same shape.
  public func droppingNeutralSteps() -> Network {
    rewritten { node, rebuilder in
      guard isNeutral(node) else { return rebuilder.keep(node) }
      rebuilder.forward(node, to: nodes[node].inputs[0])
    }
  }

  private func isNeutral(_ node: Int) -> Bool {
    guard let input = nodes[node].inputs.first, nodes[input].shape == nodes[node].shape else {
      return false
    }
    func isUniform(_ id: ParameterID, _ value: Double) -> Bool {
      parameters[id.index].value.withElements { $0.allSatisfy { $0 == value } }
    }
    switch nodes[node].operation {
    case is Reshape: return true
    case let sum as AddConstant: return isUniform(sum.constant, 0)
    case let product as MultiplyConstant: return isUniform(product.constant, 1)
    default: return false
    }
  }

  /// With each run of reshapes replaced by the last.
  public func mergingReshapes() -> Network {
    rewritten { node, rebuilder in
      guard nodes[node].operation is Reshape else { return rebuilder.keep(node) }
      var source = nodes[node].inputs[0]
      while nodes[source].operation is Reshape { source = nodes[source].inputs[0] }
      rebuilder.replace(node, by: Reshape(to: nodes[node].shape), reading: [source])
    }
  }

  /// The network that a rewriting of each needed node gives, without what is then unused.
  func rewritten(_ rewrite: (Int, inout NetworkRebuilder) -> Void) -> Network {
    var rebuilder = NetworkRebuilder(self)
    let needed = isNeeded
    for node in nodes.indices.dropFirst() where needed[node] { rewrite(node, &rebuilder) }
    return rebuilder.finished().removingUnused()
  }

  /// The single input of a node, if nothing else reads it and the network does not return it.
  func soleInput(of node: Int, readers: [Int]) -> Int? {
    guard nodes[node].inputs.count == 1, let input = nodes[node].inputs.first,
      readers[input] == 1
    else { return nil }
    return input
  }
}
