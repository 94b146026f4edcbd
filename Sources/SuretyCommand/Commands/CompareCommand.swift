import ArgumentParser
import Foundation
import Surety

/// `surety compare`: trains several recipes with the same seeds and judges them alike.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Train several recipes with the same seeds, and compare what is certified.",
    discussion: """
      RECIPES are YAML files or built-in names, as for surety train; the first one is what the others are compared with. All must be judged by \
      the same images at the same radius. The folder gets comparison.json, report.html and a folder for each training. A comparison \
      that was stopped, or killed, goes on with the same command and --resume: trainings that have ended are kept, the one that was under \
      way goes on from its checkpoint.
      """)

  @Argument(
    help: "Names of recipes or their YAML files.",
    completion: .list(Recipe.builtIn.map(\.name)))
  var recipes: [String]

  @Option(help: "The seeds, separated by commas; each recipe is trained with each.")
  var seeds = "1,2,3"

  @Option(help: "The data in place of the recipes': NAME or NAME:DIR.")
  var data: String?

  @Option(
    help: "The number of epochs of each training; schedules are stretched or shortened alike.")
  var epochs: Int?

  @Option(
    help: """
      The seconds that each training may take, judging not counted, instead of a number of epochs: as many epochs as fit by a trial, \
      schedules stretched or shortened to them. A training that is slower ends with the epoch in which its time is over.
      """)
  var time: Double?

  @Option(
    help:
      "The radius at which all are judged, such as 8/255; they train for their own multiple of it.")
  var eps: String?

  @Option(
    help: ArgumentHelp(
      "How many test images are judged and certified; those of the recipes unless given.",
      valueName: "n"))
  var test: Int?

  @Option(
    name: .customLong("set"),
    help: "Replace a setting of every recipe, such as network.width=8; may be repeated.")
  var settings: [String] = []

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String

  @OptionGroup var files: FolderOptions
  @OptionGroup var threads: ThreadOptions

  @Option(
    help:
      "The memory for the certifications, such as 4G; training takes what a batch needs.")
  var memory = "4G"

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try files.check()
    try threads.apply()
    let memory = try MemorySize(memory)
    let request = try ComparisonRequest(recipes, options())
    let line = ProgressLine("compare", "trainings", isQuiet: printing.quiet)
    if time != nil, !files.resume { line.stage("timing some batches of each recipe") }
    let comparison = try Comparison(
      request, folder: out, resumes: files.resume, restarts: files.restart,
      command: CommandLine.arguments)
    comparison.memory = memory.apply()
    if comparison.record.isFinished, !printing.quiet {
      Console.error("surety: the comparison in \(out) is finished; nothing was changed")
    }
    try follow(comparison, line)
    if printing.json {
      try Console.json(comparison.record)
    } else {
      try Console.line(comparison.record.summary + files.report(in: out))
    }
    guard comparison.record.recipes.contains(where: { !$0.finished.isEmpty }) else {
      Console.error("surety: no training ended in a model")
      throw Exit.Code(exit: .unanswered)
    }
  }

  /// Trains and shows how far it is.
  ///
  /// - Throws: `Exit.Code` where not all trainings have ended.
  private func follow(_ comparison: Comparison, _ line: ProgressLine) throws {
    let interruption = Interruption(leave: comparison.markingStopped)
    comparison.isCancelled = interruption.check
    comparison.onStage = { line.stage($0) }
    let isWhole = try comparison.run(isStopped: interruption.check) { line.show($0) }
    interruption.conclude()
    line.end()
    guard !isWhole else { return }
    let record = comparison.record
    Console.error(
      "surety: stopped after \(record.trainings) of \(record.planned) trainings; go on with --resume"
    )
    throw Exit.Code(exit: .interrupted)
  }

  /// What the options say about all recipes.
  private func options() throws(InputError) -> ComparisonOptions {
    var options = ComparisonOptions()
    options.seeds = []
    for word in seeds.split(separator: ",", omittingEmptySubsequences: false) {
      guard let seed = Int(word.trimmingCharacters(in: .whitespaces)) else {
        throw InputError("--seeds", "'\(word)' is not a seed, expected a list such as 1,2,3")
      }
      options.seeds.append(seed)
    }
    (options.epochs, options.time) = (epochs, time)
    options.settings = settings
    if let data { options.settings.append("data.name=\(data)") }
    if let eps {
      _ = try Epsilon.parse(eps, source: "--eps")
      options.settings.append("epsilon.test=\(eps)")
    }
    if let test {
      guard test >= 1 else {
        throw InputError("--test", "\(test) is not a number of images, expected 1 or more")
      }
      options.settings += ["evaluation.first=\(test)", "evaluation.certify=\(test)"]
    }
    return options
  }
}

extension ProgressLine {
  /// Shows how far a comparison is.
  fileprivate func show(_ progress: Comparison.Progress) {
    let training = progress.training
    update(done: progress.ended, of: progress.planned)
    if let certification = training.certification {
      stage(
        "\(progress.recipe), seed \(progress.seed): certifying \(certification.done) of \(certification.requested)"
      )
      details([])
      return
    }
    stage(
      "\(progress.recipe), seed \(progress.seed): epoch \(training.epoch) of \(training.epochs)")
    details(training.details)
  }
}
