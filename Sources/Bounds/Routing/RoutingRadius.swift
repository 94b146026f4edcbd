import Tensors

/// How far tokens can move while the same ones are kept.
///
/// Scores are products of tokens with one vector, plus a number.
public enum RoutingRadius {
  /// A distance up to which no token changes place with another across the last that is kept; infinite where all are kept.
  ///
  /// Moving a token by `d` in l2 moves its score by at most `|w| d`, so that the order of the last kept and the first left out holds while
  /// `s_(k) - s_(k+1) > 2 |w| d`.
  ///
  /// - Parameters:
  ///   - scores: The scores of all tokens, exactly.
  ///   - kept: How many are kept.
  ///   - norm: The l2 norm of the vector, or more.
  /// - Returns: The distance in l2 for each token by itself; 0 where two equal scores are on either side.
  /// - Soundness: For all tokens that move by less, the tokens that are kept stay the same, in real arithmetic; the quotient is rounded down.
  public static func radius(scores: [Double], kept: Int, norm: Double) -> Double {
    let sorted = scores.sorted(by: >)
    guard !scores.contains(where: \.isNaN), norm >= 0, kept >= 1 else { return 0 }
    guard kept < sorted.count else { return .infinity }
    let gap = (sorted[kept - 1] - sorted[kept]).nextDown
    guard gap > 0 else { return 0 }
    return max(0, (gap / (2 * norm)).nextDown)
  }
}
