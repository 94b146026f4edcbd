import Certificates
import Files

/// Attacks on several images, written to a folder as they are made where one is given.
public struct AttackRun {
  private let certifier: Certifier
  private let folder: RecordFolder?
  private let model: String
  private let log: RecordLog<AttackLine>?

  /// What a run found.
  public struct Outcome: Sendable {
    /// The totals.
    public var summary: AttackSummary
    /// The results, ordered by example.
    public var lines: [AttackLine]
  }

  /// Prepares a run.
  ///
  /// - Parameters:
  ///   - certifier: A certifier without methods, whose options say how much is tried.
  ///   - folder: The folder; nil to write nothing.
  ///   - model: The model file as it was named.
  /// - Throws: `InputError` when no attack on the network is possible, or the folder holds results of another question.
  public init(
    _ certifier: Certifier, in folder: RecordFolder?, model: String
  ) throws(InputError) {
    (self.certifier, self.folder, self.model) = (certifier, folder, model)
    if case .failure(let gap) = certifier.attack {
      throw InputError("network", "cannot be attacked: \(gap.description)")
    }
    log = try folder.map { (folder) throws(InputError) in
      try RecordLog<AttackLine>(folder.logPath, kind: "an attack's result")
    }
    for line in log?.lines ?? [] {
      if let difference = certifier.run.difference(from: line.result.run), let folder {
        throw folder.refusal(difference)
      }
    }
  }

  /// Attacks the examples that have no result yet.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - isStopped: Asked between batches; true ends the run early, with the folder in order.
  ///   - report: Called after each example.
  /// - Returns: The totals, and all results for the examples, earlier ones included.
  public func run(
    on examples: [Int], isStopped: @escaping @Sendable () -> Bool = { false },
    report: (CertificationProgress) -> Void = { _ in }
  ) throws(InputError) -> Outcome {
    let wanted = Set(examples)
    var found: [Int: AttackLine] = [:]
    var counts: [String: Int] = [:]
    func keep(_ line: AttackLine) {
      guard found.updateValue(line, forKey: line.result.example) == nil else { return }
      let word = line.result.verdict == .undecided ? "withstood" : line.result.verdict.rawValue
      counts[
        line.isAttacked || line.result.verdict != .undecided ? word : "not attacked", default: 0] +=
        1
    }
    for line in log?.lines ?? [] where wanted.contains(line.result.example) { keep(line) }
    func progress() {
      report(
        CertificationProgress(done: found.count, requested: examples.count, verdicts: counts))
    }
    progress()
    try certifier.certify(examples.filter { found[$0] == nil }, isStopped: isStopped) {
      (result) throws(InputError) in
      let line = AttackLine(result)
      try log?.append(line)
      keep(line)
      progress()
    }
    let lines = found.values.sorted { $0.result.example < $1.result.example }
    let summary = AttackSummary(
      of: lines, run: certifier.run, version: Release.version, model: model,
      requested: examples.count)
    if let folder { try writeSummary(summary, to: folder.summaryPath) }
    return Outcome(summary: summary, lines: lines)
  }
}
