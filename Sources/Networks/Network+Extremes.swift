import Tensors

extension Network {
  /// Why the factors of a node cannot be computed in a number system as its charges take it; nil where they can.
  ///
  /// A factor that is a quotient, such as a normalisation's `scale / sqrt(variance + epsilon)`, is charged as off by a part of its own size. That is
  /// so only where neither it nor anything on the way to it overflows or becomes so small that it is not rounded relatively.
  ///
  /// - Parameter isFloat: Whether the numbers are of single precision.
  public func extremeFactor(at id: Int, isFloat: Bool) -> String? {
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

  /// By how much what an affine operation adds may be off, because its parameters are; in the shape that its offset has. Nil for nothing.
  ///
  /// - Parameters:
  ///   - scale: What errors are multiplied by.
  ///   - floor: What is then added to each.
  public func offsetError<T: TensorAlgebra>(
    of affine: any AffineOperation, scaledBy scale: Double, adding floor: Double, as type: T.Type
  ) -> T? {
    // Weights' own roundings are counted as terms of their sums; what is added alone has no sum.
    let isConstant = affine is AddConstant || affine is Constant
    let errors = affine.parameters.map { id -> Tensor<Double>? in
      let parameter = parameters[id.index]
      return isConstant ? parameter.error.total(of: parameter.value) : parameter.error.sizes
    }
    guard errors.contains(where: { $0 != nil }) else { return nil }
    var values = [T](repeating: T.full(0, [1]), count: parameters.count)
    for (id, error) in zip(affine.parameters, errors) {
      if let error { values[id.index] = T(error.scaled(by: scale, adding: floor)) }
    }
    return affine.offset(Parameters(values))
  }
}
