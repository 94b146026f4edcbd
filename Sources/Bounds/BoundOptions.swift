import Foundation

/// A way to bound a network's outputs over a region, from the fastest to the tightest.
public enum BoundMethod: String, Sendable, CaseIterable, Codable {
  /// Interval bound propagation.
  case ibp
  /// Linear bounds in terms of the input, propagated forward.
  case forward
  /// Intervals for the intermediate layers, one backward pass for the outputs.
  case crownIBP = "crown-ibp"
  /// Backward passes for every intermediate layer and for the outputs.
  case crown
  /// CROWN with optimised lower slopes.
  case alphaCROWN = "alpha-crown"
}

/// How bounds are computed.
public struct BoundOptions: Sendable {
  /// The bytes that the rows of backward passes may take at one time, over all threads.
  public var memory: Int = 4 << 30
  /// Whether bounds of cheaper methods are intersected, as they should be. Without it a method's bounds
  /// are its own alone, for comparison with other tools.
  public var intersectsCheaperBounds = true
  /// The steps of slope optimisation.
  public var iterations = 20
  /// The steps for each neuron of an intermediate layer.
  public var intermediateIterations = 5
  /// The step size of slope optimisation.
  public var learningRate = 0.1
  /// What the step size is multiplied by after each step.
  public var learningRateDecay = 0.98
  /// Whether slope optimisation bounds the intermediate layers anew as well.
  public var optimizesIntermediateBounds = true
  /// When to stop; what is known by then is returned.
  public var deadline: Date?

  /// Creates options with defaults that work.
  public init() {}

  /// Whether the deadline has passed.
  var isOverdue: Bool { deadline.map { $0 <= Date() } ?? false }
}
