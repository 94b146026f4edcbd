/// How the weights move.
public struct OptimizerSettings: Sendable, Hashable {
  /// The rule of a step.
  public enum Kind: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// Adam (Kingma and Ba, ICLR 2015); weight decay is added to the gradient.
    case adam
    /// Adam with weight decay apart from the gradient (Loshchilov and Hutter, ICLR 2019).
    case adamw
    /// Stochastic gradient descent with momentum.
    case sgd
  }

  /// The rule of a step.
  public var kind = Kind.adam
  /// The size of the first steps.
  public var learningRate = 5e-4
  /// The epochs after which the steps get smaller, counted from 1.
  public var decayEpochs: [Int] = []
  /// What the size is multiplied by then.
  public var decayFactor = 0.2
  /// The weight decay.
  public var weightDecay = 0.0
  /// The decay of the two averages of Adam.
  public var betas = [0.9, 0.999]
  /// The momentum of SGD.
  public var momentum = 0.9
  /// The largest l2 norm of the gradient over all parameters, beyond which it is scaled down; nil for none.
  public var clip: Double? = 10

  mutating func visit(_ fields: inout some RecipeFields, _ epochs: Int) {
    fields.choice("kind", &kind, default: .adam)
    fields.number(
      "learning-rate", &learningRate, in: .positive, default: kind == .sgd ? 0.01 : 5e-4)
    // At 70 % and 85 % of the run; short runs have no two such epochs.
    let usual = epochs < 4 ? [] : [epochs * 7 / 10, epochs * 17 / 20]
    fields.increasing("decay-epochs", &decayEpochs, in: 1...1_000_000, default: usual)
    fields.number("decay-factor", &decayFactor, in: .positive, default: 0.2)
    fields.number("weight-decay", &weightDecay, in: .notNegative, default: 0)
    if kind == .sgd {
      fields.number("momentum", &momentum, in: .fraction, default: 0.9)
      fields.inapplicable(["betas"], "belongs to adam and adamw; the kind is sgd")
    } else {
      fields.numbers("betas", &betas, in: .fraction, count: 2, default: [0.9, 0.999])
      fields.inapplicable(["momentum"], "belongs to sgd; the kind is \(kind.rawValue)")
    }
    fields.number("clip", &clip, in: .positive, none: "none", default: 10)
  }
}
