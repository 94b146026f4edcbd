import Federation
import Files
import Training

extension SharedTask {
  /// What every process of a training works on.
  static func training(
    _ recipe: Recipe, _ dataDigest: String, _ teacher: TeacherFile?
  ) -> SharedTask {
    var task = SharedTask(version: Release.version, recipe: recipe.yaml, data: dataDigest)
    task.teacher = teacher?.record.digest
    return task
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
    let teacher = try TeacherFile(of: recipe, for: images)
    trainer = try Trainer(
      recipe, TrainingSession.network(recipe, for: images), on: images, teacher: teacher?.network)
    task = .training(recipe, images.digest, teacher)
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
