/// The parameters of a method; those that another method would read keep their defaults.
public struct LossSettings: Sendable, Hashable {
  /// The weight of the clean cross-entropy, kappa or `1 - w`; the loss of the method has the rest.
  public var cleanWeight = WeightSchedule.constant(0)
  /// The weight of CROWN bounds against IBP bounds (CROWN-IBP).
  public var crownWeight = WeightSchedule(from: 1, to: 0)
  /// Whether CROWN bounds the sum of exponentials at once instead of every margin (CROWN-IBP).
  public var isFused = true
  /// The size of the small box as a fraction of the region (SABR, STAPS).
  public var lambda = 1.0
  /// The weight of IBP against the attack, 1 for IBP alone (MTL-IBP, CC-IBP, EXP-IBP).
  public var alpha = 0.5
  /// What the upper bounds of unstable neurons are multiplied by before a ReLU (SABR, TAPS, STAPS).
  public var reluShrink = 1.0
  /// The number of modules at the end that are attacked, not bounded (TAPS, STAPS).
  ///
  /// Convolutions, normalisations, ReLUs, flattening and linear layers count one each: the last two linear
  /// layers of a CNN-7 are 4.
  public var attackedModules = 4
  /// What the gradient of the attacked part is multiplied by (TAPS, STAPS).
  public var gradientScale = 1.0
  /// The l2 distance of pixel values, 0 to 1, within which answers are to keep (EMMA).
  public var radius = 0.0
  /// The weight of the sum of the magnitudes of all weights, biases aside.
  public var l1 = 0.0

  mutating func visit(_ fields: inout some RecipeFields, _ method: TrainingMethod) {
    if method == .clean {
      fields.inapplicable(["clean-weight"], "clean has no other loss to weigh against")
    } else {
      fields.weight("clean-weight", &cleanWeight, default: .constant(0))
    }
    field(&fields, ["crown-weight", "fused"], method, of: { $0 == .crownIBP }) { loss, fields in
      fields.weight(
        "crown-weight", &loss.crownWeight, default: WeightSchedule(from: 1, to: 0))
      fields.flag("fused", &loss.isFused, default: true)
    }
    field(&fields, ["lambda"], method, of: \.usesSmallBox) { loss, fields in
      fields.number("lambda", &loss.lambda, in: .fraction, default: 0.4)
    }
    field(&fields, ["alpha"], method, of: \.usesAlpha) { loss, fields in
      fields.number("alpha", &loss.alpha, in: .fraction, default: 0.5)
    }
    let shrinks = { (method: TrainingMethod) in method.usesSmallBox || method.usesLatentAttack }
    field(&fields, ["relu-shrink"], method, of: shrinks) { loss, fields in
      fields.number("relu-shrink", &loss.reluShrink, in: .fraction, default: 1)
    }
    field(
      &fields, ["attacked-modules", "gradient-scale"], method, of: \.usesLatentAttack
    ) { loss, fields in
      fields.integer("attacked-modules", &loss.attackedModules, in: 1...1_000, default: 4)
      fields.number("gradient-scale", &loss.gradientScale, in: .positive, default: 4)
    }
    field(&fields, ["radius"], method, of: { $0 == .emma }) { loss, fields in
      fields.number("radius", &loss.radius, in: .positive, default: 36.0 / 255)
    }
    fields.number("l1", &l1, in: .notNegative, default: 0)
  }

  /// Visits fields that some methods have, or says which those are.
  private mutating func field<F: RecipeFields>(
    _ fields: inout F, _ keys: [String], _ method: TrainingMethod,
    of exampleOfRow: (TrainingMethod) -> Bool,
    _ body: (inout LossSettings, inout F) -> Void
  ) {
    if exampleOfRow(method) {
      body(&self, &fields)
    } else {
      fields.inapplicable(
        keys,
        "belongs to \(TrainingMethod.names(where: exampleOfRow)); the method is \(method.rawValue)")
    }
  }
}
