import Foundation
import Records

/// Notices that training has collapsed: the network gives one answer, whatever the image, and stays with it.
///
/// Certified training ends there when the radius is too large for the network or grows too fast: the constant answer
/// has bounds of no width, so nothing pulls the weights away from it. The best constant answer, the frequency of each
/// class, has a loss equal to the entropy `H` of the labels (log K for K classes of equal size) and is right about
/// the commonest class. An epoch *learns nothing* when its clean loss, of the images as they are, is at least 99 %
/// of `H` and it is right about no more training images than the constant answer, but for three standard errors
/// and one part in a hundred. The clean loss counts and not the loss over the region, which a healthy run can have
/// near or above `H` for long; the answers count, because weights can be too small to show in the loss and tell images
/// apart all the same.
///
/// A healthy run can begin like that, with a loss near log K for many epochs until it leaves the plateau: a network
/// without normalisation and without a warm-up did so for 21 of 30 epochs. So a run is stopped only when all of the
/// following hold:
///
/// - The last epochs learnt nothing, and many in a row: five, or a tenth of the run, after an epoch that had learnt
///   something; half of the run when none ever had.
/// - The last five of them had the full radius. During the warm-up bounds are wide, and the regularisers, not the
///   loss, make them narrow.
/// - What is minimised fell by less than one part in 2,000 over these five. Where it falls faster, bounds become
///   tighter or the plateau slopes.
///
/// Of 89 runs of small networks on the digits by IBP, with radii from 0.02 to 0.4, with and without normalisation and
/// warm-up, in 30 or 60 epochs, 21 ended in a constant answer, of which this stops 18, and none of the other 68.
/// Plain IBP on CIFAR-10 at 8/255, our hardest healthy run, never has a clean loss above 91 % of `H`.
struct CollapseRule: Sendable {
  /// The loss of the best constant answer, in nats.
  var constantLoss: Double
  /// The part of the images that the best constant answer is right about.
  var constantAccuracy: Double
  /// The part of the images that an epoch must be right about to have learnt something.
  var accuracyLimit: Double
  /// The first epoch whose batches all have the full radius, counted from 1.
  var firstFullEpoch: Int
  /// How many epochs in a row must learn nothing after one that did.
  var patience: Int
  /// How many epochs in a row must learn nothing when none ever did.
  var firstPatience: Int

  /// The epochs at the full radius over which the loss must have stood still.
  private static let window = 5
  /// The part by which the loss may fall over them.
  private static let slope = 1.0 / 2_000

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
    patience = max(Self.window, (epochs + 9) / 10)
    firstPatience = max(Self.window, (epochs + 1) / 2)
  }

  private func learntNothing(_ epoch: EpochRecord) -> Bool {
    guard let loss = epoch.cleanLoss, let accuracy = epoch.cleanAccuracy else { return false }
    return loss >= 0.99 * constantLoss && accuracy <= accuracyLimit
  }

  /// What to tell when the epochs so far end in a collapse; nil when they do not.
  ///
  /// - Parameter epochs: The epochs of the run, in their order.
  func reason(after epochs: [EpochRecord]) -> String? {
    let count = epochs.reversed().prefix(while: learntNothing).count
    let hadLearnt = count < epochs.count
    guard constantLoss > 0, count >= (hadLearnt ? patience : firstPatience),
      let last = epochs.last, last.epoch >= firstFullEpoch + Self.window - 1,
      epochs.count > Self.window,
      last.loss >= (1 - Self.slope) * epochs[epochs.count - 1 - Self.window].loss,
      let loss = last.cleanLoss, let accuracy = last.cleanAccuracy
    else { return nil }
    return String(
      format:
        "the network %@: for %d epochs it was no better than one constant answer (right about %.1f %%, "
        + "clean loss %.4f; constant: %.1f %%, %.4f); "
        + "try a smaller radius, a longer ramp or another learning rate",
      hadLearnt ? "collapsed" : "learns nothing", count, 100 * accuracy, loss,
      100 * constantAccuracy, constantLoss)
  }
}
