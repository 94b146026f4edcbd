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
    /// Momentum whose matrices are made orthogonal before each step (Jordan et al. 2024), decay apart from the gradient; vectors move
    /// by Adam.
    case muon
  }

  /// How the size of the steps falls.
  public enum Schedule: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// By a factor after some epochs.
    case steps
    /// Evenly, to 0 at the end of the run.
    case linear
    /// As a half wave of a cosine, to 0 at the end of the run.
    case cosine
  }

  /// The rule of a step.
  public var kind = Kind.adam
  /// The size of the first steps.
  public var learningRate = 5e-4
  /// The size of Adam's steps for vectors, which Muon does not move.
  public var vectorLearningRate = 5e-4
  /// How the size falls.
  public var schedule = Schedule.steps
  /// The epochs after which the steps get smaller, counted from 1.
  public var decayEpochs: [Int] = []
  /// What the size is multiplied by then.
  public var decayFactor = 0.2
  /// The weight decay.
  public var weightDecay = 0.0
  /// The decay of the two averages of Adam.
  public var betas = [0.9, 0.999]
  /// The momentum of SGD and Muon.
  public var momentum = 0.9
  /// The largest l2 norm of the gradient over all parameters, beyond which it is scaled down; nil for none.
  public var clip: Double? = 10
  /// The largest norm of the gradient by an output's weights over the norm of these, beyond which it is scaled down; nil for none.
  public var adaptiveClipping: Double?
  /// The width of the network for which rate and decay were found, from which they are carried over; nil where they are meant as they
  /// are.
  public var transferredFrom: Int?

  /// How a step is divided among the matrices (Muon).
  public var masses = Masses.none
  /// What the matrices between the first and the last layers weigh together; nil for 1 each.
  public var blockMass: Double?

  mutating func visit(_ fields: inout some RecipeFields, _ epochs: Int) {
    fields.choice("kind", &kind, default: .adam)
    fields.number(
      "learning-rate", &learningRate, in: .positive, default: kind.usualRate)
    if kind == .muon {
      fields.number("vector-learning-rate", &vectorLearningRate, in: .positive, default: 5e-4)
    } else {
      fields.inapplicable(
        ["vector-learning-rate"], "belongs to muon; the kind is \(kind.rawValue)")
    }
    visitMasses(&fields)
    fields.choice("schedule", &schedule, default: kind == .muon ? .linear : .steps)
    if schedule == .steps {
      // At 70 % and 85 % of the run; short runs have no two such epochs.
      let usual = epochs < 4 ? [] : [epochs * 7 / 10, epochs * 17 / 20]
      fields.increasing("decay-epochs", &decayEpochs, in: 1...1_000_000, default: usual)
      fields.number("decay-factor", &decayFactor, in: .positive, default: 0.2)
    } else {
      decayEpochs = []
      fields.inapplicable(
        ["decay-epochs", "decay-factor"], "belong to steps; the schedule is \(schedule.rawValue)")
    }
    fields.number("weight-decay", &weightDecay, in: .notNegative, default: 0)
    if kind == .sgd || kind == .muon {
      fields.number(
        "momentum", &momentum, in: .fraction, default: kind == .muon ? 0.95 : 0.9)
    }
    if kind == .sgd {
      fields.inapplicable(["betas"], "belongs to adam, adamw and muon; the kind is sgd")
    } else {
      fields.numbers("betas", &betas, in: .fraction, count: 2, default: [0.9, 0.999])
      if kind != .muon {
        fields.inapplicable(["momentum"], "belongs to sgd and muon; the kind is \(kind.rawValue)")
      }
    }
    fields.number("clip", &clip, in: .positive, none: "none", default: 10)
    if kind == .adamw {
      fields.integer("transfer-from", &transferredFrom, in: 1...1_000_000, none: "none")
    } else {
      fields.inapplicable(
        ["transfer-from"],
        "belongs to adamw, whose decay is apart from the gradient; the kind is \(kind.rawValue)")
    }
    if kind == .muon {
      fields.inapplicable(
        ["adaptive-clipping"], "the size of muon's steps does not depend on that of the gradient")
    } else {
      fields.number(
        "adaptive-clipping", &adaptiveClipping, in: .positive, none: "none", default: nil)
    }
  }

  private mutating func visitMasses(_ fields: inout some RecipeFields) {
    guard kind == .muon else {
      return fields.inapplicable(
        ["masses", "block-mass"], "belongs to muon; the kind is \(kind.rawValue)")
    }
    fields.choice("masses", &masses, default: .none)
    if masses == .modular {
      fields.number("block-mass", &blockMass, in: .positive, none: "even", default: nil)
    } else {
      fields.inapplicable(["block-mass"], "belongs to masses: modular")
    }
  }
}

extension OptimizerSettings.Kind {
  /// The usual size of the first steps; Muon's is the norm of a step, from RMS to RMS.
  fileprivate var usualRate: Double {
    switch self {
    case .adam, .adamw: 5e-4
    case .sgd: 0.01
    case .muon: 0.05
    }
  }
}
