import ArgumentParser
import Foundation
import Surety

/// `surety federate`: trains one network on the domains of several clients, none of which shows its images.
struct FederateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "federate",
    abstract: "Train a network on the domains of several clients, and certify it on each.",
    discussion: """
      RECIPE is as for surety train; each client trains it on its own domain for some epochs, and what all share is averaged, round after \
      round. A domain is NAME[:DIR] with changes after plus signs: size=8, inverted, rotated, part=1/3. Clients take turns in one process; \
      mpirun --enable-recovery -n K+1 gives each of K clients a process of its own, and one that is killed is left out. The folder gets federation.json \
      and model.onnx. A training that was stopped, or killed, goes on with the same command and --resume.
      """)

  @Argument(
    help: "A recipe's name or its YAML file.", completion: .list(Recipe.builtIn.map(\.name)))
  var recipe: String

  @Option(
    help: "The clients' domains, separated by commas, such as digits,mnist:DIR+size=8+inverted.")
  var domains: String

  @Option(
    help: """
      What is averaged: everything (fedavg), everything but batch normalisations (fedbn), or everything of a network that has none and \
      standardises its kernels (fedwon).
      """)
  var aggregation = AggregationRule.fedAvg

  @Option(help: "The rounds; the recipe's epochs over --local-epochs unless given.")
  var rounds: Int?

  @Option(help: "The epochs of each client in a round.")
  var localEpochs = 1

  @Option(help: "Where all random numbers start.")
  var seed: Int?

  @Option(help: "How many test images of each domain are certified at the end; 0 for none.")
  var certify: Int?

  @Option(
    name: .customLong("set"),
    help: "Replace a setting of the recipe, such as network.width=8; may be repeated.")
  var settings: [String] = []

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String

  @OptionGroup var files: FolderOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var ranks: RankOptions

  @Option(
    help: "The memory for the certifications, such as 4G; training takes what a batch needs.")
  var memory = "4G"

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try ranks.run(threads) { exchange in
      try files.check()
      let memory = try MemorySize(memory)
      let request = try requested()
      if let exchange {
        try request.check(ranks: exchange.count)
        guard exchange.rank == 0 else {
          return try FederatedWorker(request, client: exchange.rank - 1).run(exchange)
        }
        if !MPIExchange.survivesKills {
          printing.warn(
            "without --enable-recovery mpirun (Open MPI 4) ends everything when one process is killed"
          )
        }
      }
      let session = try FederatedSession(
        request, folder: out, resumes: files.resume, restarts: files.restart,
        command: CommandLine.arguments, exchange: exchange)
      if session.wasFinished, !printing.quiet {
        Console.error("surety: the training in \(out) is finished; nothing was changed")
      }
      session.memory = memory.apply()
      try follow(session)
    }
  }

  /// Trains and shows how far it is.
  ///
  /// - Throws: `Exit.Code` where the training did not come to its end.
  private func follow(_ session: FederatedSession) throws {
    let interruption = Interruption()
    session.isCancelled = interruption.check
    let line = ProgressLine("federate", "rounds", isQuiet: printing.quiet)
    session.onStage = { line.stage($0) }
    session.onLoss = { [printing] client in
      printing.warn(
        "client \(client + 1) (\(session.request.domains[client].name)) has stopped; the others go on"
      )
    }
    let status = try session.run { record in
      line.update(done: record.history.count, of: record.rounds)
    }
    interruption.conclude()
    line.end()
    if printing.json {
      try Console.json(session.record)
    } else if status == .finished {
      try Console.line(session.record.summary)
    }
    guard status != .finished else { return }
    let rest = status == .stopped ? "go on with --resume" : "no model was written"
    Console.error("surety: \(session.record.reason ?? "stopped"); \(rest)")
    throw Exit.Code(exit: interruption.wasRequested ? .interrupted : .unanswered)
  }

  /// What the options say.
  private func requested() throws -> FederatedRequest {
    guard try !AnyRecipe.isForText(recipe) else {
      throw InputError("recipe \"\(recipe)\"", "is for text; expected a recipe for images")
    }
    var settings = settings
    if let seed { settings.append("seed=\(seed)") }
    if let certify { settings.append("evaluation.certify=\(certify)") }
    var recipe = try Recipe.named(recipe, settings: settings)
    if let rounds {
      guard (1...1_000_000).contains(rounds), (1...1_000_000).contains(localEpochs) else {
        throw InputError("--rounds", "\(rounds) is not a number of rounds, expected 1 to 1000000")
      }
      recipe = recipe.scaled(toEpochs: rounds * localEpochs)
    }
    let words = domains.split(separator: ",", omittingEmptySubsequences: false)
    return try FederatedRequest(
      recipe, words.map { try Domain(String($0)) }, aggregation, epochsPerRound: localEpochs)
  }
}

extension AggregationRule: ExpressibleByArgument {}

extension FederationRecord {
  /// What came out, a line for each domain.
  var summary: String {
    let radius = domains.lazy.compactMap { $0.judged?.epsilon }.first ?? 0
    let head =
      "\(aggregation), \(rounds) rounds of \(localEpochs == 1 ? "1 epoch" : "\(localEpochs) epochs") of "
      + "\(domains.count) clients; radius \(Console.short(radius))"
    let columns = [
      "domain", "images", "test", "right %", "verified %", "attacked %", "certified %",
    ]
    let rows = domains.map { domain in
      let shown = domain.certification?.radii.last
      return [
        domain.name, domain.examples.map { "\($0)" } ?? "none", "\(domain.test.count)",
        percent(domain.judged?.cleanAccuracy), percent(domain.judged?.verifiedAccuracy),
        percent(shown?.attackAccuracy), percent(shown?.certifiedAccuracy),
      ]
    }
    let done = domains.compactMap(\.certification).map { "\($0.count) of \($0.requested)" }
    let certified =
      done.isEmpty
      ? []
      : ["certified of the first \(done.joined(separator: ", ")) test images that were asked about"]
    let stopped = domains.enumerated().filter { $0.element.lastRound < rounds }.map {
      "client \($0.offset + 1) (\($0.element.name)) stopped after round \($0.element.lastRound)"
    }
    return ([head, Console.table([columns] + rows)] + certified + stopped)
      .joined(separator: "\n")
  }

  private func percent(_ part: Double?) -> String {
    part.map { String(format: "%.1f", 100 * $0) } ?? "none"
  }
}
