import Certificates
import Foundation
import TestSupport
import Testing

@testable import Training

@Suite("Training counts as collapsed")
struct CollapseRuleTests {
  /// Ten classes of 1,000 images; 40 epochs, the radius full from epoch 5 on.
  private let rule = CollapseRule(
    counts: [Int](repeating: 1_000, count: 10), epochs: 40, firstFullEpoch: 5)

  private func epochs(_ pairs: [(loss: Double, accuracy: Double)]) -> [EpochRecord] {
    pairs.enumerated().map { index, pair in
      var epoch = EpochRecord(epoch: index + 1, loss: pair.loss)
      (epoch.cleanLoss, epoch.cleanAccuracy) = (pair.loss, pair.accuracy)
      return epoch
    }
  }

  /// The first epoch after which the rule stops a run.
  private func end(_ rule: CollapseRule, _ epochs: [EpochRecord]) -> Int? {
    epochs.indices.first { rule.reason(after: Array(epochs[...$0])) != nil }.map { $0 + 1 }
  }

  @Test("when five epochs in a row after the warm-up are no better than a constant answer")
  func constant() {
    let stuck = epochs(
      [(log(10), 0.1)]
        + [(loss: Double, accuracy: Double)](
          repeating: (log(10), 0.1), count: 39))
    #expect(end(rule, stuck) == 9)
    #expect(
      rule.reason(after: Array(stuck[..<9]))
        == "the network collapsed: for 5 epochs at the full radius it was no better than one constant answer "
        + "(right about 10.0 %, clean loss 2.3026; constant: 10.0 %, 2.3026); "
        + "try a smaller radius, a longer ramp or a smaller learning rate")
  }

  @Test("only when a tenth of a long run was like that")
  func patience() {
    let long = CollapseRule(
      counts: [Int](repeating: 10, count: 10), epochs: 160, firstFullEpoch: 1)
    #expect(end(long, epochs(.init(repeating: (log(10), 0.1), count: 160))) == 16)
  }

  @Test("by the commonest class where classes differ in size")
  func imbalance() {
    // A constant answer is right about 90 %, with a loss of 0.325.
    let rule = CollapseRule(counts: [900, 100], epochs: 20, firstFullEpoch: 1)
    #expect(end(rule, epochs(.init(repeating: (0.326, 0.9), count: 20))) == 5)
    #expect(end(rule, epochs(.init(repeating: (0.2, 0.95), count: 20))) == nil)
  }

  @Test("never during the warm-up, however long it looks like that")
  func warmUp() {
    let slow = CollapseRule(
      counts: [Int](repeating: 10, count: 10), epochs: 40, firstFullEpoch: 38)
    #expect(end(slow, epochs(.init(repeating: (log(10), 0.1), count: 40))) == nil)
  }

  @Test("never when the answers are better than chance, however flat the loss")
  func informative() {
    #expect(end(rule, epochs(.init(repeating: (log(10), 0.15), count: 40))) == nil)
  }

  @Test(
    "never when the loss is lower than that of a constant answer, however few answers are right")
  func lowLoss() {
    #expect(end(rule, epochs(.init(repeating: (2.2, 0.1), count: 40))) == nil)
  }

  @Test("never when one epoch in five learns something")
  func interrupted() {
    let pairs = (0..<40).map { $0 % 5 == 0 ? (2.1, 0.2) : (log(10), 0.1) }
    #expect(end(rule, epochs(pairs.map { (loss: $0.0, accuracy: $0.1) })) == nil)
  }

  /// Clean loss and accuracy of a CNN-7 of width 8 on 10,000 images of CIFAR-10 at 8/255, plain IBP with a ramp
  /// of 14 epochs: the hardest of our healthy runs, whose loss over the region is above 2.17 throughout.
  private static let plainIBP: [(loss: Double, accuracy: Double)] = [
    (1.837, 0.359), (1.693, 0.400), (1.821, 0.342), (1.880, 0.325), (1.937, 0.308), (1.970, 0.293),
    (1.991, 0.287), (2.003, 0.275), (2.014, 0.269), (2.026, 0.262), (2.035, 0.257), (2.043, 0.257),
    (2.051, 0.248), (2.057, 0.251), (2.065, 0.247), (2.072, 0.245), (2.072, 0.244), (2.067, 0.244),
    (2.069, 0.242), (2.065, 0.246), (2.063, 0.248), (2.064, 0.244), (2.063, 0.245), (2.061, 0.248),
    (2.061, 0.251),
  ]

  @Test("never in a healthy run, even if its radius were full from the first epoch")
  func healthy() {
    let rule = CollapseRule(
      counts: [Int](repeating: 1_000, count: 10), epochs: 25, firstFullEpoch: 1)
    #expect(end(rule, epochs(Self.plainIBP)) == nil)
    let losses = Self.plainIBP.map(\.loss)
    #expect((losses.max() ?? 0) < 0.91 * log(10))
  }
}
