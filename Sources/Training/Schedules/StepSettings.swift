/// What the schedules say about one batch.
public struct StepSettings: Sendable, Hashable {
  /// The radius that bounds are computed for, in pixel values.
  public var epsilon: Double
  /// That radius as a fraction of the full one, from 0 to 1.
  public var fraction: Double
  /// Whether the radius has not reached its full value yet.
  public var isWarmUp: Bool
  /// The step size of the optimiser.
  public var learningRate: Double
  /// The weight of the clean cross-entropy, kappa, from 0 to 1; the method's loss has the rest.
  public var cleanWeight: Double
  /// The weight of CROWN bounds against IBP bounds, from 0 to 1; 0 for methods that have no CROWN bounds.
  public var crownWeight: Double
  /// The weight of the warm-up regularisers, 0 when they are off.
  public var regularizerWeight: Double
  /// The weight in the average of the state after this batch; nil when it does not count.
  public var averageWeight: Double?
  /// The weight of the batch in running statistics of normalisations that are used in training, 1 for the first batch.
  public var statisticsSpeed = 1.0
}

/// Every schedule of a run: pure functions of the number of the batch.
///
/// A run that resumes asks for the settings of its next batch and has to restore nothing.
public struct TrainingSchedules: Sendable, Hashable {
  /// The radius.
  public var epsilon: EpsilonSchedule
  /// The learning rate.
  public var learningRate: LearningRateSchedule
  /// The weight of the clean loss.
  public var cleanWeight: WeightSchedule
  /// The weight of CROWN bounds.
  public var crownWeight: WeightSchedule
  /// The weight of the regularisers at radius zero, lambda0.
  public var regularizerWeight: Double
  /// The average of the weights.
  public var averaging: AveragingSchedule
  /// The least weight of a batch in statistics that are estimated.
  public var statisticsSpeed = 0.01

  /// Creates schedules that mix no losses and no bounds, have no regulariser and average nothing.
  public init(epsilon: EpsilonSchedule, learningRate: LearningRateSchedule) {
    self.epsilon = epsilon
    self.learningRate = learningRate
    cleanWeight = .constant(0)
    crownWeight = .constant(0)
    regularizerWeight = 0
    averaging = AveragingSchedule(.none, batchesPerEpoch: epsilon.batchesPerEpoch)
  }

  /// The settings of one batch.
  ///
  /// The regularisers weigh `lambda0 (1 - epsilon / full)` during the warm-up and nothing afterwards.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func settings(at batch: Int) -> StepSettings {
    let fraction = epsilon.fraction(at: batch)
    let isWarmUp = epsilon.isWarmUp(at: batch)
    return StepSettings(
      epsilon: epsilon.epsilon(at: batch), fraction: fraction, isWarmUp: isWarmUp,
      learningRate: learningRate.rate(at: batch),
      cleanWeight: cleanWeight.weight(atFraction: fraction),
      crownWeight: crownWeight.weight(atFraction: fraction),
      regularizerWeight: isWarmUp ? regularizerWeight * (1 - fraction) : 0,
      averageWeight: averaging.weight(after: batch),
      // A plain average at first, as there is nothing to forget.
      statisticsSpeed: max(statisticsSpeed, 1 / Double(batch + 1)))
  }
}
