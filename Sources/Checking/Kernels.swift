import COpenBLAS
import Tensors

/// Products of matrices in doubles: by OpenBLAS, or by plain loops for those who do not want to trust it.
struct Matrices: Sendable {
  var isPlain = false

  /// Writes the product of two row-major matrices, `m x k` and `k x n`; rows of the first and of the result may lie apart.
  func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, rowStep: Int,
    _ b: UnsafePointer<Double>, _ result: UnsafeMutablePointer<Double>, resultStep: Int
  ) {
    guard isPlain else {
      // The checker's threads work on different certificates, so that each product has one.
      _ = BLASLibrary.isReady
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a,
        blasint(rowStep), b, blasint(n), 0, result, blasint(resultStep))
      return
    }
    for row in 0..<m {
      let line = result + row * resultStep
      for column in 0..<n { line[column] = 0 }
      for inner in 0..<k {
        let factor = a[row * rowStep + inner]
        for column in 0..<n { line[column] += factor * b[inner * n + column] }
      }
    }
  }
}
