import Federation
import Files
import Training

extension TrainingSession {
  /// Has shares of every batch computed by all ranks of an exchange.
  ///
  /// - Parameters:
  ///   - exchange: The leader's end; every other rank runs a `TrainingWorker`.
  ///   - onLoss: Told of a rank that has stopped; its shares are computed by the others.
  /// - Throws: `InputError` naming the rank that works on something else or cannot begin.
  public func share(
    among exchange: any Exchange, onLoss: @escaping (Int) -> Void = { _ in }
  ) throws(InputError) {
    let task = SharedTask(version: Release.version, recipe: recipe.yaml, data: dataDigest)
    let leader = try ShareLeader(exchange, trainer, task, isCancelled: isCancelled)
    leader.onLoss = onLoss
    shares = leader
  }
}

/// A rank that computes shares of batches for the one that leads a training.
public struct TrainingWorker {
  private let trainer: Trainer
  private let task: SharedTask

  /// Prepares the same training as the leader's.
  ///
  /// - Throws: `InputError` when the data or the network are not what they should be.
  public init(_ recipe: Recipe) throws {
    let images = try TrainingSession.images(recipe.data.name, .train, recipe.data.first)
    trainer = try Trainer(recipe, TrainingSession.network(recipe, for: images), on: images)
    task = SharedTask(version: Release.version, recipe: recipe.yaml, data: images.digest)
  }

  /// Works until the leader says that it is over, or is gone.
  public func run(_ exchange: any Exchange) throws { try ShareWorker(exchange, trainer).run(task) }
}

extension Recipe {
  /// The recipe as so many ranks train it: with as many shares where it has one.
  ///
  /// - Throws: `InputError` when there are fewer shares than ranks, or the recipe cannot be shared.
  public func shared(among ranks: Int) throws(InputError) -> Recipe {
    guard ranks > 1 else { return self }
    var result = self
    if shares == 1 { result.shares = ranks }
    guard result.shares >= ranks else {
      throw InputError(
        "shares",
        "is \(shares), so that \(ranks - shares) of \(ranks) ranks would be idle; expected \(ranks) or more, or fewer ranks"
      )
    }
    return try result.validated()
  }
}
