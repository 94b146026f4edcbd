import CLAPACK
import COpenBLAS
import Foundation
import Tensors

/// A norm of a matrix or a map, from above and from below.
public struct NormEnclosure: Sendable, Hashable {
  /// Proved not to be below the norm.
  public var upper: UpperBound
  /// Reached, up to rounding, by a vector that was found.
  public var lower: LowerBound
  /// How the upper bound was proved.
  public var method: Method

  /// A way to prove an upper bound of a spectral norm.
  public enum Method: String, Sendable, Hashable, Codable {
    /// A Cholesky factorisation of `c^2 I - W^T W` came to its end.
    case cholesky
    /// Powers of the Gram matrix, with their rounding.
    case gramIteration = "gram iteration"
    /// The same proof for each frequency of a convolution on a torus.
    case frequencies
    /// A formula.
    case formula
  }
}

extension Matrix {
  /// The largest singular value, from above and from below.
  ///
  /// Source: Rump, "Verification of positive definiteness" (2006), for the proof by a Cholesky factorisation; the estimate is by Lanczos.
  ///
  /// - Soundness: With `G` the computed Gram matrix of the smaller side and `A = c^2 I - G` computed, a factorisation that ends
  ///   shows `A >= -e3`, so `W^T W <= G + e1 <= c^2 + e1 + e2 + e3`; see `GramMatrix`. Where none ends, `gramIteration` bounds it.
  public var spectralNorm: NormEnclosure {
    guard isFinite, roundoff.isFinite else {
      return NormEnclosure(upper: .infinity, lower: LowerBound(found: 0), method: .formula)
    }
    if rows == 1 || columns == 1 {
      let norm = frobeniusNorm
      return NormEnclosure(
        upper: norm, lower: LowerBound(found: norm.value * (1 - 0x1p-30)), method: .formula)
    }
    guard let gram = GramMatrix(self) else {
      return NormEnclosure(upper: .zero, lower: LowerBound(found: 0), method: .formula)
    }
    let found = gram.largestEigenvalue()
    let lower = LowerBound(found: stretch(of: gram, along: found.vector))
    // A fixed number of attempts, each four times as generous; none of them counts unless a factorisation ended.
    var excess = 0x1p-24
    while excess <= 64 {
      let square = found.value * (1 + excess)
      if let proved = gram.upperBound(provedAt: square) {
        return NormEnclosure(upper: proved, lower: lower, method: .cholesky)
      }
      excess *= 4
    }
    return NormEnclosure(upper: gramIteration(), lower: lower, method: .gramIteration)
  }

  /// Whether a factorisation proves that no singular value is above a number.
  ///
  /// - Soundness: The errors of `GramMatrix` are taken off the square first, rounded down, so that what is proved is at most `limit`.
  public func provesSpectralNorm(atMost limit: Double) -> Bool {
    guard isFinite, limit >= 0, roundoff.isFinite else { return false }
    guard rows > 1, columns > 1, let gram = GramMatrix(self) else {
      return frobeniusNorm.value <= limit
    }
    guard let square = gram.square(provingAtMost: limit) else { return false }
    return (gram.upperBound(provedAt: square)?.value ?? .infinity) <= limit
  }

  /// How far a vector of the smaller side is stretched, a little less than computed.
  private func stretch(of gram: GramMatrix, along vector: [Double]) -> Double {
    var product = [Double](repeating: 0, count: max(rows, columns))
    cblas_dgemv(
      CblasRowMajor, gram.isOfColumns ? CblasNoTrans : CblasTrans, blasint(rows), blasint(columns),
      1, gram.scaled, blasint(columns), vector, 1, 0, &product, 1)
    let ratio =
      (cblas_dnrm2(blasint(product.count), product, 1)
        / cblas_dnrm2(blasint(vector.count), vector, 1))
    // Computed norms and products of so many numbers; a matrix that is meant may be smaller than the stored one.
    let lost =
      (Roundoff.gamma(4 * (rows + columns)) + roundoff).value * (gram.frobenius.value + 1)
    return (ratio - lost).scaled(exponent: gram.exponent)
  }
}

/// The Gram matrix of the smaller side of a matrix, scaled by a power of two so that the largest entry is between 1/2 and 1.
struct GramMatrix {
  /// The scaled matrix, row by row.
  let scaled: [Double]
  /// What it was divided by is two to this.
  let exponent: Int
  /// Whether the columns are the smaller side.
  let isOfColumns: Bool
  /// The numbers of the smaller and the larger side.
  let (order, length): (Int, Int)
  /// The lower triangle of `W^T W` or `W W^T`, row by row.
  private let triangle: [Double]
  /// The Frobenius norm of the scaled matrix.
  let frobenius: UpperBound
  /// What the matrix that is meant may add to the norm of the scaled one.
  private let missing: UpperBound

  /// Computes the matrix; nil for zeros.
  init?(_ matrix: Matrix) {
    _ = BLASLibrary.isReady
    let largest = matrix.values.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return nil }
    let exponent = Int(largest.exponent) + 1
    self.exponent = exponent
    isOfColumns = matrix.columns <= matrix.rows
    order = min(matrix.rows, matrix.columns)
    length = max(matrix.rows, matrix.columns)
    scaled = matrix.values.scaled(exponent: -exponent)
    var triangle = [Double](repeating: 0, count: order * order)
    cblas_dsyrk(
      CblasRowMajor, CblasLower, isOfColumns ? CblasTrans : CblasNoTrans, blasint(order),
      blasint(length), 1, scaled, blasint(matrix.columns), 0, &triangle, blasint(order))
    self.triangle = triangle
    frobenius = Matrix(rows: matrix.rows, columns: matrix.columns, scaled).frobeniusNorm
    // Entries that were computed are off by a part of themselves; scaling a tiny entry down loses at most 2^-1074.
    missing =
      matrix.roundoff * frobenius
      + UpperBound(proved: Double(matrix.rows) * Double(matrix.columns) * 0x1p-1070)
  }

  private func diagonal(_ index: Int) -> Double { triangle[index * (order + 1)] }

  /// What the product that made the Gram matrix may have lost, in the spectral norm.
  ///
  /// - Soundness: `|G - W^T W| <= gamma(m) |W|^T |W|` entry by entry, whose norm is at most `|W|_F^2`; products that vanish lose 2^-1074 each.
  private var productError: UpperBound {
    Roundoff.gamma(length + 1) * frobenius.squared
      + UpperBound(proved: Double(order) * Double(length) * 0x1p-1060)
  }

  /// A bound of the spectral norm of the original matrix, if `square I - G` has a Cholesky factor.
  ///
  /// - Soundness: The factor's product differs from the matrix by at most `gamma(n + 1) / (1 - gamma(n + 1)) sqrt(a_ii a_jj)` in each entry
  ///   (Demmel; Higham, theorem 10.3), so by `gamma(n + 2) / (1 - ...) tr A` in norm. It is doubled, as a library may multiply by
  ///   reciprocals of pivots where the theorem divides. Every operation is rounded up.
  func upperBound(provedAt square: Double) -> UpperBound? {
    guard square.isFinite, square > 0 else { return nil }
    var factor = triangle.map { -$0 }
    var trace = UpperBound.zero
    for index in 0..<order {
      let pivot = square - diagonal(index)
      guard pivot > 0 else { return nil }
      factor[index * (order + 1)] = pivot
      trace = trace + UpperBound(proved: pivot)
    }
    // Columns of the library are our rows, so our lower triangle is its upper one.
    var (size, stride, info) = (Int32(order), Int32(order), Int32(-1))
    dpotrf_("U", &size, &factor, &stride, &info)
    guard info == 0, (0..<order).allSatisfy({ factor[$0 * (order + 1)] > 0 }) else { return nil }
    return (UpperBound(proved: square) + error(square: square, trace: trace)).squareRoot
      .plus(missing).scaled(exponent: exponent)
  }

  /// All that the proof at a square adds to it.
  private func error(square: Double, trace: UpperBound) -> UpperBound {
    let largest = (0..<order).map(diagonal).max() ?? 0
    let ofDiagonal =
      UpperBound(proved: 2 * Roundoff.unit)
      * (UpperBound(proved: square) + UpperBound(proved: largest))
    let gamma = Roundoff.gamma(2 * (order + 2))
    guard gamma.value < 0.5 else { return .infinity }
    let ofFactor = (gamma * trace).divided(by: (1 - gamma.value).nextDown)
    return productError + ofDiagonal + ofFactor + UpperBound(proved: Double(order) * 0x1p-1000)
  }

  /// A square whose proof would show a limit of the original matrix; nil where rounding leaves none.
  func square(provingAtMost limit: Double) -> Double? {
    let own = limit.scaled(exponent: -exponent) - missing.value
    guard own > 0, own.isFinite else { return nil }
    let target = own * own
    let trace = UpperBound(proved: target) * UpperBound(proved: Double(order))
    let square = target * (1 - 0x1p-48) - 2 * error(square: target, trace: trace).value
    return square > 0 ? square : nil
  }

  /// The largest eigenvalue and a vector, estimated.
  func largestEigenvalue() -> (value: Double, vector: [Double]) {
    Lanczos.largest(order: order) { vector, result in
      cblas_dsymv(
        CblasRowMajor, CblasLower, blasint(order), 1, triangle, blasint(order), vector, 1, 0,
        &result, 1)
    }
  }
}

extension UpperBound {
  /// The sum, as a method for chains.
  fileprivate func plus(_ other: UpperBound) -> UpperBound { self + other }
}
