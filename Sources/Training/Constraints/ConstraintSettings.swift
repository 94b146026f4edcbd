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
    /// The same, and a step's length is the learning rate times that norm.
    case hyperball
    /// The weights of each output have l2 norm 1.
    case unitRows = "unit-rows"
    /// The weights of each input have l2 norm 1.
    case unitColumns = "unit-columns"
    /// The weights that meet a feature of the hidden stream have: rows of matrices that read it, columns of those that add to it.
    case unitHidden = "unit-hidden"

    /// Whether it acts on singular values, which say nothing of a matrix that another one is made of.
    var limitsSingularValues: Bool {
      switch self {
      case .none, .frobenius, .hyperball, .unitRows, .unitColumns, .unitHidden: false
      case .spectralDecay, .spectralNormalization, .stiefel, .hammer, .softCap, .hardCap: true
      }
    }
  }

  /// What is done to the factors and shifts of normalisations.
  public enum Normalizations: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// Nothing.
    case free
    /// Both together keep the norm that they had before the first step.
    case joint
  }

  /// The kind of constraint.
  public var kind = Kind.none
  /// The limit of singular values, as norms from RMS to RMS.
  public var limit = 1.0
  /// The part of the largest singular value that is taken off after each step, for each unit of the learning rate.
  public var strength = 0.05
  /// What is done to the factors and shifts of normalisations where the norms of matrices are kept.
  public var normalizations = Normalizations.free

  mutating func visit(_ fields: inout some RecipeFields) {
    fields.choice("kind", &kind, default: .none)
    if kind == .frobenius || kind == .hyperball {
      fields.choice(
        "normalizations", &normalizations, default: kind == .frobenius ? .joint : .free)
    } else {
      fields.inapplicable(
        ["normalizations"], "belongs to frobenius and hyperball; the kind is \(kind.rawValue)")
    }
    switch kind {
    case .none, .frobenius, .hyperball, .unitRows, .unitColumns, .unitHidden:
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

  /// Reports a decay or masses that a constraint leaves without effect.
  func reportContradictions(with optimizer: OptimizerSettings, to problems: RecipeProblems) {
    guard kind == .hyperball else { return }
    if optimizer.weightDecay > 0 {
      problems.add(
        "optimizer.weight-decay",
        "hyperball keeps the norm of every matrix and the length of every step; expected 0")
    }
    if optimizer.masses != .none {
      problems.add("optimizer.masses", "hyperball sets the length of every step; expected none")
    }
  }
}
