import Foundation

/// A learning rate that falls: by a factor after each of some epochs, or batch by batch to 0.
public struct LearningRateSchedule: Sendable, Hashable {
  /// The rate of the first epoch.
  public var initial: Double
  /// The epochs after which the rate falls, counted from 1: with 20 here, epoch 21 is the first with the new rate.
  public var milestones: [Int]
  /// What the rate is multiplied by after each milestone.
  public var factor: Double
  /// The number of batches in an epoch.
  public var batchesPerEpoch: Int
  /// How the rate falls.
  public var fall: OptimizerSettings.Schedule
  /// The batches of the run, over which the rate falls where it does so evenly.
  public var batches: Int

  /// Creates a schedule.
  ///
  /// - Precondition: `batchesPerEpoch` is at least 1.
  public init(
    initial: Double, milestones: [Int], factor: Double, batchesPerEpoch: Int,
    fall: OptimizerSettings.Schedule = .steps, batches: Int = 1
  ) {
    precondition(batchesPerEpoch >= 1, "\(batchesPerEpoch) batches in an epoch")
    self.fall = fall
    self.batches = batches
    self.initial = initial
    self.milestones = milestones
    self.factor = factor
    self.batchesPerEpoch = batchesPerEpoch
  }

  /// The learning rate for a batch.
  ///
  /// - Parameter batch: The number of batches before it in the whole run.
  public func rate(at batch: Int) -> Double {
    let left = max(0, 1 - Double(batch) / Double(max(1, batches)))
    switch fall {
    case .linear: return initial * left
    case .cosine: return initial * 0.5 * (1 - cos(.pi * left))
    case .steps: break
    }
    let finished = batch / batchesPerEpoch
    // Multiplied one by one, as a training loop would, so that the same rates come out.
    return milestones.reduce(initial) { rate, milestone in
      milestone <= finished ? rate * factor : rate
    }
  }
}
