import Datasets
import Files
import Tensors
import Training

/// Has the shares of every batch computed by all ranks, and trains as one process would.
///
/// The leader keeps the state; for each batch it sends the parameters and computes shares of its own meanwhile. Workers remember nothing,
/// so a worker that stops costs its time and no result: its shares are computed here, and by the others from then on.
///
/// A share's result depends on the recipe, the batch and the parameters, and their sum has one order: on equal processors the trained
/// network is the same, bit for bit, whoever computed what.
public final class ShareLeader: ShareComputing {
  /// Asked while waiting for a worker; the shares that are missing are computed here then.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// Told of a worker that has stopped, once.
  public var onLoss: (Int) -> Void = { _ in }
  /// The workers that are at work, in order.
  public private(set) var workers: [Int]

  private let exchange: any Exchange
  private let trainer: Trainer

  /// Waits for the workers.
  ///
  /// - Parameters:
  ///   - exchange: The leader's end.
  ///   - trainer: What trains here.
  ///   - task: What every rank must work on.
  /// - Throws: `InputError` naming the rank that works on something else or cannot begin.
  public init(
    _ exchange: any Exchange, _ trainer: Trainer, _ task: SharedTask,
    isCancelled: @escaping @Sendable () -> Bool = { false }
  ) throws(InputError) {
    (self.exchange, self.trainer, self.isCancelled) = (exchange, trainer, isCancelled)
    workers = Array(1..<max(1, exchange.count))
    try task.greet(exchange, unless: isCancelled)
  }

  /// The results of all shares of a batch, in their order, each from the rank whose turn it is.
  public func results(
    of batch: Batch, at index: Int, _ parameters: [Tensor<Float>]
  ) throws -> [ShareResult] {
    let count = trainer.shares(of: batch.count).count
    let ranks = [0] + workers
    let owners = (0..<count).map { ranks[$0 * ranks.count / count] }
    let values = workers.isEmpty ? [] : parameters.joinedScalars
    for worker in workers where owners.contains(worker) {
      let own = owners.indices.filter { owners[$0] == worker }
      exchange.send(
        Message(.shares, numbers: [Double(index)] + own.map(Double.init), values: values),
        to: worker)
    }
    exchange.flush()
    var results: [ShareResult?] = try owners.indices.map { share in
      guard owners[share] == 0 else { return nil }
      return try trainer.result(ofShare: share, of: batch, at: index, parameters)
    }
    for share in results.indices where results[share] == nil {
      results[share] = received(from: owners[share], index: index, share: share)
    }
    return try results.enumerated().map { share, result in
      try result ?? trainer.result(ofShare: share, of: batch, at: index, parameters)
    }
  }

  /// A worker's result; nil where it has stopped, which is noted.
  private func received(from worker: Int, index: Int, share: Int) -> ShareResult? {
    guard workers.contains(worker) else { return nil }
    if let message = exchange.message(from: worker, unless: isCancelled), message.kind == .share,
      message.numbers.count > 2, message.numbers[0] == Double(index),
      message.numbers[1] == Double(share),
      let result = try? trainer.share(
        from: PackedShare(numbers: Array(message.numbers.dropFirst(2)), values: message.values),
        source: "rank \(worker)")
    {
      return result
    }
    workers.removeAll { $0 == worker }
    if !isCancelled() { onLoss(worker) }
    return nil
  }
}
