import Networks

/// The parameters of one normalisation among those that are trained.
struct NormalizationPair: Sendable, Hashable {
  /// The place of the factors.
  var scale: Int
  /// The place of what is added.
  var bias: Int
}

extension Network {
  /// For each parameter along which of its axes vectors are kept at length 1; nil where it stays as it is.
  ///
  /// A matrix writes to the hidden stream where its output, times constants and normalised perhaps, is a term of a sum; every
  /// other one reads it. The last layers before the output stay, as their size is the scale of the outputs, and so do tables of
  /// tokens and transposed convolutions.
  ///
  /// Source: Fu et al., "Nemotron-Flash" (NeurIPS 2025), weight normalisation: rows of matrices that read hidden features,
  /// columns of those whose output is added to them.
  ///
  /// - Parameter trainable: The parameters that are trained.
  func unitAxes(_ kind: ConstraintSettings.Kind, _ trainable: [ParameterID]) -> [UnitAxis?] {
    let last = lastLayers
    var axes: [ParameterID: UnitAxis] = [:]
    for id in nodes.indices where isWeighted(id) && !last.contains(id) {
      guard let weight = weight(of: id) else { continue }
      switch kind {
      case .unitRows: axes[weight] = .rows
      case .unitColumns: axes[weight] = .columns
      case .unitHidden: axes[weight] = writesToSum(id) ? .columns : .rows
      default: continue
      }
    }
    return trainable.map { axes[$0] }
  }

  /// The normalisations whose factors and shifts are both trained.
  func normalizationPairs(_ trainable: [ParameterID]) -> [NormalizationPair] {
    var seen = Set<ParameterID>()
    return nodes.compactMap { node in
      guard let operation = node.operation as? BatchNormalization,
        seen.insert(operation.scale).inserted,
        let scale = trainable.firstIndex(of: operation.scale),
        let bias = trainable.firstIndex(of: operation.bias)
      else { return nil }
      return NormalizationPair(scale: scale, bias: bias)
    }
  }

  private func weight(of node: Int) -> ParameterID? {
    switch nodes[node].operation {
    case let layer as Linear: layer.weight
    case let layer as Convolution: layer.weight
    default: nil
    }
  }

  private func isWeighted(_ node: Int) -> Bool {
    nodes[node].operation is TransposedConvolution || weight(of: node) != nil
  }

  /// The layers that reach the output through no other layer.
  var lastLayers: Set<Int> {
    var reached = Set([output])
    var found = Set<Int>()
    for id in nodes.indices.reversed() where reached.contains(id) {
      if isWeighted(id) { found.insert(id) } else { reached.formUnion(nodes[id].inputs) }
    }
    return found
  }

  /// Whether a node's value, scaled and shifted on the way perhaps, is a term of a sum of nodes.
  private func writesToSum(_ node: Int) -> Bool {
    var current = node
    while true {
      let readers = nodes.indices.filter { nodes[$0].inputs.contains(current) }
      guard readers.count == 1, let operation = nodes[readers[0]].operation else { return false }
      switch operation {
      case is Add: return true
      case is MultiplyConstant, is AddConstant, is BatchNormalization: current = readers[0]
      default: return false
      }
    }
  }
}
