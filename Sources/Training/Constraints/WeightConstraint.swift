import Tensors

/// Keeps weights within what a recipe allows.
///
/// Every promise is about singular values of matrices in units of norm (`WeightMatrix`), in exact arithmetic; roundings of single precision
/// come on top. What a trained network's constants are, `surety lipschitz` computes from its weights.
///
/// Source: Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025), section 3 and appendix; the limits that their
/// polynomials do not keep are kept by scaling.
public struct WeightConstraint: Sendable {
  /// The kind and its limit.
  public var settings: ConstraintSettings
  /// What each weight is.
  let forms: [WeightForm]
  /// Along which axis each weight's vectors have length 1; nil where they need not.
  let unitAxes: [UnitAxis?]
  /// The normalisations whose parameters are kept together.
  let normalizations: [NormalizationPair]
  /// What the rate of each weight was multiplied by; empty for ones.
  var scales: [StepScale] = []

  /// Creates a constraint on weights of some forms.
  init(_ settings: ConstraintSettings, _ forms: [WeightForm]) {
    (self.settings, self.forms) = (settings, forms)
    (unitAxes, normalizations) = ([], [])
  }

  /// Creates a constraint on what is trained of a network.
  init(_ settings: ConstraintSettings, _ trained: TrainedNetwork) {
    (self.settings, forms) = (settings, trained.forms)
    unitAxes = trained.network.unitAxes(settings.kind, trained.trainable)
    normalizations =
      settings.normalizations == .joint
      ? trained.network.normalizationPairs(trained.trainable) : []
  }

  /// Scales weights that begin beyond the limit to it.
  ///
  /// - Parameter weights: The weights before the first step.
  public func begin(_ weights: inout [Tensor<Float>]) {
    switch settings.kind {
    case .spectralNormalization, .stiefel, .softCap, .hardCap:
      change(&weights) { scaledToLimit($0) }
    case .unitRows, .unitColumns, .unitHidden: makeUnits(&weights)
    case .none, .spectralDecay, .hammer, .frobenius, .hyperball: return
    }
  }

  /// Constrains the weights after a step.
  ///
  /// - Parameters:
  ///   - weights: The weights, changed in place; vectors stay as they are.
  ///   - before: The weights before the step.
  ///   - norms: The Frobenius norm that each weight had before the first step.
  ///   - rate: The learning rate of the step.
  ///   - decay: What the step took off each weight, as a part, by decoupled weight decay.
  ///   - isBounded: Whether the step itself moved no singular value by more than `rate`, as Muon's do.
  public func apply(
    _ weights: inout [Tensor<Float>], from before: [Tensor<Float>], norms: [Double], rate: Double,
    decay: Double, isBounded: Bool
  ) {
    let limit = settings.limit
    switch settings.kind {
    case .none: return
    case .spectralDecay:
      change(&weights) { matrix in
        let top = matrix.topSingular()
        return matrix.adding(-settings.strength * rate * top.value, top.left, top.right)
      }
    case .spectralNormalization: change(&weights) { scaledToLimit($0) }
    case .stiefel: change(&weights) { $0.orthogonalized() * limit }
    case .hammer:
      change(&weights) { matrix in
        let top = matrix.topSingular()
        return matrix.adding(limit - top.value, top.left, top.right)
      }
    case .softCap:
      changeEach(&weights) { index, matrix in
        let scale = scales.isEmpty ? 1 : scales[index].rate
        // What a step can leave of weights at the limit, with a little for its own rounding.
        let largest =
          isBounded
          ? (limit * (1 - decay * scale) + rate * scale) * (1 + 0x1p-14) : .infinity
        guard let coefficient = SoftCap.coefficient(limit: limit, largest: largest) else {
          return scaledToLimit(matrix)
        }
        return coefficient == 0
          ? matrix : matrix.cubic(-coefficient).cubic(coefficient)
      }
    case .hardCap:
      change(&weights) { matrix in
        // The polynomials hold up to 3.5 times the limit.
        let bound = matrix.singularValueBound / limit
        guard bound > 1 else { return matrix }
        var x = matrix * (1 / (limit * max(1, bound / 3.5)))
        for step in Self.hardCap { x = x.quintic(step) }
        return scaledToLimit(x * limit)
      }
    case .frobenius:
      keepNorms(&weights, norms)
      rescaleNormalizations(&weights, norms)
    case .hyperball:
      moveOnSphere(&weights, from: before, norms, rate: rate)
      rescaleNormalizations(&weights, norms)
    case .unitRows, .unitColumns, .unitHidden: makeUnits(&weights)
    }
  }

  /// The matrix, scaled down where a singular value may be above the limit.
  private func scaledToLimit(_ matrix: Tensor<Float>) -> Tensor<Float> {
    let bound = matrix.singularValueBound
    return bound > settings.limit ? matrix * (settings.limit / bound) : matrix
  }

  private func change(
    _ weights: inout [Tensor<Float>], _ body: (Tensor<Float>) -> Tensor<Float>
  ) {
    changeEach(&weights) { body($1) }
  }

  private func changeEach(
    _ weights: inout [Tensor<Float>], _ body: (Int, Tensor<Float>) -> Tensor<Float>
  ) {
    for index in weights.indices {
      switch forms[index] {
      case .elements: continue
      case .matrix(let form):
        weights[index] = form.changing(weights[index]) { body(index, $0) }
      case .rows: weights[index] = weights[index].withRows(atMost: 1)
      }
    }
  }

  /// Polynomials whose composition is near `min(x, 1)` on [0, 3.5], off by at most 0.034 on [0, 1] and at most 1.0109 above.
  private static let hardCap: [(first: Double, third: Double, fifth: Double)] = [
    (0.805032, 0.206361, -0.019763), (0.649867, 0.162935, -0.011150),
    (1.810259, -0.200265, 0.008251), (1.004384, -0.183490, 0.014413),
  ]
}

extension Tensor where Scalar == Float {
  /// The matrix plus a multiple of a column times a row.
  fileprivate func adding(_ factor: Double, _ left: Tensor, _ right: Tensor) -> Tensor {
    self + left.product(right, transposingLeft: false, transposingRight: true) * factor
  }

  /// `x + a x^3` of the singular values.
  fileprivate func cubic(_ a: Double) -> Tensor { odd { gram, x in x + gram.product(x) * a } }

  /// `a x + b x^3 + c x^5` of the singular values.
  fileprivate func quintic(_ p: (first: Double, third: Double, fifth: Double)) -> Tensor {
    odd { gram, x in
      x * p.first + (gram * p.third + gram.product(gram) * p.fifth).product(x)
    }
  }

  /// A function of the Gram matrix of the shorter side and of the matrix with that side first.
  private func odd(_ body: (Tensor, Tensor) -> Tensor) -> Tensor {
    let isTall = shape[0] > shape[1]
    let x = isTall ? transposed([1, 0]) : self
    let result = body(x.product(x, transposingLeft: false, transposingRight: true), x)
    return isTall ? result.transposed([1, 0]) : result
  }
}
