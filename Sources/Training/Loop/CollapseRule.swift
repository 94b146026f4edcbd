import Certificates
import Foundation

/// Notices that training has collapsed: the network gives one answer, whatever the image, and stays with it.
///
/// Certified training ends there when the radius is too large for the network or grows too fast: the constant answer
/// has bounds of no width, so nothing pulls the weights away from it. The best constant answer, the frequency of each
/// class, has a loss equal to the entropy `H` of the labels (log K for K classes of equal size) and is right about
/// the commonest class. An epoch *learns nothing* when all of the following hold, and `patience` such epochs in a row
/// are a collapse:
///
/// - Each of its batches had the full radius. During the warm-up a loss near log K is normal: bounds are wide, and
///   the regularisers, not the loss, make them narrow. Short warm-ups look like that until their last epochs.
/// - The clean loss, of the images as they are, is at least 99 % of `H`. It is compared and not the loss over the
///   region, which a healthy run can have above `H` for long, with a clean loss well below.
/// - The network is right about no more training images than the constant answer, but for three standard errors of
///   their number and one part in a hundred. Early in training weights can be too small to show in the loss and
///   already tell images apart; then this condition fails.
///
/// A healthy run meets neither of the last two conditions by the time that its radius is full; to be stopped, it would
/// have to meet both for at least five epochs, and for a tenth of the run.
struct CollapseRule: Sendable {
  /// The loss of the best constant answer, in nats.
  var constantLoss: Double
  /// The part of the images that the best constant answer is right about.
  var constantAccuracy: Double
  /// The part of the images that an epoch must be right about to have learnt something.
  var accuracyLimit: Double
  /// The first epoch whose batches all have the full radius, counted from 1.
  var firstFullEpoch: Int
  /// How many epochs in a row must learn nothing.
  var patience: Int

  /// Creates the rule of a run.
  ///
  /// - Parameters:
  ///   - counts: How many training images each class has.
  ///   - epochs: The epochs of the run.
  ///   - firstFullEpoch: The first epoch whose batches all have the full radius, counted from 1.
  init(counts: [Int], epochs: Int, firstFullEpoch: Int) {
    let total = Double(max(1, counts.reduce(0, +)))
    let parts = counts.map { Double($0) / total }
    constantLoss = parts.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
    constantAccuracy = parts.max() ?? 0
    let error = (constantAccuracy * (1 - constantAccuracy) / total).squareRoot()
    accuracyLimit = constantAccuracy + 3 * error + 0.01
    self.firstFullEpoch = firstFullEpoch
    patience = max(5, (epochs + 9) / 10)
  }

  /// Whether an epoch learnt nothing.
  private func isIdle(_ epoch: EpochRecord) -> Bool {
    guard epoch.epoch >= firstFullEpoch, let loss = epoch.cleanLoss,
      let accuracy = epoch.cleanAccuracy
    else { return false }
    return loss >= 0.99 * constantLoss && accuracy <= accuracyLimit
  }

  /// What to tell when the epochs so far end in a collapse; nil when they do not.
  ///
  /// - Parameter epochs: The epochs of the run, in their order.
  func reason(after epochs: [EpochRecord]) -> String? {
    guard constantLoss > 0, epochs.count >= patience, let last = epochs.last,
      epochs.suffix(patience).allSatisfy(isIdle), let loss = last.cleanLoss,
      let accuracy = last.cleanAccuracy
    else { return nil }
    return String(
      format:
        "the network collapsed: for %d epochs at the full radius it was no better than one constant answer "
        + "(right about %.1f %%, clean loss %.4f; constant: %.1f %%, %.4f); "
        + "try a smaller radius, a longer ramp or a smaller learning rate",
      patience, 100 * accuracy, loss, 100 * constantAccuracy, constantLoss)
  }
}
