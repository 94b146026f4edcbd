import Files
import Networks
import Tensors

/// A network and what is trained in its place: raw kernels, and gains where the recipe has them.
///
/// Its parameters are those of the network in their order, then the gains. Kernels among them are raw; what the network
/// computes with is made of them in every step (`effective`), and once more, in doubles, for the network that is judged,
/// saved and certified (`folded`), which has no trace of them.
struct TrainedNetwork: Sendable {
  /// The structure, with the gains behind its own parameters, read by no operation.
  let network: Network
  /// Every parameter that moves: those of the network in the order of its nodes, then the gains.
  let trainable: [ParameterID]
  /// What each of them is to an optimiser and a constraint.
  let forms: [WeightForm]
  /// The matrices whose size does not matter, in order: those standardised, and those that a normalisation alone reads.
  let scaleFree: [ParameterID]
  /// The kernels that are standardised.
  private let layers: [Layer]
  /// How many parameters are the network's own.
  private let ownCount: Int

  private struct Layer: Sendable {
    var kernel: ParameterID
    var gain: ParameterID?
    var standardize: KernelStandardization
  }

  /// Adds what a recipe trains beside a network's own parameters.
  init(_ network: Network, _ settings: WeightSettings) {
    var extended = network
    ownCount = network.parameters.count
    var layers: [Layer] = []
    for kernel in network.standardizedKernels(settings.kind) {
      let shape = network.parameters[kernel.index].value.shape
      let size = Double(shape.dropping(1).count)
      var layer = Layer(
        kernel: kernel,
        standardize: KernelStandardization(epsilon: settings.epsilon, factor: 1))
      if settings.kind == .scaled {
        let norm = settings.gain ?? (2 * Double.pi / size).squareRoot()
        layer.standardize.factor = norm / size.squareRoot()
        layer.gain = extended.addParameter(
          "\(network.parameters[kernel.index].name).gain",
          Tensor<Double>(repeating: 1, [shape[0]]))
      }
      layers.append(layer)
    }
    self.layers = layers
    self.network = extended
    let free = Set(layers.map(\.kernel) + network.normalizedWeights)
    scaleFree = network.trainableParameters.filter(free.contains)
    let gains = layers.compactMap(\.gain)
    trainable = network.trainableParameters + gains
    forms = network.weightForms + gains.map { _ in .elements }
  }

  /// The number of weights, biases, scales and gains that training changes.
  var trainableCount: Int {
    trainable.reduce(0) { $0 + network.parameters[$1.index].value.count }
  }

  /// The parameters that the network computes with.
  ///
  /// - Parameter values: The trained ones, in order.
  func effective<T: TensorAlgebra>(_ values: [T]) -> [T] {
    var result = values
    for layer in layers {
      result[layer.kernel.index] = layer.standardize(
        values[layer.kernel.index], gains: layer.gain.map { values[$0.index] })
    }
    return result
  }

  /// A plain network that computes what trained parameters stand for.
  ///
  /// Kernels are computed in doubles and rounded once, to what a model file holds; the file, the judgement and the
  /// certificate have the same numbers.
  ///
  /// - Parameters:
  ///   - plain: The network as it was given, without gains.
  ///   - values: The trained parameters, in order.
  func folded(into plain: Network, _ values: [Tensor<Float>]) -> Network {
    let exact = values.map { Tensor<Double>(converting: $0) }
    let effective = layers.isEmpty ? exact : effective(exact)
    var result = plain
    for index in 0..<ownCount {
      let rounded = Tensor<Float>(converting: effective[index])
      result.setValue(Tensor<Double>(converting: rounded), of: ParameterID(index))
    }
    return result
  }

  /// The Frobenius norm of each trained parameter before the first step.
  var firstNorms: [Double] {
    trainable.map { Tensor<Float>(converting: network.parameters[$0.index].value).frobeniusNorm }
  }

  /// Whether some kernel is standardised.
  var isStandardized: Bool { !layers.isEmpty }
}

extension Network {
  /// The kernels of convolutions that a rule standardises: all of them where gains set their size, and otherwise those
  /// whose size a normalisation behind them takes away.
  fileprivate func standardizedKernels(_ kind: WeightSettings.Kind) -> [ParameterID] {
    guard kind != .plain else { return [] }
    let (needed, readers) = (isNeeded, readerCounts)
    var seen = Set<ParameterID>()
    return nodes.indices.compactMap { id in
      guard needed[id], let layer = nodes[id].operation as? Convolution else { return nil }
      guard kind == .scaled || isNormalized(id, readers), seen.insert(layer.weight).inserted else {
        return nil
      }
      return layer.weight
    }
  }

  /// The matrices whose size a normalisation behind them takes away.
  fileprivate var normalizedWeights: [ParameterID] {
    let (needed, readers) = (isNeeded, readerCounts)
    return nodes.indices.compactMap { id in
      guard needed[id], isNormalized(id, readers) else { return nil }
      switch nodes[id].operation {
      case let layer as Convolution: return layer.weight
      case let layer as Linear: return layer.weight
      default: return nil
      }
    }
  }

  /// Whether a node is read by a normalisation and nothing else.
  private func isNormalized(_ id: Int, _ readers: [Int]) -> Bool {
    readers[id] == 1 && nodes.contains { $0.operation is BatchNormalization && $0.inputs == [id] }
  }
}

extension WeightSettings {
  /// What keeps a network from being trained with these weights, and what would do instead; nil when nothing does.
  func obstacle(_ trained: TrainedNetwork) -> String? {
    guard kind != .plain, !trained.isStandardized else { return nil }
    return kind == .scaled
      ? "it has no convolution for network.weights: \(kind.rawValue); expected plain"
      : "it has no convolution that a batch normalisation alone reads, for network.weights: \(kind.rawValue); "
        + "expected plain or \(Kind.scaled.rawValue)"
  }
}
