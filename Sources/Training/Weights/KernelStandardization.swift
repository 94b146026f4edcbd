import Tensors

/// The standardisation of kernels, channel by channel.
///
/// With `n` numbers `w` of one output channel, their mean `m` and biased variance `v`, the network computes with
///
///     (w - m) / sqrt(v + epsilon) * factor * gain
///
/// where `factor` is 1 without and `norm / sqrt(n)` with scaling. Epsilon stands inside the root. Differentiated as it
/// stands, so that gradients have no part along `w` (but for epsilon) and none along a constant.
///
/// Source: Qiao et al. (2019), equations 2 and 3, and Brock et al. (2021), equation 2; their code divides by the unbiased
/// deviation in one place and by the biased one in another, of which this is the second.
struct KernelStandardization: Sendable, Hashable {
  /// Added to the variance.
  var epsilon: Double
  /// What is multiplied by, beside a learnt gain.
  var factor: Double

  /// The standardised kernels.
  ///
  /// - Parameters:
  ///   - kernels: `[outputs, ...]`.
  ///   - gains: The learnt gain of each output channel, `[outputs]`; nil for ones.
  /// - Returns: Kernels of the same shape.
  func callAsFunction<T: TensorAlgebra>(_ kernels: T, gains: T?) -> T {
    let shape = kernels.shape
    let (outputs, size) = (shape[0], shape.count / max(1, shape[0]))
    let rows = kernels.reshaped([outputs, size])
    let centered = rows - rows.reduced(.sum, axis: 1) * (1 / Double(size))
    let variance = centered.applying(.square).reduced(.sum, axis: 1) * (1 / Double(size))
    let deviation = (variance + epsilon).applying(.squareRoot)
    var factors = deviation.applying(.reciprocal) * factor
    if let gains { factors = factors * gains.reshaped([outputs, 1]) }
    return (centered * factors).reshaped(shape)
  }
}
