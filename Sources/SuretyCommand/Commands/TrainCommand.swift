import ArgumentParser
import Foundation
import Surety

/// `surety train`: trains a network that `surety certify` can prove robust.
struct TrainCommand: ParsableCommand {
  /// The built-in recipes.
  private static let names = (Recipe.builtIn + Recipe.builtInForText).map(\.name)

  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network whose robustness can be certified.",
    discussion: """
      RECIPE is a YAML file or one of the built-in names: \(names.joined(separator: ", ")). The \
      folder gets model.onnx, metrics.jsonl, run.json and report.html. A run that was stopped, \
      or killed, goes on with the same command and --resume, and ends in the same model. Started by mpirun, each \
      process computes its shares of every batch.
      """)

  @Argument(
    help: "A recipe's name or its YAML file.", completion: .list(Self.names))
  var recipe: String

  @Option(help: "The data in place of the recipe's: NAME or NAME:DIR, or the file of a text.")
  var data: String?

  @Option(help: "The number of epochs; schedules are stretched or shortened alike.")
  var epochs: Int?

  @Option(help: "Where all random numbers start.")
  var seed: Int?

  @Option(help: "How many test images are certified at the end; 0 for none.")
  var certify: Int?

  @Option(
    help: ArgumentHelp(
      "The width at which the recipe's rate and decay were found; both are carried over (adamw).",
      valueName: "width"))
  var transferFrom: Int?

  @Option(
    name: .customLong("set"),
    help: "Replace a setting of the recipe, such as optimizer.learning-rate=1e-3; may be repeated.")
  var settings: [String] = []

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String

  @OptionGroup var files: FolderOptions

  @OptionGroup var threads: ThreadOptions
  @OptionGroup var ranks: RankOptions

  @Option(
    help:
      "The memory for the certification at the end, such as 4G; training takes what a batch needs.")
  var memory = "4G"

  @OptionGroup var preflight: PreflightOptions
  @OptionGroup var printing: PrintingOptions

  func run() throws {
    try ranks.run(threads) { exchange in
      try files.check()
      let memory = try MemorySize(memory)
      switch try loadedRecipe() {
      case .images(let recipe): try train(recipe, memory, exchange)
      case .text(let recipe):
        guard exchange.map({ $0.count == 1 }) ?? true else {
          throw InputError(
            self.recipe, "is for text, which trains in one process; expected no mpirun")
        }
        try train(recipe)
      }
    }
  }

  private func train(
    _ recipe: Recipe, _ memory: MemorySize, _ exchange: (any Exchange)?
  ) throws {
    var recipe = recipe
    if let exchange {
      recipe = try recipe.shared(among: exchange.count)
      if exchange.rank > 0 { return try TrainingWorker(recipe).run(exchange) }
    }
    let session = try TrainingSession(
      recipe, folder: out, resumes: files.resume, restarts: files.restart, exchange: exchange)
    if !preflight.noPreflight, !printing.quiet, !session.wasFinished {
      for warning in try session.preflight() { printing.warn(warning) }
    }
    session.memory = memory.apply()
    session.onLoss = { [printing] rank in
      printing.warn("rank \(rank) has stopped; the others compute its shares, to the same result")
    }
    try follow(session)
    if !printing.json { try Console.line(session.summary) }
  }

  private func train(_ recipe: TextRecipe) throws {
    guard certify == nil else {
      throw InputError(
        "--certify", "is for images; what is proved of a transformer is in its records")
    }
    let session = try TextSession(
      recipe, folder: out, resumes: files.resume, restarts: files.restart)
    try follow(session)
    if !printing.json { try Console.line(session.summary) }
  }

  /// Trains and shows how far it is.
  ///
  /// - Throws: `ExitCode` where the run did not come to its end.
  private func follow(_ session: some TrainingCourse) throws {
    let interruption = Interruption(leave: session.markingStopped)
    session.isCancelled = interruption.check
    let line = ProgressLine("train", "epochs", isQuiet: printing.quiet)
    session.onStage = { line.stage($0) }
    if session.wasFinished, !printing.quiet {
      Console.error("surety: the run in \(out) is finished; nothing was changed")
    }
    var printed = session.epochs.last?.epoch ?? 0
    let status = try session.train(isStopped: interruption.check) { progress in
      line.show(progress)
      guard let last = session.epochs.last, last.epoch > printed else { return }
      printed = last.epoch
      // In a pipe nothing is said; metrics.jsonl has it.
      guard Terminal.error.isTerminal, !printing.quiet else { return }
      Console.error(last.text(of: progress.epochs))
    }
    interruption.conclude()
    line.end()
    if printing.json { try Console.json(session.run) }
    switch status {
    case .finished: return
    case .stopped, .running:
      Console.error("surety: \(session.run.reason ?? "stopped"); go on with --resume")
      throw Exit.Code(exit: .interrupted)
    case .diverged:
      Console.error("surety: \(session.run.reason ?? "training diverged"); no model was written")
      throw Exit.Code(exit: .unanswered)
    }
  }

  /// The recipe with what the options say in its place.
  private func loadedRecipe() throws -> AnyRecipe {
    var settings = settings
    if let seed { settings.append("seed=\(seed)") }
    if let transferFrom { settings.append("optimizer.transfer-from=\(transferFrom)") }
    if let epochs, epochs < 1 {
      throw InputError("--epochs", "\(epochs) is not a number of epochs, expected 1 or more")
    }
    if try AnyRecipe.isForText(recipe) {
      if let data {
        let file = data.hasPrefix("text:") ? String(data.dropFirst(5)) : data
        settings.append("data.file=\(file)")
      }
      let result = try TextRecipe.named(recipe, settings: settings)
      return .text(epochs.map { result.scaled(toEpochs: $0) } ?? result)
    }
    if let data { settings.append("data.name=\(data)") }
    if let certify { settings.append("evaluation.certify=\(certify)") }
    let result = try Recipe.named(recipe, settings: settings)
    return .images(epochs.map { result.scaled(toEpochs: $0) } ?? result)
  }
}

extension ProgressLine {
  /// Shows how far training is.
  fileprivate func show(_ progress: TrainingSession.Progress) {
    if let certification = progress.certification {
      update(done: progress.epochs, of: progress.epochs)
      stage("certifying \(certification.done) of \(certification.requested) test images")
      details([])
      return
    }
    update(done: progress.epoch - 1, of: progress.epochs)
    stage("batch \(progress.batch) of \(progress.batches)")
    details(progress.details, secondsLeft: progress.secondsLeft)
  }
}

extension TrainingSession.Progress {
  /// What is known of the epoch so far, the least important last.
  var details: [String] {
    var texts: [String] = []
    if let clean = record.cleanAccuracy {
      texts.append(String(format: "clean accuracy %.1f %%", 100 * clean))
    }
    if let verified = record.verifiedAccuracy {
      texts.append(String(format: "verified accuracy %.1f %%", 100 * verified))
    }
    texts.append(String(format: "loss %.4g", record.loss))
    texts.append(String(format: "%.0f examples/s", record.imagesPerSecond))
    return texts
  }
}

extension EpochRecord {
  /// The epoch in one line.
  func text(of epochs: Int) -> String {
    var line =
      "epoch \(epoch)/\(epochs): loss "
      + String(format: "%.4f, eps %.5f, %.0f examples/s", loss, epsilon, imagesPerSecond)
    if let text { line += "; \(text.words)" }
    if let test {
      line += String(
        format: "; test at %.5f: clean accuracy %.2f %%, verified accuracy %.2f %%", test.epsilon,
        100 * test.cleanAccuracy, 100 * test.verifiedAccuracy)
    }
    return line
  }
}
