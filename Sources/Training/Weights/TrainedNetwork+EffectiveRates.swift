import Records
import Tensors

extension TrainedNetwork {
  /// How far a step turns each matrix whose size does not matter, because it is standardised or normalised behind.
  ///
  /// With a gradient that falls as the weights grow, a step of SGD at rate `r` turns weights `w` as one at rate `r / |w|^2` turns weights of
  /// norm 1; one of Adam or Muon, whose size is that of the rate, as one at rate `r / |w|`.
  ///
  /// Source: Lyle et al., "Normalization and effective learning rates in reinforcement learning" (NeurIPS 2024), section 3.
  ///
  /// - Returns: A record for each such matrix, in order; nil where there is none.
  func effectiveRates(
    _ values: [Tensor<Float>], rate: Double, kind: OptimizerSettings.Kind
  ) -> [EffectiveRateRecord]? {
    let records = scaleFree.compactMap { id -> EffectiveRateRecord? in
      let norm = values[id.index].frobeniusNorm
      guard norm > 0 else { return nil }
      return EffectiveRateRecord(
        name: network.parameters[id.index].name, rate: rate / (kind == .sgd ? norm * norm : norm))
    }
    return records.isEmpty ? nil : records
  }
}
