import Foundation
import Records
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

  private static let stuck: (loss: Double, accuracy: Double) = (log(10), 0.1)
  private static let fine: (loss: Double, accuracy: Double) = (2.0, 0.3)

  @Test(
    "when it had learnt something and five epochs in a row are no better than a constant answer")
  func collapse() {
    let run = epochs(
      .init(repeating: Self.fine, count: 12) + .init(repeating: Self.stuck, count: 28))
    #expect(end(rule, run) == 17)
    #expect(
      rule.reason(after: Array(run[..<17]))
        == "the network collapsed: for 5 epochs it was no better than one constant answer (right about 10.0 %, "
        + "clean loss 2.3026; constant: 10.0 %, 2.3026); "
        + "try a smaller radius, a longer ramp or another learning rate")
  }

  @Test("when it never learnt anything in half of its epochs")
  func neverBegan() {
    let run = epochs(.init(repeating: Self.stuck, count: 40))
    #expect(end(rule, run) == 20)
    #expect(
      rule.reason(after: Array(run[..<20]))?.hasPrefix(
        "the network learns nothing: for 20 epochs it was no better than one constant answer ")
        == true)
  }

  @Test("only when a tenth of a long run was like that")
  func patience() {
    let long = CollapseRule(
      counts: [Int](repeating: 10, count: 10), epochs: 160, firstFullEpoch: 1)
    let run = [Self.fine] + .init(repeating: Self.stuck, count: 159)
    #expect(end(long, epochs(run)) == 17)
  }

  @Test("by the commonest class where classes differ in size")
  func imbalance() {
    // A constant answer is right about 90 %, with a loss of 0.325.
    let rule = CollapseRule(counts: [900, 100], epochs: 20, firstFullEpoch: 1)
    #expect(end(rule, epochs(.init(repeating: (0.326, 0.9), count: 20))) == 10)
    #expect(end(rule, epochs(.init(repeating: (0.2, 0.95), count: 20))) == nil)
  }

  @Test(
    "never during the warm-up, nor in the four epochs after it, however long it looks like that")
  func warmUp() {
    for (firstFull, expected) in [(41, nil), (37, nil), (36, 40), (30, 34)] as [(Int, Int?)] {
      let slow = CollapseRule(
        counts: [Int](repeating: 10, count: 10), epochs: 40, firstFullEpoch: firstFull)
      #expect(end(slow, epochs(.init(repeating: Self.stuck, count: 40))) == expected)
    }
  }

  @Test("never while what is minimised falls, as bounds become tighter or a plateau is left")
  func falling() {
    var run = epochs(.init(repeating: Self.stuck, count: 40))
    for i in run.indices { run[i].loss = 2.35 * pow(0.9998, Double(i)) }
    #expect(end(rule, run) == nil, "a thousandth in five epochs")
    for i in run.indices { run[i].loss = 2.35 * pow(0.99995, Double(i)) }
    #expect(end(rule, run) == 20, "a quarter of that is standing still")
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
    #expect(end(rule, epochs((0..<40).map { $0 % 5 == 0 ? Self.fine : Self.stuck })) == nil)
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

  /// Loss over the region, clean loss and accuracy of a perceptron without normalisation on the digits, IBP at 0.05
  /// from the first epoch on: a plateau that is left at last.
  private static let plateau: [(region: Double, loss: Double, accuracy: Double)] = [
    (2.5121, 2.3077, 0.100), (2.3828, 2.3048, 0.107), (2.3356, 2.3043, 0.104),
    (2.3204, 2.3043, 0.088), (2.3146, 2.3042, 0.091), (2.3116, 2.3039, 0.091),
    (2.3098, 2.3037, 0.095), (2.3084, 2.3033, 0.097), (2.3071, 2.3028, 0.097),
    (2.3063, 2.3024, 0.097), (2.3057, 2.3019, 0.097), (2.3050, 2.3014, 0.097),
    (2.3045, 2.3010, 0.097), (2.3039, 2.3004, 0.097), (2.3033, 2.2997, 0.097),
    (2.3027, 2.2989, 0.097), (2.3019, 2.2980, 0.098), (2.3010, 2.2965, 0.127),
    (2.2997, 2.2946, 0.197), (2.2982, 2.2922, 0.186), (2.2959, 2.2889, 0.162),
    (2.2925, 2.2839, 0.132), (2.2877, 2.2768, 0.117), (2.2809, 2.2668, 0.113),
    (2.2713, 2.2533, 0.118), (2.2591, 2.2358, 0.121), (2.2439, 2.2138, 0.125),
    (2.2254, 2.1887, 0.138), (2.2054, 2.1611, 0.149), (2.1835, 2.1318, 0.159),
  ]

  @Test("never on a plateau that is left late")
  func leftPlateau() {
    let rule = CollapseRule(
      counts: [Int](repeating: 150, count: 10), epochs: 60, firstFullEpoch: 1)
    var run = epochs(Self.plateau.map { ($0.loss, $0.accuracy) })
    for (index, epoch) in Self.plateau.enumerated() { run[index].loss = epoch.region }
    #expect(end(rule, run) == nil)
  }

  @Test("never in a healthy run, even if its radius were full from the first epoch")
  func healthy() {
    let rule = CollapseRule(
      counts: [Int](repeating: 1_000, count: 10), epochs: 25, firstFullEpoch: 1)
    #expect(end(rule, epochs(Self.plainIBP)) == nil)
    let losses = Self.plainIBP.map(\.loss)
    #expect((losses.max() ?? 0) < 0.91 * log(10))
  }
}
