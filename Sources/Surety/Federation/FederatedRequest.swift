import Datasets
import Federation
import Files
import Networks
import Training

/// What clients train together: a recipe, their domains, and what they share.
///
///     let domains = try ["digits", "digits+inverted"].map(Domain.init)
///     let request = try FederatedRequest(Recipe.named("digits"), domains, .fedAvg, epochsPerRound: 1)
public struct FederatedRequest: Sendable, Hashable {
  /// The recipe of every client; its `data.first` is the most images that a client takes.
  public let recipe: Recipe
  /// A domain for each client.
  public let domains: [Domain]
  /// What is averaged.
  public let rule: AggregationRule
  /// The epochs of a round.
  public let epochsPerRound: Int

  /// The rounds.
  public var rounds: Int { recipe.epochs / epochsPerRound }

  /// Checks what can be checked without data.
  ///
  /// - Throws: `InputError` where there are no two clients, or the epochs are no whole number of rounds.
  public init(
    _ recipe: Recipe, _ domains: [Domain], _ rule: AggregationRule, epochsPerRound: Int
  ) throws(InputError) {
    guard domains.count >= 2 else {
      throw InputError(
        "--domains",
        "names \(domains.count) of them; expected two clients or more, separated by commas")
    }
    guard epochsPerRound >= 1 else {
      throw InputError(
        "--local-epochs", "\(epochsPerRound) is not a number of epochs, expected 1 or more")
    }
    guard recipe.epochs % epochsPerRound == 0 else {
      throw InputError(
        "--local-epochs",
        "\(recipe.epochs) epochs are no whole number of rounds of \(epochsPerRound); expected a divisor, or --rounds"
      )
    }
    guard recipe.distillation.teacher == nil else {
      throw InputError(
        "distillation.teacher",
        "is for surety train and compare; clients train without one, expected none")
    }
    (self.recipe, self.domains, self.rule) = (recipe, domains, rule)
    self.epochsPerRound = epochsPerRound
  }

  /// Checks that there is a process for each client and one that leads.
  ///
  /// - Throws: `InputError` naming both numbers.
  public func check(ranks: Int) throws(InputError) {
    guard ranks == domains.count + 1 else {
      throw InputError(
        "mpirun",
        "started \(ranks) \(ranks == 1 ? "process" : "processes") for \(domains.count) domains; expected "
          + "-n \(domains.count + 1), one that leads and one for each domain, or no mpirun")
    }
  }

  /// What every process of the training must work on.
  var task: SharedTask {
    let names = domains.map { "'\($0.name)'" }.joined(separator: ", ")
    let federation =
      "federation: {aggregation: \(rule.rawValue), local-epochs: \(epochsPerRound), domains: [\(names)]}\n"
    return SharedTask(version: Release.version, recipe: recipe.yaml + federation)
  }

  /// The test images of every domain.
  ///
  /// - Throws: `InputError` where one cannot be read, or they differ in shape or classes.
  func testImages() throws(InputError) -> [ImageSet] {
    var sets: [ImageSet] = []
    for domain in domains {
      let set = try domain.images(.test, first: recipe.evaluation.first)
      if let first = sets.first {
        guard set.shape == first.shape else {
          throw InputError(
            "domain \"\(domain.name)\"",
            "has images of shape \(set.shape), and \(domains[0].name) of \(first.shape); expected one shape, such as +size=\(first.shape[1])"
          )
        }
        guard set.classes.count == first.classes.count else {
          throw InputError(
            "domain \"\(domain.name)\"",
            "has \(set.classes.count) classes, and \(domains[0].name) \(first.classes.count); expected the same"
          )
        }
      }
      sets.append(set)
    }
    return sets
  }

  /// A trainer of the recipe on some images.
  func trainer(on images: ImageSet) throws -> Trainer {
    let network = try TrainingSession.network(recipe, for: images)
    try rule.check(recipe, network)
    return try Trainer(recipe, network, on: images)
  }

  /// The client of a domain.
  func client(_ place: Int) throws -> FederatedClient {
    let images = try domains[place].images(.train, first: recipe.data.first)
    return FederatedClient(try trainer(on: images), epochs: epochsPerRound)
  }
}

/// A process that trains one client of a federation for the one that leads.
public struct FederatedWorker {
  private let client: FederatedClient
  private let task: SharedTask

  /// Prepares a client.
  ///
  /// - Parameters:
  ///   - request: What is trained.
  ///   - place: The client's place among the domains.
  /// - Throws: `InputError` when its images or the network are not what they should be.
  public init(_ request: FederatedRequest, client place: Int) throws {
    client = try request.client(place)
    task = request.task
  }

  /// Trains until the leader says that it is over, or is gone.
  public func run(_ exchange: any Exchange) throws { try ClientWorker(exchange, client).run(task) }
}
