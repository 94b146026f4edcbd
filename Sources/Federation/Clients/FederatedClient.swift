import Datasets
import Files
import Tensors
import Training

/// What a client has after a round.
public struct ClientUpdate: Sendable {
  /// The images that it learnt from.
  public var examples: Int
  /// Every parameter, in order.
  public var parameters: [Tensor<Float>]
  /// The mean loss over the round's images.
  public var loss: Double
  /// The part of them that the network was right about, as it was then.
  public var cleanAccuracy: Double
  /// The part of them that intervals showed it to be right about; nil where nothing was bounded.
  public var verifiedAccuracy: Double?
}

/// A client: it trains what all share on its own images, round after round.
///
/// What comes of a round depends on the recipe, the images, the round and the parameters that it begins with, and on nothing else: the
/// optimiser begins without memory, and schedules of radius and rate go by the client's own batches.
public final class FederatedClient {
  /// What trains.
  public let trainer: Trainer
  /// The epochs of a round.
  public let epochs: Int
  private var state: TrainingState

  /// Creates a client before its first round.
  ///
  /// - Parameters:
  ///   - trainer: The recipe and the client's images.
  ///   - epochs: The epochs of a round.
  public init(_ trainer: Trainer, epochs: Int) {
    self.trainer = trainer
    self.epochs = epochs
    state = trainer.initialState
  }

  /// Trains for a round.
  ///
  /// - Parameters:
  ///   - round: The round, from 0.
  ///   - parameters: Every parameter that it begins with, in order: what all share, and what stayed with it.
  ///   - isCancelled: Asked after every batch.
  /// - Returns: What it has then; nil where it was cancelled.
  /// - Throws: `Divergence` when a loss, a gradient or a weight is no finite number.
  public func train(
    round: Int, from parameters: [Tensor<Float>], unless isCancelled: () -> Bool = { false }
  ) throws -> ClientUpdate? {
    state.parameters = parameters
    state.optimizer = trainer.initialState.optimizer
    state.totals = EpochTotals()
    let first = round * epochs
    state.batches = first * trainer.batches.batchesPerEpoch
    let reader = trainer.batches.reader(
      from: BatchPosition(epoch: first, batch: 0), upTo: first + epochs)
    defer { reader.stop() }
    while let batch = reader.next() {
      try trainer.train(batch, &state)
      if isCancelled() { return nil }
    }
    try trainer.checkFinite(state)
    let record = trainer.record(state)
    return ClientUpdate(
      examples: trainer.batches.images.count, parameters: state.parameters, loss: record.loss,
      cleanAccuracy: record.cleanAccuracy ?? 0, verifiedAccuracy: record.verifiedAccuracy)
  }
}
