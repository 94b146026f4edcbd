import Datasets
import Federation
import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Shares of a batch")
struct ShareTests {
  /// Networks with and without normalisation, and a method that searches.
  static let networks: [(network: String, settings: [String])] = [
    ("architecture: mlp, hidden: [16], normalization: full", []),
    ("architecture: cnn-3, width: 4, normalization: convolutions", []),
    (
      "architecture: cnn-3, width: 4, normalization: none, weights: scaled-weight-standardization",
      ["optimizer.adaptive-clipping=0.1"]
    ),
    ("architecture: mlp, hidden: [16]", ["method=adversarial", "attack.steps=2"]),
  ]

  private func task(_ small: SmallTraining) -> SharedTask {
    SharedTask(version: "1", recipe: small.trainer.recipe.yaml, data: "digits")
  }

  /// Trains with one worker, which ends after some shares.
  private func together(
    _ small: SmallTraining, batches: Int, workerEndsAfter limit: Int = .max,
    onLoss: @escaping (Int) -> Void = { _ in }
  ) throws -> TrainingState {
    let ends = InProcessExchange.group(of: 2)
    let (trainer, task) = (small.trainer, task(small))
    let thread = Thread {
      // A worker that is cut off sees its exchange end in the middle.
      let worker = ShareWorker(Limited(ends[1], sends: limit), trainer)
      try? worker.run(task)
      ends[1].end()
    }
    thread.start()
    let leader = try ShareLeader(ends[0], trainer, task)
    leader.onLoss = onLoss
    defer { ends[0].dismiss() }
    return try small.trained(batches, by: leader)
  }

  @Test("Two ranks train the network of one, bit for bit", arguments: networks.indices)
  func bitForBit(index: Int) throws {
    let (network, settings) = Self.networks[index]
    let small = try SmallTraining(network: network, settings + ["shares=2"])
    let (alone, shared) = (try small.trained(7), try together(small, batches: 7))
    #expect(alone.timeless == shared.timeless)
    #expect(alone.parameters != small.trainer.initialState.parameters)
  }

  @Test("A worker that stops in the middle is noticed, and changes no bit")
  func lostWorker() throws {
    let small = try SmallTraining(["shares=4"])
    var lost: [Int] = []
    let shared = try together(small, batches: 7, workerEndsAfter: 6) { lost.append($0) }
    #expect(lost == [1])
    #expect(try small.trained(7).timeless == shared.timeless)
  }

  @Test(
    "The gradient of shares is that of the batch, up to rounding, where no statistics are the batch's"
  )
  func sameGradient() throws {
    for settings in [
      ["method=clean"], ["regularizer.weight=0"], ["regularizer.weight=0", "loss.l1=1e-3"],
    ] {
      let network = "architecture: cnn-3, width: 4, normalization: none"
      let whole = try SmallTraining(network: network, settings)
      let parts = try SmallTraining(network: network, settings + ["shares=3"])
      let batch = whole.trainer.batches.batch(at: .start)
      let state = whole.trainer.initialState
      let one = ShareResult.combined(
        try whole.trainer.results(of: batch, at: 7, state.parameters))
      let three = ShareResult.combined(
        try parts.trainer.results(of: batch, at: 7, state.parameters))
      #expect(abs(one.loss - three.loss) < 1e-5 * abs(one.loss))
      #expect(one.cleanCorrect == three.cleanCorrect)
      let norm = Optimizer.norm(one.gradients)
      let difference = Optimizer.norm(zip(one.gradients, three.gradients).map { $0 - $1 })
      #expect(difference < 1e-5 * norm, "\(difference) of \(norm)")
      #expect(norm > 0)
    }
  }

  @Test("Means and variances of shares are pooled to those of the batch")
  func pooledStatistics() throws {
    let network = "architecture: mlp, hidden: [16], normalization: full"
    let (whole, parts) = (
      try SmallTraining(network: network), try SmallTraining(network: network, ["shares=3"])
    )
    let batch = whole.trainer.batches.batch(at: .start)
    let parameters = whole.trainer.initialState.parameters
    let one = ShareResult.combined(try whole.trainer.results(of: batch, at: 0, parameters))
    let three = ShareResult.combined(try parts.trainer.results(of: batch, at: 0, parameters))
    #expect(one.moments.count == 1 && three.moments.count == 1)
    #expect(one.moments[0].count == three.moments[0].count)
    for (a, b) in zip(one.moments[0].mean.scalars, three.moments[0].mean.scalars) {
      #expect(abs(a - b) < 1e-5 * max(1, abs(a)))
    }
    for (a, b) in zip(one.moments[0].variance.scalars, three.moments[0].variance.scalars) {
      #expect(abs(a - b) < 1e-5 * max(1, abs(a)))
    }
  }

  @Test("Shares are even and none is empty")
  func evenShares() throws {
    let trainer = try SmallTraining(["shares=3"]).trainer
    #expect(trainer.shares(of: 40) == [0..<13, 13..<26, 26..<40])
    #expect(trainer.shares(of: 2) == [0..<1, 1..<2])
    #expect(trainer.shares(of: 1) == [0..<1])
  }

  @Test("A packed share is read back exactly, and a damaged one is refused")
  func packing() throws {
    for (network, settings) in Self.networks {
      let trainer = try SmallTraining(network: network, settings + ["shares=2"]).trainer
      let batch = trainer.batches.batch(at: .start)
      let share = try trainer.result(
        ofShare: 1, of: batch, at: 3, trainer.initialState.parameters)
      let packed = share.packed
      #expect(try trainer.share(from: packed, source: "rank 1").packed == packed)
      for damaged in [
        PackedShare(numbers: Array(packed.numbers.dropLast()), values: packed.values),
        PackedShare(numbers: packed.numbers + [0], values: packed.values),
        PackedShare(numbers: packed.numbers, values: Array(packed.values.dropLast())),
        PackedShare(numbers: packed.numbers, values: packed.values + [0]),
        PackedShare(numbers: [0.5] + packed.numbers.dropFirst(), values: packed.values),
        PackedShare(numbers: [], values: []),
      ] {
        #expect(throws: InputError.self) { try trainer.share(from: damaged, source: "rank 1") }
      }
    }
  }

  @Test("A rank with another recipe, other data or another program is refused by name")
  func refusals() throws {
    let small = try SmallTraining(["shares=2"])
    let other = try SmallTraining(["shares=2", "seed=4"])
    let task = task(small)
    var (otherData, otherVersion) = (task, task)
    otherData.data = "mnist"
    otherVersion.version = "2"
    let cases: [(Message, String)] = [
      (
        Self.hello(self.task(other)),
        "rank 1: has another recipe than rank 0 (seed is 4 there and 0 here)"
      ),
      (Self.hello(otherData), "rank 1: has other training data than rank 0"),
      (Self.hello(otherVersion), "rank 1: is version 2, and rank 0 is 1"),
      (Message(.failure, text: "mnist: no such folder"), "rank 1: mnist: no such folder"),
      (Message(.share), "rank 1: is another program"),
    ]
    for (message, expected) in cases {
      let ends = InProcessExchange.group(of: 2)
      ends[1].send(message, to: 0)
      let error = #expect(throws: InputError.self) {
        try ShareLeader(ends[0], small.trainer, task)
      }
      #expect(error?.description.hasPrefix(expected) == true, "\(error?.description ?? "")")
    }
    let ends = InProcessExchange.group(of: 2)
    ends[1].end()
    let error = #expect(throws: InputError.self) { try ShareLeader(ends[0], small.trainer, task) }
    #expect(error?.description == "rank 1: has stopped before it began")
  }

  private static func hello(_ task: SharedTask) -> Message {
    let text = (try? JSONEncoder().encode(task)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Message(.hello, text: text)
  }
}

/// An exchange that ends after some messages, as a process does that is killed.
final class Limited: Exchange, @unchecked Sendable {
  private let base: any Exchange
  private var left: Int

  init(_ base: any Exchange, sends limit: Int) { (self.base, left) = (base, limit) }

  var rank: Int { base.rank }
  var count: Int { base.count }

  func send(_ message: Data, to rank: Int) {
    left -= 1
    left >= 0 ? base.send(message, to: rank) : base.end()
  }

  func receive(from rank: Int, unless isCancelled: () -> Bool) -> Data? {
    base.receive(from: rank, unless: isCancelled)
  }

  func end() { base.end() }
}
