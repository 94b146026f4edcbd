/// A teacher that the network is drawn to while it is trained, whatever else its loss asks.
public struct DistillationSettings: Sendable, Hashable {
  /// What is compared with the teacher's.
  public enum Subject: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// The answers, as distributions over the classes.
    case logits
    /// What the last linear layer reads.
    case features
  }

  /// The model file of the teacher; nil for none.
  public var teacher: String?
  /// The weight of the term beside the loss of the method.
  public var weight = 1.0
  /// What is compared.
  public var subject = Subject.features
  /// What logits are divided by before they become distributions (logits).
  public var temperature = 1.0
  /// The share of the worst end of the features' bounds against the features of one input (features).
  public var bounds = 0.5

  /// - Parameter alpha: The weight of IBP against the attack, for methods that have one.
  mutating func visit(_ fields: inout some RecipeFields, _ method: TrainingMethod, alpha: Double) {
    fields.text("teacher", &teacher, none: "none")
    guard teacher != nil else {
      return fields.inapplicable(
        ["weight", "of", "temperature", "bounds"], "there is no teacher to be drawn to")
    }
    fields.number("weight", &weight, in: .positive, default: 1)
    fields.choice("of", &subject, default: .features)
    switch subject {
    case .logits:
      fields.number("temperature", &temperature, in: .positive, default: 1)
      fields.inapplicable(["bounds"], "belongs to features; logits are compared at one input")
    case .features:
      fields.number("bounds", &bounds, in: .fraction, default: method.usesAlpha ? alpha : 0.5)
      fields.inapplicable(["temperature"], "belongs to logits; features are compared as they are")
    }
  }
}
