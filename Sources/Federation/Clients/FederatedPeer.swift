import Files
import Tensors
import Training

/// A client as the one sees it that leads: here, or in another process.
public protocol FederatedPeer: AnyObject {
  /// Begins a round; a client elsewhere trains while others do.
  func begin(round: Int, from parameters: [Tensor<Float>])
  /// The end of the round.
  ///
  /// - Returns: What the client has then; nil where it has stopped.
  /// - Throws: `ClientFailure` when it cannot go on.
  func finish(unless isCancelled: () -> Bool) throws -> ClientUpdate?
}

/// A client that cannot go on, which ends the training of all.
public struct ClientFailure: Error, Sendable, CustomStringConvertible {
  /// What happened.
  public var description: String
  /// Whether its training left the numbers, and was not only ended.
  public var isDivergence = false
}

/// A client in this process.
public final class LocalPeer: FederatedPeer {
  private let client: FederatedClient
  private var task: (round: Int, parameters: [Tensor<Float>])?

  /// Creates one.
  public init(_ client: FederatedClient) { self.client = client }

  public func begin(round: Int, from parameters: [Tensor<Float>]) { task = (round, parameters) }

  public func finish(unless isCancelled: () -> Bool) throws -> ClientUpdate? {
    guard let task else { return nil }
    do {
      return try client.train(round: task.round, from: task.parameters, unless: isCancelled)
    } catch let divergence as Divergence {
      throw ClientFailure(description: divergence.description, isDivergence: true)
    }
  }
}

/// A client in another process.
public final class RemotePeer: FederatedPeer {
  private let exchange: any Exchange
  private let rank: Int
  private let trainer: Trainer
  private var round = 0

  /// Creates one.
  ///
  /// - Parameters:
  ///   - exchange: The leader's end.
  ///   - rank: The client's.
  ///   - trainer: For the shapes of the parameters.
  public init(_ exchange: any Exchange, rank: Int, _ trainer: Trainer) {
    (self.exchange, self.rank, self.trainer) = (exchange, rank, trainer)
  }

  public func begin(round: Int, from parameters: [Tensor<Float>]) {
    self.round = round
    exchange.send(
      Message(.train, numbers: [Double(round)], values: parameters.joinedScalars), to: rank)
  }

  public func finish(unless isCancelled: () -> Bool) throws -> ClientUpdate? {
    guard let message = exchange.message(from: rank, unless: isCancelled) else { return nil }
    if message.kind == .failure {
      throw ClientFailure(description: message.text, isDivergence: message.numbers == [1])
    }
    guard message.kind == .update, message.numbers.count == 5, message.numbers[0] == Double(round),
      let examples = Int(exactly: message.numbers[1]), examples > 0,
      let parameters = trainer.parameters(from: message.values)
    else { throw ClientFailure(description: "it sent no update of round \(round + 1)") }
    let verified = message.numbers[4]
    return ClientUpdate(
      examples: examples, parameters: parameters, loss: message.numbers[2],
      cleanAccuracy: message.numbers[3], verifiedAccuracy: verified < 0 ? nil : verified)
  }
}

/// The other end of a `RemotePeer`: a process that trains one client.
public struct ClientWorker {
  private let exchange: any Exchange
  private let client: FederatedClient

  /// Creates one.
  public init(_ exchange: any Exchange, _ client: FederatedClient) {
    (self.exchange, self.client) = (exchange, client)
  }

  /// Trains whenever the leader says so, until it says that it is over, or is gone.
  ///
  /// - Parameter task: What this rank works on.
  /// - Throws: `InputError` when the leader is another program; what a step throws.
  public func run(_ task: SharedTask) throws {
    exchange.send(task.hello, to: 0)
    while let message = exchange.message(from: 0), message.kind != .end {
      guard message.kind == .train, let round = message.numbers.first.flatMap({ Int(exactly: $0) }),
        round >= 0, let parameters = client.trainer.parameters(from: message.values)
      else { throw InputError("rank 0", "asks for what this program does not know") }
      do {
        guard let update = try client.train(round: round, from: parameters) else { return }
        exchange.send(
          Message(
            .update,
            numbers: [
              Double(round), Double(update.examples), update.loss, update.cleanAccuracy,
              update.verifiedAccuracy ?? -1,
            ], values: update.parameters.joinedScalars), to: 0)
      } catch let divergence as Divergence {
        exchange.send(Message(.failure, text: divergence.description, numbers: [1]), to: 0)
      }
    }
  }
}
