import Tensors

extension Network {
  /// The parameters that training changes, in the order of the nodes: the weights and biases of layers, and
  /// the scales and biases of normalisations, and constants that say so.
  ///
  /// Statistics of normalisations follow the data, and other constants stay what they are.
  public var trainableParameters: [ParameterID] {
    var seen = Set<ParameterID>()
    return nodes.flatMap { node -> [ParameterID] in
      switch node.operation {
      case let layer as BatchNormalization: [layer.scale, layer.bias]
      case let layer as Embedding: [layer.table]
      case let product as MultiplyConstant where product.isTrained: [product.constant]
      case let sum as AddConstant where sum.isTrained: [sum.constant]
      case let layer
      where layer is Linear || layer is Convolution || layer is TransposedConvolution:
        layer?.parameters ?? []
      default: []
      }
    }.filter { seen.insert($0).inserted }
  }

  /// The number of weights, biases and scales that training changes.
  public var trainableParameterCount: Int {
    trainableParameters.reduce(0) { $0 + parameters[$1.index].value.count }
  }

  /// How many products the layers with weights form and add for one example.
  public var multiplyAddCount: Int {
    nodes.indices.reduce(0) { sum, node in
      switch nodes[node].operation {
      case let layer as Linear:
        sum + nodes[node].shape.count * parameters[layer.weight.index].value.shape[0]
      case let layer as Convolution:
        sum + nodes[node].shape.count
          * parameters[layer.weight.index].value.shape.dropping(1).count
      case let layer as TransposedConvolution:
        sum + inputShapes(of: node)[0].count
          * parameters[layer.weight.index].value.shape.dropping(1).count
      default: sum
      }
    }
  }

  /// The number of single ReLUs.
  public var reluCount: Int {
    nodes.reduce(0) { $0 + ($1.operation is ReLU ? $1.shape.count : 0) }
  }
}
