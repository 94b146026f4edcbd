import Certificates
import Files
import Foundation
import Reports
import Training

extension Certifier {
  /// The circumstances of a run that begins now.
  ///
  /// - Parameter command: The program and its arguments; nil where another program uses the library.
  func circumstances(_ command: [String]?) -> RunCircumstances {
    var now = RunCircumstances(
      machine: .current, software: .current,
      effort: EffortRecord(
        timeout: options.timeout?.seconds, attackSteps: options.attackSteps,
        attackRestarts: options.attackRestarts, seed: options.seed))
    now.command = command
    return now
  }
}

extension CertificationFolder {
  /// Writes the totals, the examples that the page shows, and the page.
  ///
  /// - Parameters:
  ///   - lines: The results, ordered by example.
  ///   - circumstances: Those of the run as it began.
  ///   - computed: The results that the run added to those of earlier ones.
  /// - Returns: The totals as they were written.
  /// - Throws: `InputError` when a file cannot be written.
  func write(
    _ totals: Summary, _ lines: [ResultLine], of certifier: Certifier,
    _ circumstances: RunCircumstances, computed: Int
  ) throws(InputError) -> Summary {
    var summary = totals
    summary.classes = certifier.classes
    let earlier = try? SummaryNotes(contentsOf: summaryPath)
    summary.circumstances = circumstances.following(
      earlier?.circumstances, computed: computed,
      asksForOthers: earlier?.isAboutOthers(requested: totals.requested, seconds: totals.seconds)
        ?? true)
    let examples = ShownExamples(lines).all.map { certifier.record(of: $0.example) }
    try ExampleRecord.write(examples, to: examplesPath)
    try summary.write(to: summaryPath)
    let history = CertificationHistory(summary: summary, lines: lines, examples: examples)
    try writeFile(Data(CertificationReport(history).page.utf8), to: reportPath)
    return summary
  }
}
