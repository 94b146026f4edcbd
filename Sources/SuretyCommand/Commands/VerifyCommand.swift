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

  @Argument(
    help: "The property: .vnnlib or .vnnlib.gz.", completion: .file(extensions: ["vnnlib", "gz"]))
  var property: String

  @Option(help: "The time limit in seconds.")
  var timeout: Double?

  @Option(
    help: "The search that decides what bounds leave open: bab (branch and bound), milp or none.")
  var complete = Complete.bab

  @Option(
    help: """
      A file in which branch and bound keeps its tree; FILE.roots beside it has what is known before any split. A run that was \
      stopped or killed goes on from them; they are removed when the answer is known.
      """)
  var checkpoint: String?

  @Option(help: "A file for the verdict and the counterexample.")
  var result: String?

  @Option(
    help: """
      A file for the certificate of the answer, which surety-check can prove again; a line for each region of the property. \
      The search for the proof has what finding the answer left of --timeout, at least 5 seconds or the limit itself. \
      Without this option no certificate is written.
      """)
  var certificate: String?

  @OptionGroup var meaning: MeaningOption

  @Option(help: "The arithmetic: float, double, or auto, which is that of the model's numbers.")
  var precision = PrecisionName.auto

  @Option(help: "Where the random numbers start; equal seeds repeat a run.")
  var seed: UInt64 = 0

  @OptionGroup var resources: ResourceOptions

  @Flag(help: "Print the result only: no progress, and the property not in words.")
  var quiet = false

  @Flag(help: "Print one JSON object.")
  var json = false

  /// The process without which this one is of no use.
  @Option(help: .hidden)
  var parent: Int32?

  func run() throws {
    do {
      try meaning.require(
        certificate != nil, "is about certificates, expected --certificate as well")
      let begin = Date()
      // Whatever ends this run early, a file from another run must not be taken for its answer.
      if let result { try writeFile(Data("error\n".utf8), to: result) }
      if let certificate { try writeFile(Data(), to: certificate) }
      let limit = try duration(timeout)
      let seen = LastLine()
      let lastWord = LastWord()
      let watchdog = Watchdog(limit: limit, lastWord: lastWord) { [result, json] in
        let last = seen.text.map { ", after this line: \($0)" } ?? ""
        Self.end(
          "timeout",
          "the time limit came first, in the middle of a step\(last); a longer --timeout would help",
          result: result, json: json)
      }
      let interruption = Interruption(
        lastWord: lastWord,
        leave: { [result, json] in
          Self.end("unknown", "interrupted in the middle of a step", result: result, json: json)
        })
      if let parent { Signals.endWithParent(parent) }
      try answer(within: limit, since: begin, watchdog, interruption, seen)
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
    for completion: CompleteMethod?, _ loaded: ModelArgument.Loaded
  ) throws(InputError) -> SearchCheckpoint? {
    guard let checkpoint else { return nil }
    guard completion == .branchAndBound else {
      throw InputError(
        "--checkpoint", "keeps the tree of branch and bound, expected --complete bab")
    }
    return try SearchCheckpoint(
      checkpoint,
      subject: [
        "surety \(Release.version)", "model \(loaded.digest)",
        "property \(sha256(of: try readFile(property)))", "precision \(precision.rawValue)",
      ].joined(separator: ", "))
  }

  /// Answers in the place of a run that did not notice its limit, or that it was to stop.
  private static func end(_ verdict: String, _ reason: String, result: String?, json: Bool) {
    if let result { try? writeFile(Data("\(verdict)\n".utf8), to: result) }
    if json {
      try? Console.json(BriefReport(verdict: verdict, reason: reason))
    } else {
      try? Console.line("\(verdict)\n\(reason)")
    }
  }

  private func answer(
    within limit: Duration?, since begin: Date, _ watchdog: Watchdog,
    _ interruption: Interruption, _ seen: LastLine
  ) throws {
    let completion = CompleteMethod(rawValue: complete.rawValue)
    try completion?.require("--complete")
    var options = VerifierOptions()
    options.timeout = limit
    options.memory = try resources.apply()
    options.seed = seed
    options.completeMethod = completion
    // Held to the end, so that no other run writes the file.
    let lock = try checkpoint.map { path throws(InputError) in try OutputLock(file: path) }
    defer { lock?.release() }
    options.isCancelled = interruption.check
    let loaded = try model.read()
    let network = loaded.network
    options.checkpoint = try checkpointFile(for: completion, loaded)
    options.precision = precision.precision(for: network)
    try resources.require(
      network.leastMemory(for: .crown, scalarSize: options.precision == .double ? 8 : 4))
    let question = try Property(contentsOf: property)
    try question.matches(inputs: network.inputShape.count, outputs: network.outputShape.count)
    let log = Logger(label: "verify")
    for warning in question.warnings { log.warning("\(warning)") }
    if !quiet { Console.error(question.describe()) }
    let line = ProgressLine("verify", isQuiet: quiet)
    line.limit(limit)
    let recorder = certificate == nil ? nil : BoxRecorder()
    options.recorder = recorder
    let verification = try Verifier(network, options: options)
      .verify(question) { text in
        seen.text = text
        // The line counts the seconds itself.
        line.stage(text.replacing(#/^\d+ s: /#, with: ""))
      }
    watchdog.stop()
    line.end()
    if let result { try writeFile(Data(verification.answer.resultText.utf8), to: result) }
    let prover = certificate == nil ? nil : loaded.prover(meaning)
    try VerifyClosing(certificate: certificate, isQuiet: quiet, printsJSON: json).end(
      verification,
      within: ProofLimits.seconds(within: limit?.seconds, after: Date().timeIntervalSince(begin)),
      isCancelled: interruption.check
    ) { limits in
      guard let prover else {
        guard verification.answer.isDecided else { return nil }
        return PropertyProof(record: ProofRecord(missing: ModelArgument.Loaded.withoutProver))
      }
      guard verification.answer.isDecided else {
        return recorder.flatMap { prover.partialCertificates(of: question, $0, limits) }
      }
      return prover.certificates(of: question, verification, recorder, limits)
    }
    if interruption.wasRequested, case .unknown = verification.answer {
      throw Exit.Code(exit: .interrupted)
    }
  }
}

/// What `surety verify --json` prints when there is no more than a verdict to tell.
private struct BriefReport: Encodable {
  var verdict: String
  var reason: String
}
