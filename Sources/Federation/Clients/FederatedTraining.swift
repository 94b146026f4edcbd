import Tensors
import Training

/// Rounds of clients: each trains on its own images, and what all share is averaged.
///
///     let training = FederatedTraining(clients.map(LocalPeer.init), trainer, .fedAvg)
///     while training.round < rounds, try training.advance() {}
///     let network = training.network(of: 0)
///
/// A client that stops is left out from then on; the mean is over the others.
public final class FederatedTraining {
  /// What a client did in a round.
  public struct Step: Sendable {
    /// Its place among the clients.
    public var client: Int
    /// What it had afterwards.
    public var update: ClientUpdate
  }

  /// The rounds that are done.
  public private(set) var round = 0
  /// The clients that are at work, by their places.
  public private(set) var clients: [Int]
  /// The last round in which each client took part, from 1; 0 where it never did.
  public private(set) var lastRounds: [Int]
  /// Every parameter after the last round; those that stay with clients as they were at first.
  public private(set) var shared: [Tensor<Float>]
  /// What was done in the last round.
  public private(set) var steps: [Step] = []

  private let peers: [any FederatedPeer]
  private let trainer: Trainer
  private let local: [Int]
  /// What stayed with each client, as it last was.
  private(set) var kept: [[Tensor<Float>]]

  /// Creates a training before its first round.
  ///
  /// - Parameters:
  ///   - peers: The clients.
  ///   - trainer: The recipe and the network that all begin with.
  ///   - rule: What is averaged.
  public init(_ peers: [any FederatedPeer], _ trainer: Trainer, _ rule: AggregationRule) {
    self.peers = peers
    self.trainer = trainer
    clients = Array(peers.indices)
    lastRounds = peers.map { _ in 0 }
    shared = trainer.initialState.parameters
    let local = rule.localParameters(of: trainer.trainedNetwork)
    self.local = local
    let own = local.map { [shared] in shared[$0] }
    kept = peers.map { _ in own }
  }

  /// Does a round.
  ///
  /// - Parameter isCancelled: Asked now and then; the round does not count where it says so.
  /// - Returns: Whether the round is done; false where it was cancelled.
  /// - Throws: `ClientFailure` when a client cannot go on, or none is left.
  public func advance(unless isCancelled: () -> Bool = { false }) throws -> Bool {
    for client in clients { peers[client].begin(round: round, from: parameters(of: client)) }
    var steps: [Step] = []
    for client in clients {
      do {
        if let update = try peers[client].finish(unless: isCancelled) {
          steps.append(Step(client: client, update: update))
        }
      } catch let failure as ClientFailure {
        throw ClientFailure(
          description: "client \(client + 1): \(failure)", isDivergence: failure.isDivergence)
      }
      if isCancelled() { return false }
    }
    guard !steps.isEmpty else {
      throw ClientFailure(description: "every client has stopped in round \(round + 1)")
    }
    round += 1
    clients = steps.map(\.client)
    self.steps = steps
    let stays = Set(local)
    let moving = shared.indices.filter { !stays.contains($0) }
    let means = Aggregation.mean(
      steps.map { step in
        (moving.map { step.update.parameters[$0] }, step.update.examples)
      })
    for (index, mean) in zip(moving, means) { shared[index] = mean }
    for step in steps {
      lastRounds[step.client] = round
      kept[step.client] = local.map { step.update.parameters[$0] }
    }
    return true
  }

  /// Takes the place of what was done so far.
  func restore(
    round: Int, lastRounds: [Int], shared: [Tensor<Float>], kept: [[Tensor<Float>]]
  ) {
    (self.round, self.lastRounds, self.shared, self.kept) = (round, lastRounds, shared, kept)
  }

  /// The parameters that a client would be judged with: what all share, and what stayed with it.
  public func parameters(of client: Int) -> [Tensor<Float>] {
    var result = shared
    for (index, own) in zip(local, kept[client]) { result[index] = own }
    return result
  }

  /// Whether every client has the same network.
  public var isOneNetwork: Bool { local.isEmpty }
}
