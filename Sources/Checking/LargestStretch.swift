extension LinearBlock.Part {
  /// Whether the matrix is shown to stretch no vector to more than a number of times its length, in l2: that is, whether its spectral norm is
  /// at most that.
  ///
  /// With `G` the computed product `W^T W` of the smaller side, and `A = c I - G`: a Cholesky factorisation of `A` that comes to its end shows
  /// that `A + D` has no negative eigenvalue, where `D` is what rounding changed. So `W^T W <= (c + |what was lost|) I`.
  ///
  /// - Soundness: Lost are, in the spectral norm: `gamma_m |W|_F^2` in the product, u of the largest diagonal entry in the difference, and
  ///   `gamma_(n+1) / (1 - gamma_(n+1)) tr A` in the factorisation, in any order of its sums (Higham, theorem 10.3; Rump, "Verification of
  ///   positive definiteness", 2006). They are taken off the square of the limit first; and off the limit, by how much the matrix may be wrong.
  func isShown(toStretchAtMost limit: Double, rows: Int, _ matrices: Matrices) -> Bool {
    let exact = (limit - error).down
    // A largest size says nothing where some number is none.
    guard limit.isFinite, error.isFinite, values.allSatisfy(\.isFinite) else { return false }
    let largest = values.largestSize
    if largest == 0 { return error <= limit }
    // Far from the ends of the range what underflows is less than 2^-1000 for each sum.
    guard exact > 0x1p-300, exact < 0x1p300, largest > 0x1p-300, largest < 0x1p300 else {
      return false
    }
    let norm = values.euclideanNorm
    if norm <= exact { return true }
    let (order, length) = (min(rows, columns), max(rows, columns))
    var (gram, trace) = (gram(rows: rows, matrices), 0.0)
    var diagonal = 0.0
    for index in 0..<order {
      diagonal = max(diagonal, gram[index * (order + 1)])
      trace += gram[index * (order + 1)]
    }
    let square = (exact * exact).down
    let ofProduct = Rounding.gamma(length + 1) * norm * norm
    let ofDiagonal = 2 * Rounding.unit * (square + diagonal)
    let ofFactor =
      Rounding.gamma(2 * (order + 2)) * (square * Double(order) + trace) * Rounding.inflation
    let underflow = Double(order) * Double(order + length) * 0x1p-1000
    let lost = (ofProduct + ofDiagonal + ofFactor + underflow) * Rounding.inflation
    let level = (square - lost).down
    guard level > 0 else { return false }
    for index in gram.indices { gram[index] = -gram[index] }
    for index in 0..<order { gram[index * (order + 1)] += level }
    return Cholesky.comesToItsEnd(&gram, order: order, matrices)
  }

  /// `W^T W`, or `W W^T` where that is smaller.
  private func gram(rows: Int, _ matrices: Matrices) -> [Double] {
    var transposed = [Double](repeating: 0, count: values.count)
    for row in 0..<rows {
      for column in 0..<columns { transposed[column * rows + row] = values[row * columns + column] }
    }
    let isTall = rows >= columns
    let (order, length) = isTall ? (columns, rows) : (rows, columns)
    let (left, right) = isTall ? (transposed, values) : (values, transposed)
    return [Double](unsafeUninitializedCapacity: order * order) { result, count in
      count = order * order
      guard let base = result.baseAddress else { return }
      matrices.multiply(
        order, order, length, left, rowStep: length, right, base, resultStep: order)
    }
  }
}

/// The factorisation of a symmetric matrix by a lower triangle, block by block.
enum Cholesky {
  private static let width = 64

  /// Whether all pivots are above 0. Only the lower triangle is read; it is overwritten.
  static func comesToItsEnd(_ a: inout [Double], order n: Int, _ matrices: Matrices) -> Bool {
    a.withUnsafeMutableBufferPointer { a in
      guard let a = a.baseAddress else { return true }
      for from in stride(from: 0, to: n, by: width) {
        let end = min(n, from + width)
        guard factor(a, n, from..<end) else { return false }
        subtract(a, n, from..<end, matrices)
      }
      return true
    }
  }

  /// Factors some columns, from the diagonal down.
  private static func factor(
    _ a: UnsafeMutablePointer<Double>, _ n: Int, _ block: Range<Int>
  ) -> Bool {
    for row in block.lowerBound..<n {
      let own = a + row * n
      for column in block.lowerBound..<min(row + 1, block.upperBound) {
        let other = a + column * n
        var value = own[column]
        for inner in block.lowerBound..<column { value -= own[inner] * other[inner] }
        if row == column {
          guard value > 0, value.isFinite else { return false }
          own[column] = value.squareRoot()
        } else {
          own[column] = value / other[column]
        }
      }
    }
    return true
  }

  /// Subtracts from the columns behind what the ones of a block make of them.
  private static func subtract(
    _ a: UnsafeMutablePointer<Double>, _ n: Int, _ block: Range<Int>, _ matrices: Matrices
  ) {
    let (from, width) = (block.upperBound, block.count)
    guard from < n else { return }
    var turned = [Double](repeating: 0, count: width * (n - from))
    for row in from..<n {
      for inner in 0..<width {
        turned[inner * (n - from) + row - from] = a[row * n + block.lowerBound + inner]
      }
    }
    let height = 256
    var products = [Double](repeating: 0, count: height * (n - from))
    for top in stride(from: from, to: n, by: height) {
      let rows = min(height, n - top)
      products.withUnsafeMutableBufferPointer { products in
        guard let products = products.baseAddress else { return }
        matrices.multiply(
          rows, n - from, width, a + top * n + block.lowerBound, rowStep: n, turned, products,
          resultStep: n - from)
        for row in 0..<rows {
          let own = a + (top + row) * n + from
          for column in 0...(top + row - from) {
            own[column] -= products[row * (n - from) + column]
          }
        }
      }
    }
  }
}
