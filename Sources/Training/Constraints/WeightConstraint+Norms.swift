import Tensors

// Constraints of norms, which do not look at singular values.
extension WeightConstraint {
  /// Every matrix with the Frobenius norm that it had before the first step.
  ///
  /// Source: Lyle et al., "Normalization and effective learning rates in reinforcement learning" (NeurIPS 2024), section 4.
  func keepNorms(_ weights: inout [Tensor<Float>], _ norms: [Double]) {
    for (index, norm) in norms.enumerated() where forms[index] != .elements {
      weights[index] = weights[index].withFrobeniusNorm(norm)
    }
  }

  /// A step of a length that is a part of each matrix's norm, along the sphere of that norm: `r N(W - rate r N(u))`, where `r` is
  /// the norm before the first step, `u` what the optimiser took off, and `N` divides by the Frobenius norm.
  ///
  /// Source: "Hyperball" (arXiv 2606.16899).
  func moveOnSphere(
    _ weights: inout [Tensor<Float>], from before: [Tensor<Float>], _ norms: [Double], rate: Double
  ) {
    precondition(before.count == weights.count, "\(before.count) weights before the step")
    for (index, norm) in norms.enumerated() where forms[index] != .elements && norm > 0 {
      let step = before[index] - weights[index]
      let size = step.frobeniusNorm
      guard size > 0 else { continue }
      weights[index] = (before[index] - step * (rate * norm / size)).withFrobeniusNorm(norm)
    }
  }

  /// Factors and shifts of each normalisation with the norm that they had together before the first step.
  ///
  /// What comes after a ReLU is multiplied by the same number then, which a normalisation behind the next layer takes away.
  ///
  /// Source: Lyle et al. (2024), section 4; the norm is that of the first factors and shifts.
  func rescaleNormalizations(_ weights: inout [Tensor<Float>], _ norms: [Double]) {
    for pair in normalizations {
      func joint(_ a: Double, _ b: Double) -> Double { (a * a + b * b).squareRoot() }
      let first = joint(norms[pair.scale], norms[pair.bias])
      let now = joint(weights[pair.scale].frobeniusNorm, weights[pair.bias].frobeniusNorm)
      guard first > 0, now > 0 else { continue }
      for index in [pair.scale, pair.bias] { weights[index] = weights[index] * (first / now) }
    }
  }

  /// Every row or column that has a length with length 1.
  func makeUnits(_ weights: inout [Tensor<Float>]) {
    for (index, axis) in unitAxes.enumerated() {
      guard let axis else { continue }
      weights[index] = weights[index].scalingUnits(axis) { _, norm in norm > 0 ? 1 / norm : 1 }
    }
  }
}

extension Tensor where Scalar == Float {
  /// The tensor scaled to a norm; itself where it has none.
  fileprivate func withFrobeniusNorm(_ norm: Double) -> Tensor {
    let now = frobeniusNorm
    return now > 0 && norm > 0 ? self * (norm / now) : self
  }
}
