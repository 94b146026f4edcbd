import Datasets
import Files
import Networks
import Tensors
import Training

/// Computes the shares that the leader of a training asks for.
public struct ShareWorker {
  private let exchange: any Exchange
  private let trainer: Trainer

  /// Creates a worker.
  ///
  /// - Parameters:
  ///   - exchange: The worker's end.
  ///   - trainer: The same recipe, network and data as the leader's.
  public init(_ exchange: any Exchange, _ trainer: Trainer) {
    (self.exchange, self.trainer) = (exchange, trainer)
  }

  /// Works until the leader says that it is over, or is gone.
  ///
  /// - Parameter task: What this rank works on.
  /// - Throws: `InputError` when the leader is another program; what a step throws.
  public func run(_ task: SharedTask) throws {
    exchange.send(task.hello, to: 0)
    var batches = NextBatches(trainer.batches)
    while let message = exchange.message(from: 0), message.kind != .end {
      let numbers = message.numbers.compactMap { Int(exactly: $0) }
      guard message.kind == .shares, let index = numbers.first, index >= 0,
        numbers.count == message.numbers.count,
        let parameters = trainer.parameters(from: message.values)
      else { throw InputError("rank 0", "asks for what this program does not know") }
      guard let batch = batches.batch(at: index) else { return }
      let shares = trainer.shares(of: batch.count)
      for share in numbers.dropFirst() where shares.indices.contains(share) {
        let packed = try trainer.result(ofShare: share, of: batch, at: index, parameters).packed
        exchange.send(
          Message(
            .share, numbers: [Double(index), Double(share)] + packed.numbers, values: packed.values),
          to: 0)
      }
    }
  }
}

/// The batches of a run by their number, made ahead as long as they are asked for in order.
private struct NextBatches {
  private let batches: TrainingBatches
  private var reader: BatchReader?
  private var next = -1

  init(_ batches: TrainingBatches) { self.batches = batches }

  mutating func batch(at index: Int) -> Batch? {
    if index != next || reader == nil {
      let perEpoch = batches.batchesPerEpoch
      let position = BatchPosition(epoch: index / perEpoch, batch: index % perEpoch)
      reader = batches.reader(from: position, upTo: .max)
    }
    next = index + 1
    return reader?.next()
  }
}

extension Trainer {
  /// Parameters that were sent as one row of numbers; nil where these are not as many as the network's.
  public func parameters(from values: [Float]) -> [Tensor<Float>]? {
    var rest = values[...]
    var result: [Tensor<Float>] = []
    for parameter in trainedNetwork.parameters {
      let shape = parameter.value.shape
      guard rest.count >= shape.count else { return nil }
      result.append(Tensor(shape, Array(rest.prefix(shape.count))))
      rest = rest.dropFirst(shape.count)
    }
    return rest.isEmpty ? result : nil
  }
}
