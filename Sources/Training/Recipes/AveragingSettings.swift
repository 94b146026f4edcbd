/// Which weights are kept: the last ones or an average of those on the way.
public struct AveragingSettings: Sendable, Hashable {
  /// The kind of average.
  public enum Kind: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// The last weights.
    case none
    /// An average that forgets old weights exponentially.
    case ema
    /// The plain average of the weights at equal distances (Izmailov et al., UAI 2018).
    case swa
  }

  /// The kind of average.
  public var kind = Kind.none
  /// The first epoch that is averaged, counted from 1.
  public var start = 1
  /// The batches from one averaged state to the next (SWA).
  public var every = 10
  /// The weight of the average so far in each batch (EMA).
  public var decay = 0.999

  mutating func visit(_ fields: inout some RecipeFields, _ epochs: Int) {
    fields.choice("kind", &kind, default: .none)
    switch kind {
    case .none:
      fields.inapplicable(
        ["start", "every", "decay"], "the kind is none: the last weights are kept")
    case .ema:
      fields.integer("start", &start, in: 1...1_000_000, default: 1)
      fields.number("decay", &decay, in: .fraction, default: 0.999)
      fields.inapplicable(["every"], "belongs to swa; the kind is ema")
    case .swa:
      fields.integer("start", &start, in: 1...1_000_000, default: max(1, epochs * 17 / 20))
      fields.integer("every", &every, in: 1...1_000_000, default: 10)
      fields.inapplicable(["decay"], "belongs to ema; the kind is swa")
    }
  }
}
