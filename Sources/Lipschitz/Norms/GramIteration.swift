import COpenBLAS
import Tensors

extension Matrix {
  /// The largest singular value from above, by powers of the Gram matrix.
  ///
  /// Source: Delattre et al., "Efficient bound of Lipschitz constant for convolutional layers by Gram iteration" (2023), with the
  /// rounding of every step accounted for.
  ///
  /// - Soundness: `s(B)^2 = s(B^T B) <= s(G) + gamma(m) |B|_F^2` for the computed Gram matrix `G`; unwound from the Frobenius norm of
  ///   the last one (or `sqrt(|G|_1 |G|_inf)`, if that is smaller), every operation rounded up. Powers of two scale exactly, but for
  ///   entries that vanish, which cost 2^-1070 each.
  func gramIteration(steps: Int = 8) -> UpperBound {
    guard isFinite, roundoff.isFinite else { return .infinity }
    var levels: [(exponent: Int, error: UpperBound)] = []
    var current = Matrix(rows: rows, columns: columns, values)
    if columns > rows { current = current.transposed }
    for _ in 0..<steps {
      let size = current.frobeniusNorm
      guard size.isFinite else { return .infinity }
      guard size > .zero else { break }
      let exponent = Int(size.value.exponent)
      let scaled = Matrix(
        rows: current.rows, columns: current.columns,
        current.values.scaled(exponent: -exponent))
      let floor = UpperBound(
        proved: Double(current.rows) * Double(current.columns) * 0x1p-1060)
      let error = Roundoff.gamma(current.rows + 1) * scaled.frobeniusNorm.squared + floor
      levels.append((exponent, error))
      current = scaled.gram
    }
    var bound = min(
      current.frobeniusNorm, (current.oneNorm * current.infinityNorm).squareRoot)
    for level in levels.reversed() {
      bound = ((bound + level.error).squareRoot + UpperBound(proved: 0x1p-1000))
        .scaled(exponent: level.exponent)
    }
    return bound + roundoff * frobeniusNorm
  }

  /// The matrix with rows and columns exchanged.
  var transposed: Matrix {
    var result = values
    for row in 0..<rows {
      for column in 0..<columns { result[column * rows + row] = values[row * columns + column] }
    }
    return Matrix(rows: columns, columns: rows, result, roundoff: roundoff)
  }

  /// `W^T W` as it is computed.
  private var gram: Matrix {
    _ = BLASLibrary.isReady
    var product = [Double](repeating: 0, count: columns * columns)
    cblas_dsyrk(
      CblasRowMajor, CblasLower, CblasTrans, blasint(columns), blasint(rows), 1, values,
      blasint(columns), 0, &product, blasint(columns))
    for row in 0..<columns {
      for column in row + 1..<columns {
        product[row * columns + column] = product[column * columns + row]
      }
    }
    return Matrix(rows: columns, columns: columns, product)
  }
}
