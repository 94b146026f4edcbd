/// Steps of transformers in training; `kernels.h` states what each computes.
public struct TokenKernels<Scalar: TensorScalar>: Sendable {
  /// Softmaxes of rows, in place.
  public let softmax:
    @Sendable (UnsafeMutablePointer<Scalar>?, Int, Int, Int, Int32, Scalar) -> Void
  /// The gradient by what softmaxes were taken of.
  public let softmaxGradient:
    @Sendable (UnsafePointer<Scalar>?, UnsafeMutablePointer<Scalar>?, Int, Int, Scalar) -> Void
  /// GELU and its slope.
  public let gelu:
    @Sendable (
      UnsafePointer<Scalar>?, Int, UnsafeMutablePointer<Scalar>?, UnsafeMutablePointer<Scalar>?
    ) -> Void
  /// Turns of pairs of features by the angles of their places.
  public let turn:
    @Sendable (
      UnsafePointer<Scalar>?, UnsafePointer<Scalar>?, UnsafePointer<Scalar>?, Int, Int, Int, Int,
      Int, Int32, UnsafeMutablePointer<Scalar>?
    ) -> Void
}

extension Tensor {
  public func geluWithSlope() -> (value: Tensor, slope: Tensor) {
    let (value, slope) = (Buffer<Scalar>(count: count), Buffer<Scalar>(count: count))
    Workers.forEachRange(of: count, grain: 1 << 14) { range in
      let from = range.lowerBound
      Scalar.tokenKernels.gelu(
        buffer.pointer + from, range.count, value.pointer + from, slope.pointer + from)
    }
    return (Tensor(shape: shape, buffer: value), Tensor(shape: shape, buffer: slope))
  }

  public func turned(
    cosines: Tensor, sines: Tensor, heads: Int, isTransposed: Bool
  ) -> Tensor {
    let (places, width) = (shape[-2], shape[-1])
    precondition(
      cosines.count == places * width && sines.count == places * width, "Turns of \(shape)")
    let result = Buffer<Scalar>(count: count)
    Workers.forEachRange(of: count / max(1, width), grain: max(1, (1 << 15) / max(1, width))) {
      range in
      let from = range.lowerBound * width
      Scalar.tokenKernels.turn(
        buffer.pointer + from, cosines.buffer.pointer, sines.buffer.pointer, range.count, places,
        range.lowerBound % places, heads, width / heads / 2, isTransposed ? 1 : 0,
        result.pointer + from)
    }
    return Tensor(shape: shape, buffer: result)
  }

  /// The attention of one head after another; the logits of a tile of tokens stay in the cache.
  public static func attention(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ form: AttentionForm
  ) -> Tensor {
    let tiling = AttentionTiling(queries.shape, form)
    let result = Buffer<Scalar>(count: queries.count)
    Workers.forEach(tiling.heads) { head in
      let at = tiling.offset(of: head)
      let weights = Buffer<Scalar>(count: tiling.tileSize)
      let squares = tiling.halfSquares(keys.buffer.pointer + at)
      tiling.forEachTile { tile in
        tiling.weights(
          tile, queries.buffer.pointer + at, keys.buffer.pointer + at, squares, weights.pointer)
        let first = tile.rows.lowerBound * tiling.stride
        Scalar.gemm(
          transposeA: false, transposeB: false, m: tile.rows.count, n: tiling.width, k: tile.seen,
          alpha: 1, a: weights.pointer, lda: tile.seen, b: values.buffer.pointer + at,
          ldb: tiling.stride, beta: 0, c: result.pointer + at + first, ldc: tiling.stride)
      }
    }
    return Tensor(shape: queries.shape, buffer: result)
  }

  public static func attentionGradient(
    _ queries: Tensor, _ keys: Tensor, _ values: Tensor, _ form: AttentionForm, rows: Tensor
  ) -> (queries: Tensor, keys: Tensor, values: Tensor) {
    let tiling = AttentionTiling(queries.shape, form)
    let size = queries.count
    let (q, k, v) = (
      Buffer<Scalar>(count: size), Buffer<Scalar>(count: size), Buffer<Scalar>(count: size)
    )
    Workers.forEach(tiling.heads) { head in
      let at = tiling.offset(of: head)
      let (stride, width) = (tiling.stride, tiling.width)
      let weights = Buffer<Scalar>(count: tiling.tileSize)
      let byWeights = Buffer<Scalar>(count: tiling.tileSize)
      let squares = tiling.halfSquares(keys.buffer.pointer + at)
      var byKey = [Scalar](repeating: 0, count: squares.count)
      // From the last tile up, whose products reach every key that any tile sees.
      var isFirst = true
      tiling.forEachTile(reversed: true) { tile in
        let first = at + tile.rows.lowerBound * stride
        tiling.weights(
          tile, queries.buffer.pointer + at, keys.buffer.pointer + at, squares, weights.pointer)
        let beta: Scalar = isFirst ? 0 : 1
        isFirst = false
        Scalar.gemm(
          transposeA: true, transposeB: false, m: tile.seen, n: width, k: tile.rows.count, alpha: 1,
          a: weights.pointer, lda: tile.seen, b: rows.buffer.pointer + first, ldb: stride,
          beta: beta, c: v.pointer + at, ldc: stride)
        Scalar.gemm(
          transposeA: false, transposeB: true, m: tile.rows.count, n: tile.seen, k: width, alpha: 1,
          a: rows.buffer.pointer + first, lda: stride, b: values.buffer.pointer + at, ldb: stride,
          beta: 0, c: byWeights.pointer, ldc: tile.seen)
        Scalar.tokenKernels.softmaxGradient(
          weights.pointer, byWeights.pointer, tile.rows.count, tile.seen, Scalar(form.productScale))
        Scalar.gemm(
          transposeA: false, transposeB: false, m: tile.rows.count, n: width, k: tile.seen,
          alpha: 1, a: byWeights.pointer, lda: tile.seen, b: keys.buffer.pointer + at, ldb: stride,
          beta: 0, c: q.pointer + first, ldc: stride)
        Scalar.gemm(
          transposeA: true, transposeB: false, m: tile.seen, n: width, k: tile.rows.count, alpha: 1,
          a: byWeights.pointer, lda: tile.seen, b: queries.buffer.pointer + first, ldb: stride,
          beta: beta, c: k.pointer + at, ldc: stride)
        guard !byKey.isEmpty else { return }
        for row in 0..<tile.rows.count {
          for key in 0..<tile.seen { byKey[key] += byWeights.pointer[row * tile.seen + key] }
        }
      }
      // What the squares of the keys take off.
      for (key, sum) in byKey.enumerated() {
        let from = at + key * stride
        for place in from..<from + width {
          k.pointer[place] -= sum * keys.buffer.pointer[place]
        }
      }
    }
    return (
      Tensor(shape: queries.shape, buffer: q), Tensor(shape: queries.shape, buffer: k),
      Tensor(shape: queries.shape, buffer: v)
    )
  }
}

/// How attention is cut into tiles of rows of logits, head by head.
private struct AttentionTiling: Sendable {
  /// Some tokens in a row and how many tokens, from the first on, any of them sees.
  struct Tile {
    var rows: Range<Int>
    var seen: Int
  }

  let form: AttentionForm
  let tokens: Int
  /// The width of a head.
  let width: Int
  /// From one token to the next.
  let stride: Int
  /// The heads of all examples.
  let heads: Int
  private static let tileRows = 64

  init(_ shape: Shape, _ form: AttentionForm) {
    self.form = form
    tokens = shape[-2]
    stride = shape[-1]
    width = stride / form.heads
    heads = shape.count / max(1, tokens * stride) * form.heads
  }

  var tileSize: Int { min(tokens, Self.tileRows) * tokens }

  func offset(of head: Int) -> Int {
    head / form.heads * tokens * stride + head % form.heads * width
  }

  func forEachTile(reversed: Bool = false, _ body: (Tile) -> Void) {
    let count = (tokens + Self.tileRows - 1) / Self.tileRows
    for place in 0..<count {
      let first = (reversed ? count - 1 - place : place) * Self.tileRows
      let rows = first..<min(tokens, first + Self.tileRows)
      body(Tile(rows: rows, seen: form.isCausal ? rows.upperBound : tokens))
    }
  }

  /// Half the square of each key of a head, where logits are made of distances; empty elsewhere.
  func halfSquares<Scalar: TensorScalar>(_ keys: UnsafeMutablePointer<Scalar>) -> [Scalar] {
    guard form.logits == .distances else { return [] }
    return (0..<tokens).map { token in
      (0..<width).reduce(0) { $0 + keys[token * stride + $1] * keys[token * stride + $1] } / 2
    }
  }

  /// Writes how much each token of a tile attends to each token that it may see.
  ///
  /// - Parameter squares: Half the square of each key, or none.
  func weights<Scalar: TensorScalar>(
    _ tile: Tile, _ queries: UnsafeMutablePointer<Scalar>, _ keys: UnsafeMutablePointer<Scalar>,
    _ squares: [Scalar], _ out: UnsafeMutablePointer<Scalar>
  ) {
    Scalar.gemm(
      transposeA: false, transposeB: true, m: tile.rows.count, n: tile.seen, k: width, alpha: 1,
      a: queries + tile.rows.lowerBound * stride, lda: stride, b: keys, ldb: stride, beta: 0,
      c: out, ldc: tile.seen)
    if !squares.isEmpty {
      for row in 0..<tile.rows.count {
        for key in 0..<tile.seen { out[row * tile.seen + key] -= squares[key] }
      }
    }
    Scalar.tokenKernels.softmax(
      out, tile.rows.count, tile.seen, tile.rows.lowerBound, form.isCausal ? 1 : 0,
      Scalar(form.productScale))
  }
}
