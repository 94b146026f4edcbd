import Foundation
import Networks

/// The schedule of a slope optimisation.
public struct SlopeSteps: Hashable, Sendable {
  /// The number of steps.
  public var count: Int
  /// The size of the first step, in units of slope.
  public var rate: Double
  /// What the size is multiplied by after each step.
  public var decay: Double

  /// Creates a schedule.
  public init(count: Int, rate: Double, decay: Double) {
    self.count = count
    self.rate = rate
    self.decay = decay
  }
}

/// How bounds are computed.
public struct BoundOptions: Sendable {
  /// The bytes that the rows of backward passes may take at one time, over all threads.
  public var memory: Int = 4 << 30
  /// Whether bounds of cheaper methods are intersected, as they should be. Without it a method's bounds
  /// are its own alone, for comparison with other tools.
  public var intersectsCheaperBounds = true
  /// How the slopes of the output functions are optimised.
  ///
  /// Longer steps that shorten sooner than the usual 0.1 and 0.98 reach tighter bounds in as many steps.
  public var outputSteps = SlopeSteps(count: 20, rate: 0.25, decay: 0.92)
  /// How the slopes of each neuron of the intermediate layers are optimised.
  public var intermediateSteps = SlopeSteps(count: 12, rate: 0.25, decay: 0.9)
  /// Whether slope optimisation bounds the intermediate layers anew as well.
  public var optimizesIntermediateBounds = true
  /// When to stop; what is known by then is returned.
  public var deadline: Date?
  /// Asked now and then; what is known when it says true is returned.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// Creates options with defaults that work.
  public init() {}

  /// The options with as many steps as a network's activations need: the lines of curves have a slope on either side,
  /// and take longer to settle than those of ReLUs.
  public func suited(to network: Network) -> BoundOptions {
    guard network.nodes.contains(where: { $0.operation is any CurvedActivation }) else {
      return self
    }
    var options = self
    options.intermediateSteps.count = max(30, intermediateSteps.count)
    options.outputSteps.count = max(60, outputSteps.count)
    return options
  }

  /// Whether the deadline has passed, or the work was called off.
  public var isOverdue: Bool { isCancelled() || deadline.map { $0 <= Date() } ?? false }
}
