import Tensors

extension Optimizer {
  /// A gradient, each output's part of it scaled down to `limit` times the norm of that output's weights.
  ///
  /// Norms below 1e-3 count as 1e-3, so that weights of zero can begin to move. Vectors and the last layer are not
  /// clipped, nor are tables of tokens.
  ///
  /// Source: Brock et al., "High-performance large-scale image recognition without normalization" (ICML 2021), equation 3.
  func adaptivelyClipped(
    _ gradient: Tensor<Float>, _ index: Int, weight: Tensor<Float>, limit: Double
  ) -> Tensor<Float> {
    guard case .matrix = forms[index], index != lastMatrix else { return gradient }
    let norms = weight.unitNorms(.rows)
    return gradient.scalingUnits(.rows) { unit, norm in
      let most = limit * max(norms[unit], 1e-3)
      return norm > most ? most / norm : 1
    }
  }

  /// The weights of the last layer, in the order of the nodes.
  private var lastMatrix: Int? {
    forms.lastIndex { form in
      guard case .matrix = form else { return false }
      return true
    }
  }
}
