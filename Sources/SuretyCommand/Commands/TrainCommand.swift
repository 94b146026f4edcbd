import ArgumentParser
import Foundation
import Surety

/// `surety train`: trains a network that `surety certify` can prove robust.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network whose robustness can be certified.",
    discussion: """
      RECIPE is a YAML file or one of the built-in names: \(Recipe.builtIn.map(\.name).joined(separator: ", ")). The \
      folder gets model.onnx, metrics.jsonl, run.json and report.html. A run that was stopped, \
      or killed, goes on with the same command and --resume, and ends in the same model.
      """)

  @Argument(help: "A recipe's name or its YAML file.")
  var recipe: String

  @Option(help: "The data in place of the recipe's: NAME or NAME:DIR.")
  var data: String?

  @Option(help: "The number of epochs; schedules are stretched or shortened alike.")
  var epochs: Int?

  @Option(help: "Where all random numbers start.")
  var seed: Int?

  @Option(help: "How many test images are certified at the end; 0 for none.")
  var certify: Int?

  @Option(
    name: .customLong("set"),
    help: "Replace a setting of the recipe, such as optimizer.learning-rate=1e-3; may be repeated.")
  var settings: [String] = []

  @Flag(help: "Go on where the folder's run stopped.")
  var resume = false

  @Option(help: "The folder for the results.")
  var out: String

  @Option(help: "The worker threads; the number of processor cores unless given.")
  var threads: Int?

  @Flag(help: "Print the run's record as one JSON object.")
  var json = false

  func run() throws {
    if let threads {
      guard threads >= 1 else {
        throw InputError("--threads", "\(threads) is not a number of threads, expected 1 or more")
      }
      Workers.limit = threads
    }
    let session = try TrainingSession(try loadedRecipe(), folder: out, resumes: resume)
    let interruption = Interruption(leave: session.markingStopped)
    session.isCancelled = interruption.check
    let line = ProgressLine()
    var printed = session.epochs.last?.epoch ?? 0
    let status = try session.train(isStopped: interruption.check) { progress in
      line.show(progress.text)
      guard !json, let last = session.epochs.last, last.epoch > printed else { return }
      printed = last.epoch
      line.clear()
      // A log that takes no more stops no training; what is printed at the end finds out.
      try? Console.line(last.text(of: progress.epochs))
    }
    interruption.conclude()
    line.clear()
    if json { try Console.json(session.run) }
    switch status {
    case .finished:
      if !json { try Console.line(session.summary) }
    case .stopped, .running:
      Console.error("surety: \(session.run.reason ?? "stopped"); go on with --resume")
      throw Exit.Code(exit: .interrupted)
    case .diverged:
      Console.error("surety: \(session.run.reason ?? "training diverged"); no model was written")
      throw Exit.Code(exit: .unanswered)
    }
  }

  /// The recipe with what the options say in its place.
  private func loadedRecipe() throws -> Recipe {
    var settings = settings
    if let seed { settings.append("seed=\(seed)") }
    if let data { settings.append("data.name=\(data)") }
    if let certify { settings.append("evaluation.certify=\(certify)") }
    var result = try Recipe.named(recipe, settings: settings)
    if let epochs {
      guard epochs >= 1 else {
        throw InputError("--epochs", "\(epochs) is not a number of epochs, expected 1 or more")
      }
      result = result.scaled(toEpochs: epochs)
    }
    return result
  }
}

extension TrainingSession.Progress {
  /// The line on a terminal.
  var text: String {
    if let certification {
      return "certifying: \(certification.done) of \(certification.requested) test images"
    }
    var parts = [
      "epoch \(epoch)/\(epochs), batch \(batch)/\(batches)",
      String(format: "loss %.4g", record.loss),
    ]
    if let clean = record.cleanAccuracy {
      parts.append(String(format: "clean %.1f %%", 100 * clean))
    }
    if let verified = record.verifiedAccuracy {
      parts.append(String(format: "verified %.1f %%", 100 * verified))
    }
    parts.append(String(format: "%.0f images/s", record.imagesPerSecond))
    let minutes = Int(secondsLeft) / 60
    parts.append(
      minutes >= 60
        ? "\(minutes / 60) h \(minutes % 60) min left"
        : "\(minutes) min \(Int(secondsLeft) % 60) s left"
    )
    return parts.joined(separator: ", ")
  }
}

extension EpochRecord {
  /// The epoch in one line.
  func text(of epochs: Int) -> String {
    var line =
      "epoch \(epoch)/\(epochs): loss "
      + String(format: "%.4f, eps %.5f, %.0f images/s", loss, epsilon, imagesPerSecond)
    if let test {
      line += String(
        format: "; test at %.5f: clean error %.2f %%, verified error %.2f %%", test.epsilon,
        100 * (1 - test.cleanAccuracy), 100 * (1 - test.verifiedAccuracy))
    }
    return line
  }
}
