import ArgumentParser
import Foundation
import Surety

/// `surety search`: looks for the network that certifies most within a latency and a time of certification.
struct SearchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "search",
    abstract:
      "Look for the network that certifies most within a latency and a time of certification.",
    discussion: """
      RECIPE is a YAML file or a built-in name, as for surety train; its network gives way to staged ones, which an evolution chooses. Each is \
      first measured on this machine and rejected where it exceeds a budget; the others are trained and judged by images that are cut from \
      the training data. The folder gets search.json, report.html with the frontier of certified accuracy and latency, the models on it, and \
      best.onnx with its recipe best.yaml. A search that was stopped, or killed, goes on with the same command and --resume, also to more \
      --candidates; the network that was under way is made anew.
      """)

  @Argument(
    help: "The name of a recipe or its YAML file.",
    completion: .list(Recipe.builtIn.map(\.name)))
  var recipe: String

  @Option(help: "The seconds that a network may take to answer an image; no limit unless given.")
  var latency: Double?

  @Option(
    help: ArgumentHelp(
      "The seconds that all methods together may take to bound an image; no limit unless given.",
      valueName: "seconds"))
  var certificationTime: Double?

  @Option(help: "How many images are answered at a time where latency is measured.")
  var batch = 1

  @Option(help: "How many networks are trained, hand-made ones not counted.")
  var candidates = 40

  @Option(help: "How many of the last networks are parents.")
  var population = 10

  @Option(help: "How many of the parents each tournament has.")
  var tournament = 4

  @Option(help: "Where the random numbers of the search start.")
  var seed = 0

  @OptionGroup var training: SearchTrainingOptions
  @OptionGroup var space: SpaceOptions

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String

  @OptionGroup var files: FolderOptions
  @OptionGroup var threads: ThreadOptions

  @Option(help: "The memory for the bounds, such as 4G; training takes what a batch needs.")
  var memory = "4G"

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try files.check()
    try threads.apply()
    let memory = try MemorySize(memory)
    let request = try ArchitectureSearchRequest(recipe, options())
    // Before the folder is there, by which others see that the search has begun.
    let interruption = Interruption()
    let search = try ArchitectureSearch(
      request, folder: out, resumes: files.resume, restarts: files.restart,
      command: CommandLine.arguments)
    search.memory = memory.apply()
    if search.isFinished, !printing.quiet {
      Console.error("surety: the search in \(out) is finished; nothing was changed")
    }
    try follow(search, interruption)
    if printing.json {
      try Console.json(search.record)
    } else {
      try Console.line(search.record.summary + files.report(in: out))
    }
    guard search.record.best != nil else {
      Console.error("surety: no network of the search came to a result")
      throw Exit.Code(exit: .unanswered)
    }
  }

  /// Searches and shows how far it is.
  ///
  /// - Throws: `Exit.Code` where the search has not come to its end.
  private func follow(_ search: ArchitectureSearch, _ interruption: Interruption) throws {
    let line = ProgressLine("search", "networks", isQuiet: printing.quiet)
    search.isCancelled = interruption.check
    search.onStage = { line.stage($0) }
    let isWhole = try search.run(isStopped: interruption.check) { line.show($0) }
    interruption.conclude()
    line.end()
    guard !isWhole else { return }
    let record = search.record
    Console.error(
      "surety: stopped after \(record.trained) of \(record.requested) networks; go on with --resume"
    )
    throw Exit.Code(exit: .interrupted)
  }

  private func options() throws(InputError) -> ArchitectureSearchOptions {
    var options = ArchitectureSearchOptions()
    options.space = try space.space()
    (options.latency, options.certification, options.batch) = (latency, certificationTime, batch)
    (options.candidates, options.population) = (candidates, population)
    (options.tournament, options.seed) = (tournament, seed)
    try training.apply(to: &options)
    return options
  }
}

extension ProgressLine {
  /// Shows how far a search is.
  fileprivate func show(_ progress: ArchitectureSearch.Progress) {
    update(done: progress.done, of: progress.planned)
    stage("epoch \(progress.epoch) of \(progress.epochs)")
    let best = progress.best?.judged.map {
      "best \(String(format: "%.1f", 100 * $0.certifiedAccuracy)) % certified"
    }
    details([best, progress.name].compactMap(\.self))
  }
}
