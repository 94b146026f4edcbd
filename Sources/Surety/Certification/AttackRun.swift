import Files
import Foundation
import Records
import Reports

/// Attacks on several images, written to a folder as they are made where one is given.
public struct AttackRun {
  private let certifier: Certifier
  private let folder: RecordFolder?
  private let log: RecordLog<AttackLine>?
  /// The end of the run, for a thread that ends the program in the middle of a step too.
  public let ending: Ending

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
    (self.certifier, self.folder) = (certifier, folder)
    if case .failure(let gap) = certifier.decider.attack {
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
    ending = Ending(
      certifier: certifier, folder: folder,
      totals: RunTotals(
        certifier.circumstances(folder?.command),
        after: folder.flatMap { try? SummaryNotes(ofFolder: $0.path) }),
      conclude: Self.conclusion(of: certifier, model: model))
  }

  /// Attacks the examples that have no result yet.
  ///
  /// - Parameters:
  ///   - examples: The places of the examples in the data.
  ///   - isStopped: Asked between batches; true ends the run early, with the folder in order.
  ///   - concluding: Called when the examples are done, before the totals and the page are written.
  ///   - report: Called after each example.
  /// - Returns: The totals, and all results for the examples, earlier ones included.
  public func run(
    on examples: [Int], isStopped: @escaping @Sendable () -> Bool = { false },
    concluding: () -> Void = {}, report: (CertificationProgress) -> Void = { _ in }
  ) throws(InputError) -> Outcome {
    let wanted = Set(examples)
    var found: Set<Int> = []
    var counts: [String: Int] = [:]
    func count(_ line: AttackLine) {
      let word = line.result.verdict == .undecided ? "withstood" : line.result.verdict.rawValue
      counts[
        line.isAttacked || line.result.verdict != .undecided ? word : "not attacked", default: 0] +=
        1
    }
    let known = (log?.lines ?? []).filter {
      wanted.contains($0.result.example) && found.insert($0.result.example).inserted
    }
    ending.totals.begin(with: known, wanted: wanted)
    known.forEach(count)
    func progress() {
      report(
        CertificationProgress(done: found.count, requested: examples.count, verdicts: counts))
    }
    progress()
    try certifier.certify(examples.filter { !found.contains($0) }, isStopped: isStopped) {
      (result) throws(InputError) in
      let line = AttackLine(result)
      // In one step, so that whoever ends the program finds both alike.
      try WritingGate.shared.pass { () throws(InputError) in
        try log?.append(line)
        ending.totals.add(line)
      }
      found.insert(line.result.example)
      count(line)
      progress()
    }
    concluding()
    return try ending.write()
  }
}

extension AttackRun {
  /// The totals and the page of a run, which are made of what has been found so far.
  public typealias Ending = RunEnding<AttackLine, Outcome>

  private static func conclusion(
    of certifier: Certifier, model: String
  ) -> @Sendable (RunTotals<AttackLine>) -> (Outcome, Ending.Files) {
    { totals in
      let lines = totals.lines.sorted { $0.result.example < $1.result.example }
      var summary = AttackSummary(
        of: lines, run: certifier.run, version: Release.version, model: model,
        requested: totals.requested)
      summary.classes = certifier.classes
      summary.circumstances = totals.circumstances(seconds: summary.seconds)
      let results = lines.map(\.result)
      var notes = SummaryNotes(
        version: summary.version, model: summary.model, requested: summary.requested)
      (notes.classes, notes.circumstances) = (summary.classes, summary.circumstances)
      var files = Ending.Files(
        summary: summary, shown: ShownExamples(results).all.map(\.example))
      if !results.isEmpty {
        files.page = { [notes] examples in
          CertificationReport(
            CertificationHistory(results, run: certifier.run, notes, examples: examples)
          ).page
        }
      }
      return (Outcome(summary: summary, lines: lines), files)
    }
  }
}
