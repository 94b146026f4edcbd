import Files
import Networks
import Tensors

/// A network and what is trained in its place: raw kernels, and gains where the recipe has them.
///
/// Its parameters are those of the network in their order, then the gains, and the directions that norms of matrices are estimated along. Kernels
/// among them are raw; what the network
/// computes with is made of them in every step (`effective`), and once more, in doubles, for the network that is judged,
/// saved and certified (`folded`), which has no trace of them.
struct TrainedNetwork: Sendable {
  /// The structure, with gains and directions behind its own parameters, read by no operation.
  let network: Network
  /// Every parameter that moves: those of the network in the order of its nodes, then the gains.
  let trainable: [ParameterID]
  /// What each of them is to an optimiser and a constraint.
  let forms: [WeightForm]
  /// The matrices whose size does not matter, in order: those standardised, and those that a normalisation alone reads.
  let scaleFree: [ParameterID]
  /// The kernels that are standardised.
  private let layers: [Layer]
  /// The matrices that are divided by an estimate of their norm.
  private let divided: [DividedMatrix]
  /// The layers that are kept from stretching distances.
  private let contracted: [ContractedLayer]
  /// How many parameters are the network's own.
  private let ownCount: Int

  private struct Layer: Sendable {
    var kernel: ParameterID
    var gain: ParameterID?
    var standardize: KernelStandardization
  }

  private struct DividedMatrix: Sendable {
    var weights: ParameterID
    var gain: ParameterID
    /// The directions along which the norm is estimated; no gradient moves them.
    var left: ParameterID
    var right: ParameterID
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
    let matrices = settings.kind == .sigmaReparam ? network.layerWeights : []
    divided = matrices.map { id in
      let parameter = network.parameters[id.index]
      // What training begins with is rounded to floats, and so are the directions.
      let settled = SpectralReparametrization.settled(parameter.value)
      func add(_ part: String, _ value: Tensor<Double>) -> ParameterID {
        extended.addParameter(
          "\(parameter.name).\(part)",
          Tensor<Double>(converting: Tensor<Float>(converting: value)))
      }
      return DividedMatrix(
        weights: id, gain: add("gain", Tensor([1], [settings.firstGain ?? settled.value])),
        left: add("left", settled.left), right: add("right", settled.right))
    }
    contracted = network.contractedLayers(settings.kind, gain: settings.lastGain)
    self.layers = layers
    self.network = extended
    let rescaled = contracted.filter { $0.kind == .aol }.map(\.weights)
    let free = Set(
      layers.map(\.kernel) + divided.map(\.weights) + rescaled + network.normalizedWeights)
    scaleFree = network.trainableParameters.filter(free.contains)
    let gains = layers.compactMap(\.gain) + divided.map(\.gain)
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
    for matrix in divided {
      result[matrix.weights.index] = SpectralReparametrization.weights(
        values[matrix.weights.index], gain: values[matrix.gain.index],
        left: values[matrix.left.index], right: values[matrix.right.index])
    }
    for layer in contracted {
      result[layer.weights.index] = layer(values[layer.weights.index])
    }
    return result
  }

  /// The parameters with the directions of each matrix turned by one round of the power iteration, as at the beginning of a step.
  func turningDirections(_ values: [Tensor<Float>]) -> [Tensor<Float>] {
    changingDirections(values) {
      SpectralReparametrization.turned($0, left: $1, right: $2)
    }
  }

  /// The parameters with the directions of each matrix where they end, for values that no step has led to, such as averages.
  func settlingDirections(_ values: [Tensor<Float>]) -> [Tensor<Float>] {
    changingDirections(values) { weights, _, _ in
      let settled = SpectralReparametrization.settled(Tensor<Double>(converting: weights))
      return (Tensor(converting: settled.left), Tensor(converting: settled.right))
    }
  }

  private func changingDirections(
    _ values: [Tensor<Float>],
    _ change: (Tensor<Float>, _ left: Tensor<Float>, _ right: Tensor<Float>) -> (
      left: Tensor<Float>, right: Tensor<Float>
    )
  ) -> [Tensor<Float>] {
    var result = values
    for matrix in divided {
      let (left, right) = change(
        values[matrix.weights.index], values[matrix.left.index], values[matrix.right.index])
      (result[matrix.left.index], result[matrix.right.index]) = (left, right)
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
    let effective = effective(exact)
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

  /// A matrix that is to be divided by its norm and has none; nil where there is no such matrix.
  var matrixWithoutNorm: String? {
    let all = divided.map(\.weights) + contracted.filter { $0.kind == .aol }.map(\.weights)
    return all.first { weights in
      network.parameters[weights.index].value.withElements { $0.allSatisfy { $0 == 0 } }
    }.map { network.parameters[$0.index].name }
  }
}

extension Network {
  /// The kernels of convolutions that a rule standardises: all of them where gains set their size, and otherwise those
  /// whose size a normalisation behind them takes away.
  fileprivate func standardizedKernels(_ kind: WeightSettings.Kind) -> [ParameterID] {
    guard kind == .standardized || kind == .scaled else { return [] }
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

  /// The weights of linear layers and convolutions that the output depends on, each once.
  fileprivate var layerWeights: [ParameterID] {
    let needed = isNeeded
    var seen = Set<ParameterID>()
    return nodes.indices.compactMap { id -> ParameterID? in
      guard needed[id] else { return nil }
      switch nodes[id].operation {
      case let layer as Convolution: return layer.weight
      case let layer as Linear: return layer.weight
      default: return nil
      }
    }.filter { seen.insert($0).inserted }
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
    if kind == .sigmaReparam || kind.keepsDistances {
      let problem = kind.keepsDistances ? trained.network.obstacle(toKeepingDistances: kind) : nil
      return problem
        ?? trained.matrixWithoutNorm.map {
          "the first weights \($0) are all zero, which network.weights: \(kind.rawValue) cannot divide by; expected plain"
        }
    }
    guard kind != .plain, !trained.isStandardized else { return nil }
    return kind == .scaled
      ? "it has no convolution for network.weights: \(kind.rawValue); expected plain"
      : "it has no convolution that a batch normalisation alone reads, for network.weights: \(kind.rawValue); "
        + "expected plain or \(Kind.scaled.rawValue)"
  }
}
