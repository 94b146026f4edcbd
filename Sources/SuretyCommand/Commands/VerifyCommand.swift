import ArgumentParser
import Foundation
import Logging
import Surety

/// `surety verify`: decides a property written in VNN-LIB.
struct VerifyCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Decide a property written in VNN-LIB.",
    discussion: """
      A VNN-LIB file states the violation. The first line of the output is unsat (the violation is \
      impossible, so the property holds), sat (it happens, at the input that follows), unknown, timeout \
      or error.
      """)

  /// The complete searches, or none.
  enum Complete: String, ExpressibleByArgument, CaseIterable {
    case none, bab, milp
  }

  @OptionGroup var model: ModelArgument

  @Argument(help: "The property: .vnnlib or .vnnlib.gz.")
  var property: String

  @Option(help: "The time limit in seconds.")
  var timeout: Double?

  @Option(
    help: "The search that decides what bounds leave open: bab (branch and bound), milp or none.")
  var complete = Complete.bab

  @Option(
    help: """
      A file in which branch and bound keeps its tree. A run that was stopped or killed goes on from it; it is removed when \
      the answer is known.
      """)
  var checkpoint: String?

  @Option(help: "A file for the verdict and the counterexample.")
  var result: String?

  @Option(help: "The arithmetic: float, double, or auto, which is that of the model's numbers.")
  var precision = PrecisionName.auto

  @Option(help: "Where the random numbers start; equal seeds repeat a run.")
  var seed: UInt64 = 0

  @OptionGroup var resources: ResourceOptions

  @Flag(help: "Do not say the property in words.")
  var quiet = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    do {
      // Whatever ends this run early, a file from another run must not be taken for its answer.
      if let result { try writeFile(Data("error\n".utf8), to: result) }
      let limit = try duration(timeout)
      let seen = LastLine()
      let watchdog = Watchdog(limit: limit) { [result, json] in
        Self.timeIsUp(result: result, json: json, after: seen.text)
      }
      try answer(within: limit, watchdog, seen)
    } catch let error as InputError {
      if json {
        try Console.json(BriefReport(verdict: "error", reason: error.description))
      } else {
        print("error")
      }
      throw error
    }
  }

  /// The checkpoint, which belongs to one model, property and arithmetic.
  private func checkpointFile(
    for completion: Completion?, _ loaded: ModelArgument.Loaded
  ) throws(InputError) -> SearchCheckpoint? {
    guard let checkpoint else { return nil }
    guard completion == .branchAndBound else {
      throw InputError(
        "--checkpoint", "keeps the tree of branch and bound, expected --complete bab")
    }
    let digests = [loaded.digest, sha256(of: try readFile(property))]
    return try SearchCheckpoint(
      checkpoint, subject: (digests + [precision.rawValue]).joined(separator: " "))
  }

  /// Answers in the place of a run that did not notice its limit.
  private static func timeIsUp(result: String?, json: Bool, after line: String?) {
    let last = line.map { ", after this line: \($0)" } ?? ""
    let reason =
      "the time limit came first, in the middle of a step\(last); a longer --timeout would help"
    if let result { try? writeFile(Data("timeout\n".utf8), to: result) }
    if json {
      try? Console.json(BriefReport(verdict: "timeout", reason: reason))
    } else {
      print("timeout\n\(reason)")
    }
  }

  private func answer(
    within limit: Duration?, _ watchdog: Watchdog, _ seen: LastLine
  ) throws {
    let completion = Completion(rawValue: complete.rawValue)
    try completion?.require("--complete")
    var options = VerifierOptions()
    options.timeout = limit
    options.memory = try resources.apply()
    options.seed = seed
    options.completion = completion
    let interruption = Interruption(finishing: "this step")
    options.isCancelled = interruption.check
    let loaded = try model.read()
    let network = loaded.network
    options.checkpoint = try checkpointFile(for: completion, loaded)
    options.precision = try precision.precision(for: network)
    let question = try Property(contentsOf: property)
    try question.matches(inputs: network.inputShape.count, outputs: network.outputShape.count)
    let log = Logger(label: "verify")
    for warning in question.warnings { log.warning("\(warning)") }
    if !quiet { Console.error(question.describe()) }
    let line = ProgressLine()
    let verification = try Verifier(network, options: options)
      .verify(question) { text in
        seen.text = text
        line.show(text)
      }
    watchdog.stop()
    withExtendedLifetime(interruption) {}
    line.clear()
    if let result { try writeFile(Data(verification.answer.resultText.utf8), to: result) }
    if json {
      try Console.json(VerifyReport(verification))
    } else {
      print(verification.answer.resultText, terminator: "")
      if case .violated = verification.answer {} else { print(verification.reason) }
    }
  }
}

/// What `surety verify --json` prints when there is no more than a verdict to tell.
private struct BriefReport: Encodable {
  var verdict: String
  var reason: String
}

/// The result of `surety verify`.
private struct VerifyReport: Encodable {
  struct Point: Encodable {
    var input: [Double]
    var output: [Double]
  }

  var verdict: String
  var reason: String
  var method: String?
  var margin: Double?
  var arithmetic: String
  var seconds: Double
  var steps: [Verification.Step]
  var witness: Point?

  init(_ verification: Verification) {
    verdict = verification.answer.word
    reason = verification.reason
    method = verification.method
    margin = verification.bestMargin
    arithmetic = verification.arithmetic
    seconds = verification.seconds
    steps = verification.steps
    if case .violated(let found) = verification.answer {
      witness = Point(input: found.input, output: found.output)
    }
  }
}
