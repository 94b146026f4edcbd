import Networks
import Tensors

extension Network {
  /// What each trainable parameter is to an optimiser and a constraint, in their order.
  ///
  /// Queries, keys and values of attention are a matrix for each head: a bound of the whole matrix says nothing of a head's, into which
  /// a token may put all of its size.
  var weightForms: [WeightForm] {
    let heads = headsOfWeights
    let tables = Set(nodes.compactMap { ($0.operation as? Embedding)?.table })
    let constants = trainedConstants
    return trainableParameters.map { id in
      let shape = parameters[id.index].value.shape
      // Whatever their shape, they multiply or move elements one by one.
      if constants.contains(id) { return .elements }
      if tables.contains(id) { return .rows(width: shape[-1]) }
      guard let heads = heads[id] else { return WeightForm(shape) }
      return WeightMatrix(shape, blocks: heads).map { .matrix($0) } ?? .elements
    }
  }

  /// The constants of products and sums that training moves.
  var trainedConstants: Set<ParameterID> {
    Set(
      nodes.compactMap { node in
        switch node.operation {
        case let product as MultiplyConstant where product.isTrained: product.constant
        case let sum as AddConstant where sum.isTrained: sum.constant
        default: nil
        }
      })
  }

  /// The heads of the weights that attention reads the products of.
  private var headsOfWeights: [ParameterID: Int] {
    var result: [ParameterID: Int] = [:]
    for node in nodes {
      guard let attention = node.operation as? Attention else { continue }
      for var source in node.inputs {
        while nodes[source].operation is RotaryPositions { source = nodes[source].inputs[0] }
        if let layer = nodes[source].operation as? Linear {
          result[layer.weight] = attention.form.heads
        }
      }
    }
    return result
  }
}
