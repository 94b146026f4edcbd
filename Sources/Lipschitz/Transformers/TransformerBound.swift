/// What is known of one head of functional attention, in norms of root mean squares: proved norms of its own blocks of weights.
///
/// A block's norm is `s(W) sqrt(width / headWidth)`, with `s` its largest singular value: how much larger the root mean square of a head's
/// vector can be than that of a token.
public struct HeadNorms: Sendable, Hashable {
  /// The norm of the queries' block.
  public var queries: UpperBound
  /// The norm of the keys' block.
  public var keys: UpperBound
  /// The norm of the values' block.
  public var values: UpperBound

  /// Creates the norms of a head.
  public init(queries: UpperBound, keys: UpperBound, values: UpperBound) {
    (self.queries, self.keys, self.values) = (queries, keys, values)
  }

  /// Creates the norms of a head from its blocks, `[head width, width]` each.
  public init(queries: Matrix, keys: Matrix, values: Matrix) {
    self.init(
      queries: queries.meanSquareNorm, keys: keys.meanSquareNorm, values: values.meanSquareNorm)
  }
}

extension Matrix {
  /// The norm from root mean squares to root mean squares: `s(W) sqrt(inputs / outputs)`.
  ///
  /// - Soundness: A root mean square is the l2 norm over the root of the number of elements.
  public var meanSquareNorm: UpperBound {
    spectralNorm.upper
      * UpperBound(proved: Double(columns)).divided(by: Double(max(1, rows))).squareRoot
  }
}

/// A block of a transformer without normalisations: attention and two layers around GELU, each beside a residual connection.
public struct TransformerBlock: Sendable {
  /// The heads.
  public var heads: [HeadNorms]
  /// The norms of the matrices after the heads, before GELU and after GELU.
  public var (mixing, rising, falling): (UpperBound, UpperBound, UpperBound)

  /// Creates a block from proved norms.
  public init(
    heads: [HeadNorms], mixing: UpperBound, rising: UpperBound, falling: UpperBound
  ) {
    (self.heads, self.mixing, self.rising, self.falling) = (heads, mixing, rising, falling)
  }
}

/// How far the tokens of a transformer with functional attention can be apart, measured by the largest root mean square of a token.
///
/// Attention is `softmax(s q k^T / headWidth) v / 3` in each head, residual connections are `(1 - a) x + a f(x)` with `a` one over the
/// number of residual connections, and GELU is divided by `divisor`.
///
/// Source: Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025), with two corrections. Norms are
/// those of each head's own blocks, since a token can put all of its size into one head, which norms of stacked heads do not see.
/// The layers around GELU are not divided by the divisor twice.
public struct TransformerBound: Sendable {
  /// The blocks in order.
  public var blocks: [TransformerBlock]
  /// What logits are multiplied by, beside one over the head's width.
  public var logitScale = UpperBound.one
  /// What GELU is divided by.
  public var divisor = 1.12891

  /// Creates a composition of blocks.
  public init(_ blocks: [TransformerBlock]) { self.blocks = blocks }

  /// How far tokens can be apart, and how large they can be.
  public struct Tokens: Sendable, Hashable {
    /// The largest distance of a token of the output, for tokens of the input that are 1 apart.
    public var distance: UpperBound
    /// The largest root mean square of a token of the output.
    public var size: UpperBound
  }

  /// The largest slope of GELU.
  private static let steepest = UpperBound(proved: 1.12890415)

  /// How far the tokens of the last block can be apart.
  ///
  /// - Parameter size: The largest root mean square of a token of the input, that of every input which the bound is to hold for.
  /// - Soundness: In a head, `A v - A' v'` is at most `rV d + rV R 2 s rQ rK R d`: rows of `A` sum to 1, and a softmax moves by at most its
  ///   logits' largest change in the sum of sizes. Heads side by side add mean squares. Values lie on segments between tokens of at most
  ///   `R`, which are no larger. Every operation is rounded up, and so are `1 - a`, `a` and 1/3.
  public func tokens(size: UpperBound) -> Tokens {
    var tokens = Tokens(distance: .one, size: size)
    let count = 2 * blocks.count
    guard count > 0 else { return tokens }
    let share = UpperBound.one.divided(by: Double(count))
    let rest = UpperBound(proved: Double(count - 1)).divided(by: Double(count))
    let third = UpperBound.one.divided(by: 3)
    for block in blocks {
      let logits = UpperBound(proved: 2) * logitScale * tokens.size.squared
      let moved = block.heads.map { $0.values * (.one + logits * $0.queries * $0.keys) }
      let heads = Double(max(1, block.heads.count))
      func meanSquare(_ norms: [UpperBound]) -> UpperBound {
        norms.map(\.squared).sum.divided(by: heads).squareRoot
      }
      let outer = third * block.mixing
      tokens.distance = tokens.distance * (rest + share * outer * meanSquare(moved))
      tokens.size = tokens.size * (rest + share * outer * meanSquare(block.heads.map(\.values)))
      let layers = block.rising * block.falling
      tokens.distance =
        tokens.distance * (rest + share * (layers * Self.steepest).divided(by: divisor))
      tokens.size = tokens.size * (rest + share * layers.divided(by: divisor))
    }
    return tokens
  }
}
