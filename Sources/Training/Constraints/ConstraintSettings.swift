/// What is done to weights after each step.
public struct ConstraintSettings: Sendable, Hashable {
  /// The kind of constraint.
  public enum Kind: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// Nothing.
    case none
    /// The largest singular value shrinks a little; promises nothing.
    case spectralDecay = "spectral-decay"
    /// All singular values are scaled until none is above the limit.
    case spectralNormalization = "spectral-normalization"
    /// Every singular value becomes the limit.
    case stiefel
    /// The largest singular value becomes the limit; promises nothing of the others.
    case hammer = "spectral-hammer"
    /// Singular values are pressed below the limit, the large ones more.
    case softCap = "soft-cap"
    /// Singular values above the limit become it, the others stay, nearly.
    case hardCap = "hard-cap"
    /// The Frobenius norm stays what it was before the first step.
    case frobenius

    /// Whether it acts on singular values, which say nothing of a matrix that another one is made of.
    var limitsSingularValues: Bool {
      switch self {
      case .none, .frobenius: false
      case .spectralDecay, .spectralNormalization, .stiefel, .hammer, .softCap, .hardCap: true
      }
    }
  }

  /// The kind of constraint.
  public var kind = Kind.none
  /// The limit of singular values, as norms from RMS to RMS.
  public var limit = 1.0
  /// The part of the largest singular value that is taken off after each step, for each unit of the learning rate.
  public var strength = 0.05

  mutating func visit(_ fields: inout some RecipeFields) {
    fields.choice("kind", &kind, default: .none)
    switch kind {
    case .none, .frobenius:
      fields.inapplicable(
        ["limit", "strength"], "no singular value is limited by \(kind.rawValue)")
    case .spectralDecay:
      fields.number("strength", &strength, in: .notNegative, default: 0.05)
      fields.inapplicable(["limit"], "spectral-decay has no limit")
    case .spectralNormalization, .stiefel, .hammer, .softCap, .hardCap:
      fields.number("limit", &limit, in: .positive, default: 1)
      fields.inapplicable(["strength"], "belongs to spectral-decay")
    }
  }
}
