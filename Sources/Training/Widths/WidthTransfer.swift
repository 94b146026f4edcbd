import Networks
import Tensors

/// What the rate and the weight decay of one weight are multiplied by.
struct StepScale: Sendable, Hashable {
  /// The factor of the learning rate.
  var rate = 1.0
  /// The factor of the weight decay.
  var decay = 1.0
}

extension Network {
  /// The scales that carry the learning rate and the weight decay of AdamW from a narrower or wider network to this one.
  ///
  /// A matrix is one whose number of inputs grows with the width. One that reads `k` times as many as at the other width gets the rate over `k` and the decay times the
  /// root of `k`, so that its singular values, which go as `sqrt(rate / decay) k^(3/4)`, stay; all other parameters keep the
  /// rate and have no decay. The last layer, of which the source's table is not known here, is treated as every matrix that reads
  /// more inputs, as the maximal update parametrisation does for its rate.
  ///
  /// Source: Fan et al., "Robust layerwise scaling rules by proper weight decay tuning" (arXiv 2510.15262), table 1.
  ///
  /// - Parameters:
  ///   - other: The same architecture at the width for which rate and decay were found.
  ///   - wider: The same at twice that width, which tells matrices from the rest.
  ///   - trainable: The parameters that are trained; those that only this network has count as vectors.
  func stepScales(
    from other: Network, _ wider: Network, _ trainable: [ParameterID]
  ) -> [StepScale] {
    trainable.map { id in
      guard other.parameters.indices.contains(id.index) else { return StepScale(decay: 0) }
      let inputs = [self, other, wider].map { $0.parameters[id.index].value.shape.inputsOfMatrix }
      guard let own = inputs[0], let base = inputs[1], base != inputs[2] else {
        return StepScale(decay: 0)
      }
      let growth = Double(own) / Double(base)
      return StepScale(rate: 1 / growth, decay: growth.squareRoot())
    }
  }
}

extension Shape {
  /// The number of inputs that an output of a weight of this shape reads; nil for vectors.
  fileprivate var inputsOfMatrix: Int? {
    guard rank >= 2 else { return nil }
    return rank == 2 ? self[0] : dropping(1).count
  }
}
