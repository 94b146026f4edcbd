import Networks
import Tensors

/// A linear layer or a convolution whose weights are made so that it stretches no distance in l2.
struct ContractedLayer: Sendable {
  /// How the weights are made.
  var kind: WeightSettings.Kind
  /// What is trained.
  var weights: ParameterID
  /// That of a convolution; nil for a linear layer.
  var geometry: ConvolutionGeometry?
  /// What the result is multiplied by: 1 but for the last layers.
  var factor: Double

  /// The weights that the network computes with.
  func callAsFunction<T: TensorAlgebra>(_ weights: T) -> T {
    let result =
      kind == .cayley ? orthogonal(weights) : AlmostOrthogonal.weights(weights, geometry)
    return factor == 1 ? result : result * factor
  }

  /// The Cayley transform, of each group of a convolution.
  private func orthogonal<T: TensorAlgebra>(_ weights: T) -> T {
    let groups = geometry?.groups ?? 1
    guard groups > 1 else { return CayleyTransform.weights(weights) }
    let outputs = weights.shape[0] / groups
    return T.concatenated(
      (0..<groups).map {
        CayleyTransform.weights(weights.sliced($0 * outputs..<($0 + 1) * outputs, axis: 0))
      }, axis: 0)
  }
}

extension Network {
  /// The layers of a network whose weights are made by a rule that keeps distances, each weight once.
  ///
  /// - Parameter gain: What the last layers' matrices are multiplied by.
  func contractedLayers(_ kind: WeightSettings.Kind, gain: Double) -> [ContractedLayer] {
    guard kind.keepsDistances else { return [] }
    let (needed, last) = (isNeeded, lastLayers)
    var seen = Set<ParameterID>()
    return nodes.indices.compactMap { id -> ContractedLayer? in
      guard needed[id] else { return nil }
      let factor = last.contains(id) ? gain : 1
      switch nodes[id].operation {
      case let layer as Convolution:
        return ContractedLayer(
          kind: kind, weights: layer.weight, geometry: layer.geometry, factor: factor)
      case let layer as Linear:
        return ContractedLayer(kind: kind, weights: layer.weight, factor: factor)
      default: return nil
      }
    }.filter { seen.insert($0.weights).inserted }
  }

  /// What keeps the layers from being made by such a rule, and what would do instead; nil when nothing does.
  func obstacle(toKeepingDistances kind: WeightSettings.Kind) -> String? {
    let needed = isNeeded
    var geometries: [ParameterID: ConvolutionGeometry] = [:]
    let place = "network.weights: \(kind.rawValue)"
    for (id, node) in nodes.enumerated() where needed[id] {
      if node.operation is TransposedConvolution {
        return "operation ConvTranspose (node \(node.name)) has no rule in \(place); expected plain"
      }
      guard let layer = node.operation as? Convolution else { continue }
      if let other = geometries.updateValue(layer.geometry, forKey: layer.weight),
        other != layer.geometry
      {
        return
          "the kernel of node \(node.name) is read with another stride, padding or dilation elsewhere, "
          + "so that \(place) has no one rule for it; expected plain"
      }
      let kernel = parameters[layer.weight.index].value.shape
      let overlaps = [0, 1].contains {
        kernel[2 + $0] > 1
          && (layer.geometry.stride[$0] < kernel[2 + $0] || layer.geometry.dilation[$0] > 1)
      }
      if kind == .cayley, overlaps {
        return
          "the windows of convolution \(node.name) overlap, and an orthogonal convolution by the transform has a kernel as large as "
          + "the image and circular borders, which is no convolution of a model file; expected aol"
      }
    }
    return nil
  }
}
