import Networks
import Tensors

extension Network {
  /// Why the factors of a node cannot be computed in a number system as its charges take it; nil where they can.
  ///
  /// A factor that is a quotient, such as a normalisation's `scale / sqrt(variance + epsilon)`, is charged as off by a part of its own size. That is
  /// so only where neither it nor anything on the way to it overflows or becomes so small that it is not rounded relatively.
  ///
  /// - Parameter isFloat: Whether the numbers are of single precision.
  func extremeFactor(at id: Int, isFloat: Bool) -> String? {
    let limit = isFloat ? 0x1p100 : 0x1p900
    func isModest(_ value: Double) -> Bool {
      value.magnitude < limit && value.magnitude > 1 / limit
    }
    func values(_ id: ParameterID) -> [Double] { parameters[id.index].value.scalars }
    let isTame: Bool
    switch nodes[id].operation {
    case let normalization as BatchNormalization:
      let (scale, variance) = (values(normalization.scale), values(normalization.variance))
      let (mean, bias) = (values(normalization.mean), values(normalization.bias))
      isTame = scale.indices.allSatisfy { channel in
        let spread = variance[channel] + normalization.epsilon
        let factor = scale[channel] / spread.squareRoot()
        return isModest(spread) && variance[channel].magnitude < limit
          && (scale[channel] == 0 || (isModest(factor) && isModest(scale[channel])))
          && mean[channel].magnitude < limit && bias[channel].magnitude < limit
          && (mean[channel] * factor).magnitude < limit
      }
    case let product as MultiplyConstant where product.isQuotient:
      isTame = values(product.constant).allSatisfy(isModest)
    default: return nil
    }
    guard !isTame else { return nil }
    return isFloat
      ? "a factor is too large or too small for float32; --precision double may have room for it"
      : "a factor is too large or too small for float64"
  }
}
