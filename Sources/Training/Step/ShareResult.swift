import Networks
import Tensors

/// What one share of a batch gives, in plain tensors.
///
/// A recipe with `shares` above 1 cuts every batch into so many shares, each of which is a step of its own: statistics of
/// normalisations, regularisers and starts of attacks are the share's. The gradient of the batch is the mean of theirs.
public struct ShareResult: Sendable {
  /// The images of the share.
  public var count: Int
  /// Losses, gradients and statistics, means over the share's images.
  public var step: StepResult<Tensor<Float>>

  /// The step of a whole batch.
  ///
  /// Losses and gradients are means over images, so each share counts by its images. Sums go from the first share to the last,
  /// element by element in single precision: they depend on the shares, and not on who computed them. Means and variances of
  /// normalisations are pooled, as if they were those of the batch.
  ///
  /// - Precondition: There is a share.
  static func combined(_ shares: [ShareResult]) -> StepResult<Tensor<Float>> {
    precondition(!shares.isEmpty, "A batch without shares")
    var sum = shares[0].step
    guard shares.count > 1 else { return sum }
    let all = Double(shares.reduce(0) { $0 + $1.count })
    let weights = shares.map { Double($0.count) / all }
    func mean(_ value: (StepResult<Tensor<Float>>) -> Double) -> Double {
      zip(weights, shares).reduce(0) { $0 + $1.0 * value($1.1.step) }
    }
    sum.loss = mean(\.loss)
    sum.cleanLoss = mean(\.cleanLoss)
    sum.robustLoss = sum.robustLoss.map { _ in mean { $0.robustLoss ?? 0 } }
    sum.regularization = mean(\.regularization)
    sum.distillation = sum.distillation.map { _ in mean { $0.distillation ?? 0 } }
    sum.cleanCorrect = shares.reduce(0) { $0 + $1.step.cleanCorrect }
    sum.verifiedCorrect = sum.verifiedCorrect.map { _ in
      shares.reduce(0) { $0 + ($1.step.verifiedCorrect ?? 0) }
    }
    sum.gradients = sum.gradients.indices.map { index in
      let first = shares[0].step.gradients[index] * weights[0]
      return shares.indices.dropFirst().reduce(first) {
        $0 + shares[$1].step.gradients[index] * weights[$1]
      }
    }
    sum.moments = sum.moments.indices.map { index in pooled(shares.map { $0.step.moments[index] }) }
    sum.layers = sum.layers.indices.map { index in
      LayerStatistics(
        looseness: mean { $0.layers[index].looseness }, active: mean { $0.layers[index].active },
        inactive: mean { $0.layers[index].inactive })
    }
    return sum
  }

  /// The mean and the variance of all values from those of parts of them.
  private static func pooled(
    _ parts: [BatchMoments<Tensor<Float>>]
  ) -> BatchMoments<Tensor<Float>> {
    let count = parts.reduce(0) { $0 + $1.count }
    func weighted(_ term: (BatchMoments<Tensor<Float>>) -> Tensor<Double>) -> Tensor<Double> {
      let terms = parts.map { term($0) * (Double($0.count) / Double(max(1, count))) }
      return terms.dropFirst().reduce(terms[0], +)
    }
    let mean = weighted { $0.mean.values }
    let variance = weighted { $0.variance.values + ($0.mean.values - mean).applying(.square) }
    return BatchMoments(
      normalization: parts[0].normalization, mean: Tensor<Float>(converting: mean),
      variance: Tensor<Float>(converting: variance), count: count)
  }
}

extension StepResult where Base == Lanes<Float> {
  /// The same with gradients and statistics as plain tensors.
  var plain: StepResult<Tensor<Float>> {
    var result = StepResult<Tensor<Float>>()
    (result.loss, result.cleanLoss, result.robustLoss) = (loss, cleanLoss, robustLoss)
    (result.regularization, result.layers) = (regularization, layers)
    result.distillation = distillation
    (result.cleanCorrect, result.verifiedCorrect) = (cleanCorrect, verifiedCorrect)
    result.gradients = gradients.map(\.plain)
    result.moments = moments.map {
      BatchMoments(
        normalization: $0.normalization, mean: Tensor<Float>(converting: $0.mean.values),
        variance: Tensor<Float>(converting: $0.variance.values), count: $0.count,
        isEstimate: $0.isEstimate)
    }
    return result
  }
}
