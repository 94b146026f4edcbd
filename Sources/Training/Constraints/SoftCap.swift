/// The strength of a spectral soft cap that keeps weights at their limit whatever the step was.
///
/// The cap maps singular values by `p2(p1(x))` with `p1(x) = x - a x^3` and `p2(x) = x + a x^3`. With `k` the largest value that a
/// step can leave, `a` is such that `p2(p1(k))` is the limit; in `t = a k^2` that is
///
///     1 - 3 t^2 + 3 t^3 - t^4 = limit / k
///
/// whose left side falls on [0, 1/3]. The composition rises up to `k` only for `t <= 1/3`, that is `k <= 81/62 limit`.
///
/// Source: Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025), theorem 3.1; the form and the condition are
/// derived from it.
struct SoftCap {
  /// How far above the limit a value may be for the cap to hold it.
  static let reach = 81.0 / 62

  /// The coefficient of the cap; nil where no cap of this kind holds the limit.
  ///
  /// - Parameters:
  ///   - limit: The largest singular value that is wanted.
  ///   - largest: The largest that there may be.
  static func coefficient(limit: Double, largest: Double) -> Double? {
    guard largest > limit else { return 0 }
    guard largest <= reach * limit else { return nil }
    let target = limit / largest
    var (low, high) = (0.0, 1.0 / 3)
    for _ in 0..<60 {
      let t = 0.5 * (low + high)
      let value = 1 + t * t * (-3 + t * (3 - t))
      if value > target { low = t } else { high = t }
    }
    // The end with the lower value.
    return high / (largest * largest)
  }
}
