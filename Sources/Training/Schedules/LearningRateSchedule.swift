/// A learning rate that is multiplied by a factor after each of some epochs.
public struct LearningRateSchedule: Sendable, Hashable {
  /// The rate of the first epoch.
  public var initial: Double
  /// The epochs after which the rate falls, counted from 1: with 20 here, epoch 21 is the first with the new rate.
  public var milestones: [Int]
  /// What the rate is multiplied by after each milestone.
  public var factor: Double
  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int

  /// Creates a schedule.
  ///
  /// - Precondition: `batchesPerEpoch` is at least 1.
  public init(initial: Double, milestones: [Int], factor: Double, batchesPerEpoch: Int) {
    precondition(batchesPerEpoch >= 1, "\(batchesPerEpoch) batches in an epoch")
    self.initial = initial
    self.milestones = milestones
    self.factor = factor
    self.batchesPerEpoch = batchesPerEpoch
  }

  /// The learning rate for a batch.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func rate(at batch: Int) -> Double {
    let finished = batch / batchesPerEpoch
    // Multiplied one by one, as a training loop would, so that the same rates come out.
    return milestones.reduce(initial) { rate, milestone in
      milestone <= finished ? rate * factor : rate
    }
  }
}
