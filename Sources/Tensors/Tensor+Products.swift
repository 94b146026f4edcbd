extension Tensor {
  /// The matrix product over the last two axes; leading axes broadcast.
  public func product(
    _ other: Tensor, transposingLeft: Bool, transposingRight: Bool
  ) -> Tensor {
    precondition(shape.rank >= 2 && other.shape.rank >= 2, "Product of \(shape) and \(other.shape)")
    let (m, k) = transposingLeft ? (shape[-1], shape[-2]) : (shape[-2], shape[-1])
    let (k2, n) =
      transposingRight ? (other.shape[-1], other.shape[-2]) : (other.shape[-2], other.shape[-1])
    precondition(k == k2, "Product of \(shape) and \(other.shape)")
    let lead = Shape(Array(shape.dimensions.dropLast(2)))
    let otherLead = Shape(Array(other.shape.dimensions.dropLast(2)))
    guard let batch = Shape.broadcast(lead, otherLead) else {
      preconditionFailure("Product of \(shape) and \(other.shape)")
    }
    let target = Shape(batch.dimensions + [m, n])
    if otherLead.count == 1 && !transposingLeft {
      // One right-hand matrix: all leading axes of the left are rows of one product.
      return Tensor(uninitialized: target) { out in
        Matrices.multiply(
          transposeA: false, transposeB: transposingRight, m: lead.count * m, n: n, k: k,
          buffer.pointer, other.buffer.pointer, out)
      }
    }
    let result = Buffer<Scalar>(count: batch.count * m * n)
    let layout = BroadcastLayout(batch, lead, otherLead)
    layout.forEachRun { out, a, b in
      for i in 0..<layout.innerCount {
        Matrices.multiply(
          transposeA: transposingLeft, transposeB: transposingRight, m: m, n: n, k: k,
          buffer.pointer + (a + i * layout.innerSteps.0) * m * k,
          other.buffer.pointer + (b + i * layout.innerSteps.1) * k * n,
          result.pointer + (out + i) * m * n)
      }
    }
    return Tensor(shape: target, buffer: result)
  }
}

/// Products of row-major matrices, split over the workers.
public enum Matrices {
  /// Multiply-adds below which a second thread costs more than it saves.
  static var threadGrain: Int { 1 << 20 }

  /// Writes `op(a) op(b)`, an `m x n` matrix, to `out`; with `adding`, adds to it instead.
  public static func multiply<S: TensorScalar>(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, _ a: UnsafePointer<S>,
    _ b: UnsafePointer<S>, _ out: UnsafeMutablePointer<S>, adding: Bool = false
  ) {
    guard m > 0, n > 0 else { return }
    guard k > 0 else {
      if !adding { out.update(repeating: 0, count: m * n) }
      return
    }
    let (lda, ldb) = (transposeA ? m : k, transposeB ? k : n)
    let beta: S = adding ? 1 : 0
    let wanted = min(Workers.available, m * n * k / threadGrain)
    guard wanted > 1 else {
      S.gemm(
        transposeA: transposeA, transposeB: transposeB, m: m, n: n, k: k, alpha: 1, a: a, lda: lda,
        b: b, ldb: ldb, beta: beta, c: out, ldc: n)
      return
    }
    nonisolated(unsafe) let (a, b, out) = (a, b, out)
    // Whole multiples of 16 columns or rows keep the kernels on full tiles.
    if m >= n {
      let blocks = (m + 15) / 16
      Workers.forEachRange(of: blocks, grain: max(1, blocks / wanted)) { range in
        let from = range.lowerBound * 16
        let rows = min(m, range.upperBound * 16) - from
        S.gemm(
          transposeA: transposeA, transposeB: transposeB, m: rows, n: n, k: k, alpha: 1,
          a: a + (transposeA ? from : from * k), lda: lda, b: b, ldb: ldb, beta: beta,
          c: out + from * n, ldc: n)
      }
    } else {
      let blocks = (n + 15) / 16
      Workers.forEachRange(of: blocks, grain: max(1, blocks / wanted)) { range in
        let from = range.lowerBound * 16
        let columns = min(n, range.upperBound * 16) - from
        S.gemm(
          transposeA: transposeA, transposeB: transposeB, m: m, n: columns, k: k, alpha: 1, a: a,
          lda: lda, b: b + (transposeB ? from * k : from), ldb: ldb, beta: beta, c: out + from,
          ldc: n)
      }
    }
  }
}
