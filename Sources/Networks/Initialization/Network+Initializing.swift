import RandomNumbers
import Tensors

extension Network {
  /// The network with its first weights and biases drawn.
  ///
  /// Every weight and bias of a linear, convolution or transposed convolution layer is replaced;
  /// normalisations and constants stay. Each parameter has a stream of random numbers of its own, and
  /// numbers are rounded to 32-bit floats, so the same seed gives the same network on every machine.
  public func initialized(_ initialization: Initialization = .ibp, seed: UInt64) -> Network {
    var result = self
    let layers = WeightedLayer.all(of: self)
    for (place, layer) in layers.enumerated() {
      let isLast = place == layers.count - 1
      let draw = layer.weightDraw(initialization.weights, isLast: isLast)
      result.fill(layer.weight, draw, seed)
      guard let bias = layer.bias else { continue }
      switch initialization.biases {
      case .zero: result.fill(bias, .constant(0), seed)
      case .framework: result.fill(bias, .uniform(layer.frameworkLimit), seed)
      }
    }
    return result
  }

  private mutating func fill(_ id: ParameterID, _ draw: Draw, _ seed: UInt64) {
    let shape = parameters[id.index].value.shape
    var random = SplitMix64(seed: seed, path: [UInt64(id.index)])
    let value = Tensor<Double>(uninitialized: shape) { elements in
      for i in 0..<shape.count { elements[i] = Double(Float(draw.next(&random))) }
    }
    setValue(value, of: id)
  }
}

/// A distribution.
private enum Draw {
  case constant(Double)
  /// Mean zero and a deviation.
  case normal(Double)
  /// Between a number and its negative.
  case uniform(Double)

  func next(_ random: inout SplitMix64) -> Double {
    switch self {
    case .constant(let value): value
    case .normal(let deviation): deviation * random.normal()
    case .uniform(let limit): random.uniform(in: -limit...limit)
    }
  }
}

/// A layer with weights, and what its initialisation depends on.
private struct WeightedLayer {
  var weight: ParameterID
  var bias: ParameterID?
  /// How many inputs one output reads.
  var fanIn: Int
  /// How many outputs read one input, groups left out of account as frameworks do.
  var fanOut: Int
  /// Whether its input is a sum, directly or through one other node.
  var readsSum: Bool

  /// The layers of a network in the order of its nodes.
  static func all(of network: Network) -> [WeightedLayer] {
    let needed = network.isNeeded
    return network.nodes.indices.compactMap { id in
      guard needed[id] else { return nil }
      let operation = network.nodes[id].operation
      guard var layer = operation.flatMap({ WeightedLayer($0, network) }) else { return nil }
      let input = network.nodes[id].inputs[0]
      layer.readsSum =
        network.isSum(input) || network.nodes[input].inputs.first.map(network.isSum) ?? false
      return layer
    }
  }

  private init?(_ operation: any Operation, _ network: Network) {
    func shape(_ id: ParameterID) -> Shape { network.parameters[id.index].value.shape }
    readsSum = false
    switch operation {
    case let layer as Linear:
      (weight, bias) = (layer.weight, layer.bias)
      (fanIn, fanOut) = (shape(weight)[0], shape(weight)[1])
    case let layer as Convolution:
      (weight, bias) = (layer.weight, layer.bias)
      let kernel = shape(weight)
      (fanIn, fanOut) = (kernel.dropping(1).count, kernel[0] * kernel[2] * kernel[3])
    case let layer as TransposedConvolution:
      // Kernels are `[inputs, outputs / groups, h, w]`, and frameworks take the second axis for the inputs.
      (weight, bias) = (layer.weight, layer.bias)
      let kernel = shape(weight)
      (fanIn, fanOut) = (kernel.dropping(1).count, kernel[0] * kernel[2] * kernel[3])
    default: return nil
    }
  }

  var frameworkLimit: Double { 1 / Double(fanIn).squareRoot() }

  func weightDraw(_ scheme: Initialization.Scheme, isLast: Bool) -> Draw {
    switch scheme {
    case .ibp:
      if isLast { return .uniform(frameworkLimit) }
      return .normal((2 * Double.pi).squareRoot() / Double(fanIn) / (readsSum ? 2 : 1))
    case .xavier: return .normal((2 / Double(fanIn + fanOut)).squareRoot())
    case .kaiming: return .normal((2 / Double(fanIn)).squareRoot())
    case .framework: return .uniform(frameworkLimit)
    }
  }
}

extension Network {
  fileprivate func isSum(_ node: Int) -> Bool { nodes[node].operation is Add }
}
