/// The radius of the inputs that must get the same answer: the largest change of any pixel, values 0 to 1.
public struct EpsilonSettings: Sendable, Hashable {
  /// How the radius grows during training.
  public enum Ramp: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// A power of the batch, then a straight line.
    case smoothed
    /// A straight line.
    case linear
    /// The full radius from the first batch on.
    case constant
  }

  /// The radius at which the network is judged.
  public var test = 0.0
  /// The radius of training as a multiple of `test`.
  public var trainMultiplier = 1.0
  /// How the radius grows.
  public var ramp = Ramp.smoothed
  /// The epoch in which the radius begins to grow, counted from 1.
  public var start = 1
  /// The epochs over which it grows.
  public var length = 0
  /// The fraction of the ramp that is a curve.
  public var middle = 0.25
  /// The power of the curve.
  public var power = 4.0

  /// The full radius of training.
  public var train: Double { test * trainMultiplier }

  mutating func visit(_ fields: inout some RecipeFields, _ method: TrainingMethod, _ epochs: Int) {
    fields.number("test", &test, in: .distance, default: nil)
    guard method.usesBoxes else {
      return fields.inapplicable(
        ["train-multiplier", "ramp", "start", "length", "middle", "power"],
        method == .clean
          ? "clean trains without a radius" : "\(method.rawValue) trains for loss.radius, in l2")
    }
    fields.number("train-multiplier", &trainMultiplier, in: .positive, default: 1)
    fields.choice("ramp", &ramp, default: method.usesBounds ? .smoothed : .constant)
    guard ramp != .constant else {
      return fields.inapplicable(
        ["start", "length", "middle", "power"], "the ramp is constant, so the radius does not grow")
    }
    fields.integer("start", &start, in: 1...1_000_000, default: 1)
    fields.integer("length", &length, in: 0...1_000_000, default: epochs / 2)
    guard ramp == .smoothed else {
      return fields.inapplicable(["middle", "power"], "only a smoothed ramp has it")
    }
    fields.number("middle", &middle, in: .fraction, default: 0.25)
    fields.number("power", &power, in: .atLeast(1), default: 4)
  }
}
