/// The regularisers of the warm-up (Shi et al., NeurIPS 2021), which fade as the radius grows.
public struct RegularizerSettings: Sendable, Hashable {
  /// One of the two regularisers.
  public enum Term: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// Against bounds that grow from layer to layer.
    case tightness
    /// Against ReLUs that are mostly active or mostly inactive.
    case relu
  }

  /// Their weight while the radius is zero, lambda0; 0 for none.
  public var weight = 0.0
  /// The tolerance tau, below which nothing is punished.
  public var tolerance = 0.5
  /// Those that are used.
  public var terms = Term.allCases

  mutating func visit(_ fields: inout some RecipeFields, _ method: TrainingMethod) {
    fields.number(
      "weight", &weight, in: .notNegative, default: method.usesFastWarmUp ? 0.5 : 0)
    if weight > 0 {
      fields.number("tolerance", &tolerance, in: .positive, default: 0.5)
      fields.choices("terms", &terms, default: Term.allCases)
    } else {
      fields.inapplicable(["tolerance", "terms"], "the weight of the regularisers is 0")
    }
  }
}
