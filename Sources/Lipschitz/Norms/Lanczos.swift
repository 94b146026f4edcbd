import CLAPACK
import COpenBLAS
import RandomNumbers

/// The largest eigenvalue of a symmetric matrix, estimated.
///
/// Source: Golub and Van Loan, Matrix Computations (2013), section 10.1; every vector is made orthogonal to all before it.
enum Lanczos {
  /// The largest eigenvalue and a vector of length about 1.
  ///
  /// - Parameters:
  ///   - order: The number of rows of the matrix.
  ///   - product: Writes the product of the matrix with a vector.
  static func largest(
    order: Int, _ product: ([Double], inout [Double]) -> Void
  ) -> (value: Double, vector: [Double]) {
    var generator = SplitMix64(seed: 20)
    var vectors: [[Double]] = []
    var (diagonal, beside): ([Double], [Double]) = ([], [])
    var next = (0..<order).map { _ in Double.random(in: -1...1, using: &generator) }
    var best = (value: 0.0, vector: next)
    for step in 0..<min(order, 160) {
      let size = cblas_dnrm2(blasint(order), next, 1)
      guard size > 0 else { break }
      cblas_dscal(blasint(order), 1 / size, &next, 1)
      vectors.append(next)
      var image = [Double](repeating: 0, count: order)
      product(next, &image)
      diagonal.append(cblas_ddot(blasint(order), image, 1, next, 1))
      // Twice, since once leaves rounding errors that grow.
      for _ in 0..<2 {
        for vector in vectors {
          let part = cblas_ddot(blasint(order), image, 1, vector, 1)
          cblas_daxpy(blasint(order), -part, vector, 1, &image, 1)
        }
      }
      let rest = cblas_dnrm2(blasint(order), image, 1)
      let isLast = step + 1 == min(order, 160) || rest <= 0x1p-50 * abs(diagonal[0])
      if isLast || step % 8 == 7 {
        let (value, weights) = top(diagonal, beside)
        best = (value, combination(vectors, weights))
        // The residual of the pair is the last weight times what is left.
        if isLast || abs(weights[step]) * rest <= 0x1p-36 * abs(value) { break }
      }
      beside.append(rest)
      next = image
    }
    return best
  }

  /// The largest eigenvalue of a tridiagonal matrix and its vector.
  private static func top(
    _ diagonal: [Double], _ beside: [Double]
  ) -> (value: Double, vector: [Double]) {
    let count = diagonal.count
    var (values, off) = (diagonal, beside + [0])
    var vectors = [Double](repeating: 0, count: count * count)
    var work = [Double](repeating: 0, count: max(1, 2 * count))
    var (size, stride, info) = (Int32(count), Int32(count), Int32(0))
    dstev_("V", &size, &values, &off, &vectors, &stride, &work, &info)
    guard info == 0, let last = values.last else {
      return (diagonal.max() ?? 0, [1] + [Double](repeating: 0, count: max(0, count - 1)))
    }
    return (last, Array(vectors[(count - 1) * count..<count * count]))
  }

  private static func combination(_ vectors: [[Double]], _ weights: [Double]) -> [Double] {
    var result = [Double](repeating: 0, count: vectors[0].count)
    for (vector, weight) in zip(vectors, weights) {
      cblas_daxpy(blasint(result.count), weight, vector, 1, &result, 1)
    }
    return result
  }
}
