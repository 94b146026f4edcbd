import Tensors

/// A function of the output over a part of a region where some activations' inputs have given signs.
public struct SplitRow<S: TensorScalar>: Sendable {
  /// The signs.
  public var splits: [NeuronSplit]
  /// A multiplier for each split to start from; fewer where the last have none yet.
  public var multipliers: [S]
  /// Lower slopes to start from, of all optimised activations one after another; empty for none.
  public var slopes: [S]
  /// What the function's bound must exceed; no more work is done where it does.
  public var limit: Double

  /// Creates a row.
  public init(
    splits: [NeuronSplit] = [], multipliers: [S] = [], slopes: [S] = [],
    limit: Double = .infinity
  ) {
    self.splits = splits
    self.multipliers = multipliers
    self.slopes = slopes
    self.limit = limit
  }
}

/// A bound of a `SplitRow`, and what it was reached with.
public struct SplitBound<S: TensorScalar>: Sendable {
  /// The lower bound.
  public var bound: S
  /// The multipliers of the last step.
  public var multipliers: [S]
  /// The slopes of the last step.
  public var slopes: [S]
  /// The input at which the last step's bound is reached, flattened row-major.
  public var point: [S]
  /// Elements worth splitting, the most promising first.
  public var candidates: [SplitCandidate]
  /// The linear function of the input, flattened row-major, and what is added, that the last step's bound is the
  /// least value of; nil where it was not asked for.
  ///
  /// - Soundness: At most the row's function for every input of the region that gives the signs, up to rounding.
  public var plane: (coefficients: [S], constant: S)?
  /// The outputs of the relaxed network, flattened, at which the last step's bound is reached, without what splits add; nil
  /// where they were not asked for, or where an operation cannot be carried through.
  ///
  /// Another function's bound with the same slopes and multipliers is higher than this one by at most the difference of
  /// both at these outputs.
  public var output: [S]?
}

/// What a bound of a `SplitRow` comes with on request.
public struct SplitExtras: OptionSet, Sendable {
  /// The bits.
  public let rawValue: Int

  /// Takes bits.
  public init(rawValue: Int) { self.rawValue = rawValue }

  /// The linear function of the input.
  public static let planes = SplitExtras(rawValue: 1)
  /// The outputs of the relaxed network.
  public static let outputs = SplitExtras(rawValue: 2)
}

/// An activation's input whose sign would be worth knowing.
public struct SplitCandidate: Sendable, Hashable {
  /// The split, with one of both signs.
  public var split: NeuronSplit
  /// By how much the activation's lines are estimated to lower the bound.
  public var score: Double
}
