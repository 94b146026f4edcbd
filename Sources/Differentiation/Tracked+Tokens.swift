import Tensors

extension Tracked {
  /// Attention of queries to keys and values; one pass gives all three gradients.
  public static func attention(
    _ queries: Tracked, _ keys: Tracked, _ values: Tracked, _ form: AttentionForm
  ) -> Tracked {
    let (q, k, v) = (queries.base, keys.base, values.base)
    // One pass gives all three gradients, to whichever asks first.
    let gradients = Shared<(queries: Base, keys: Base, values: Base)>()
    @Sendable func all(_ rows: Base) -> (queries: Base, keys: Base, values: Base) {
      gradients.value { Base.attentionGradient(q, k, v, form, rows: rows) }
    }
    return Tracked(
      Base.attention(q, k, v, form),
      [
        queries.dependence { all($0).queries }, keys.dependence { all($0).keys },
        values.dependence { all($0).values },
      ])
  }

  /// The angles carry no gradient.
  public func turned(
    cosines: Tracked, sines: Tracked, heads: Int, isTransposed: Bool
  ) -> Tracked {
    let (c, s) = (cosines.base, sines.base)
    return Tracked(
      base.turned(cosines: c, sines: s, heads: heads, isTransposed: isTransposed),
      [
        dependence {
          $0.turned(cosines: c, sines: s, heads: heads, isTransposed: !isTransposed)
        }
      ])
  }

  /// The slope comes with the value, in one pass; a slope that is to be differentiated itself has its definition.
  public func gelu() -> Tracked {
    guard isTracked else { return Tracked(base.gelu()) }
    let (value, slope) = base.geluWithSlope()
    return Tracked(value, [dependence { $0 * slope }])
  }
}
