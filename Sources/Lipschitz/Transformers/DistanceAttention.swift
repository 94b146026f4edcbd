import Foundation

/// Attention by distances whose queries, keys and values are one, `y_i = sum_j a_ij q_j` with rows `a_i` the softmax of `-s |q_i - q_j|^2`.
///
/// Unlike attention by products it has a constant that holds for all inputs. With `r_j = q_j - q_i` and `m = sum_j a_ij r_j`,
///
///     dy_i = sum_j a_ij dq_j + 2 s sum_j a_ij (r_j - m) r_j' (dq_i - dq_j)
///
/// where no more than `sum_j a_ij |r_j|^2` is left of either sum of products, by the inequality of Cauchy and Schwarz. Among softmaxes of minus
/// `z_j = s |r_j|^2`, of which one is 0, `sum_j a_ij z_j` is largest for equal other ones: `x` with `x e^(x + 1) = tokens - 1`. So `y_i` moves by at
/// most `1 + 4 x` times the largest change of a token. A mask that adds the same number or less to other logits than to a token's own leaves less.
///
/// Source: Kim, Papamakarios and Mnih, "The Lipschitz constant of self-attention" (ICML 2021), theorem 3.2 and its proof; the form above for single
/// tokens follows from theirs, without the products of matrices around it.
enum DistanceAttention {
  /// How far a token can move, in l2, for tokens that each move by at most 1.
  ///
  /// - Soundness: `1 + 4 x` with `x` at least the solution, as above.
  static func steepness(tokens: Int) -> UpperBound {
    .one + UpperBound(proved: 4) * spread(tokens: tokens)
  }

  /// At least the `x` with `x e^(x + 1) = tokens - 1`.
  ///
  /// - Soundness: The function rises, and at the result its computed value, less far more than the exponential's rounding, is no less.
  static func spread(tokens: Int) -> UpperBound {
    let target = Double(max(0, tokens - 1))
    guard target > 0 else { return .zero }
    func isEnough(_ x: Double) -> Bool { x * exp(x + 1) * (1 - 0x1p-40) >= target }
    var (low, high) = (0.0, 1.0)
    while !isEnough(high) { high *= 2 }
    for _ in 0..<60 {
      let middle = 0.5 * (low + high)
      if isEnough(middle) { high = middle } else { low = middle }
    }
    return UpperBound(proved: high)
  }
}
