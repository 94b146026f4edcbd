import Lipschitz
import Tensors

/// What a weight is to an optimiser and a constraint.
enum WeightForm: Sendable, Hashable {
  /// A vector or a number, whose elements move one by one.
  case elements
  /// A matrix, or several side by side.
  case matrix(WeightMatrix)
  /// A table with a row for each token.
  case rows(width: Int)

  /// The form of a weight by its shape alone.
  init(_ shape: Shape) {
    self = WeightMatrix(shape).map { .matrix($0) } ?? .elements
  }
}

/// A weight seen as the matrix that it multiplies by.
///
/// A linear layer's weight is `[inputs, outputs]`, a convolution's `[outputs, inputs, height, width]`, whose matrix has a row for each
/// output. Singular values do not tell a matrix from its transpose. The heads of attention are matrices of their own, whose
/// outputs lie side by side.
///
/// Norms are measured from RMS to RMS, as in Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025),
/// section 2: the matrix of spectral norm `sqrt(outputs / inputs)` has norm 1.
struct WeightMatrix: Sendable, Hashable {
  /// The shape of the weight.
  let shape: Shape
  /// How many matrices its columns fall into.
  let blocks: Int
  /// The spectral norm of a matrix of norm 1.
  let unit: Double

  /// nil for vectors and numbers, which are no matrices.
  init?(_ shape: Shape, blocks: Int = 1) {
    guard shape.rank >= 2, shape.count > 0 else { return nil }
    precondition(
      blocks == 1 || (shape.rank == 2 && shape[1] % blocks == 0), "\(blocks) parts of \(shape)")
    self.shape = shape
    self.blocks = blocks
    let rest = Double(shape.count / shape[0] / blocks)
    let first = Double(shape[0])
    unit = (shape.rank == 2 ? rest / first : first / rest).squareRoot()
  }

  /// The weight with each of its matrices, in units of norm, changed.
  func changing(
    _ weight: Tensor<Float>, _ body: (Tensor<Float>) -> Tensor<Float>
  ) -> Tensor<Float> {
    let matrix = weight.reshaped([shape[0], shape.count / shape[0]]) * (1 / unit)
    guard blocks > 1 else { return (body(matrix) * unit).reshaped(shape) }
    let width = shape[1] / blocks
    let parts = (0..<blocks).map { block in
      body(matrix.sliced(block * width..<(block + 1) * width, axis: 1))
    }
    return Tensor.concatenated(parts, axis: 1) * unit
  }
}

extension Tensor where Scalar == Float {
  /// The l2 norm of all elements, in doubles.
  var frobeniusNorm: Double {
    values.withElements { $0.reduce(0) { $0 + $1 * $1 } }.squareRoot()
  }

  /// The matrix with singular values near 1 and the same singular vectors, `U V'` of `U S V'`: six steps of Newton and Schulz.
  ///
  /// Source: the schedule that never exceeds 1 (You 2025, with Muon, Jordan et al. 2024): in exact arithmetic every singular value
  /// of the result is at most 0.99934, and from 0.01 of the Frobenius norm on at least 0.9956.
  func orthogonalized() -> Tensor {
    precondition(shape.rank == 2, "A matrix has two axes, not \(shape)")
    let isTall = shape[0] > shape[1]
    let norm = frobeniusNorm
    guard norm > 0, norm.isFinite else { return self }
    var x = (isTall ? transposed([1, 0]) : self) * (1 / norm)
    for step in NewtonSchulz.steps {
      let gram = x.product(x, transposingLeft: false, transposingRight: true)
      let inner = gram.product(gram) * step.fifth + gram * step.third
      x = x * step.first + inner.product(x)
    }
    return isTall ? x.transposed([1, 0]) : x
  }

  /// The largest singular value with its vectors, by rounds of the power iteration from a fixed start.
  ///
  /// The value is at most the exact one, up to rounding: an estimate for steps that need no guarantee.
  func topSingular(rounds: Int = 16) -> (value: Double, left: Tensor, right: Tensor) {
    precondition(shape.rank == 2, "A matrix has two axes, not \(shape)")
    // No direction that a weight is likely to be orthogonal to.
    let start = (0..<shape[1]).map { place -> Float in
      let part = 0.5 / Float(place + 1)
      return place % 7 == 0 ? 1 - part : 1 + part
    }
    var right = Tensor([shape[1], 1], start)
    var left = product(right)
    for _ in 0..<rounds {
      let size = max(left.frobeniusNorm, Double.leastNormalMagnitude)
      left = left * (1 / size)
      right = product(left, transposingLeft: true, transposingRight: false)
      right = right * (1 / max(right.frobeniusNorm, Double.leastNormalMagnitude))
      left = product(right)
    }
    let value = left.frobeniusNorm
    return (value, left * (1 / max(value, Double.leastNormalMagnitude)), right)
  }

  /// A number that no singular value exceeds, as near as it can be proved.
  ///
  /// - Soundness: As for `Matrix.spectralNorm`, of the numbers as they are.
  var singularValueBound: Double {
    precondition(shape.rank == 2, "A matrix has two axes, not \(shape)")
    return Matrix(rows: shape[0], columns: shape[1], values.scalars).spectralNorm.upper.value
  }
}

/// The odd polynomials of Newton and Schulz's iteration, `a x + b x^3 + c x^5`.
private enum NewtonSchulz {
  static let steps: [(first: Double, third: Double, fifth: Double)] = [
    (3955, -8306, 5008), (3735, -6681, 3463), (3799, -6499, 3211), (4019, -6385, 2906),
    (2677, -3029, 1162), (2172, -1833, 682),
  ].map { ($0.0 / 1024, $0.1 / 1024, $0.2 / 1024) }
}
