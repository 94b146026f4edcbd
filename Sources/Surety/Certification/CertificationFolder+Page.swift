import Certificates
import Files
import Foundation
import Reports
import Training

extension CertificationFolder {
  /// The circumstances of a run that begins now, or goes on now and began earlier.
  func circumstances(of certifier: Certifier) -> RunCircumstances {
    let options = certifier.options
    var now = RunCircumstances(
      machine: .current, software: .current,
      effort: EffortRecord(
        timeout: options.timeout?.seconds, attackSteps: options.attackSteps,
        attackRestarts: options.attackRestarts, seed: options.seed))
    now.command = command
    if let earlier = (try? SummaryNotes(contentsOf: summaryPath))?.circumstances {
      now.started = earlier.started
    }
    return now
  }

  /// Writes the totals, the examples that the page shows, and the page.
  ///
  /// - Parameters:
  ///   - lines: The results, ordered by example.
  ///   - circumstances: Those of the run as it began.
  /// - Returns: The totals as they were written.
  /// - Throws: `InputError` when a file cannot be written.
  func write(
    _ totals: Summary, _ lines: [ResultLine], of certifier: Certifier,
    _ circumstances: RunCircumstances
  ) throws(InputError) -> Summary {
    var summary = totals
    summary.classes = certifier.classes
    summary.circumstances = circumstances
    summary.circumstances?.ended = TrainingRun.time()
    let examples = ShownExamples(lines).all.map { certifier.record(of: $0.example) }
    try ExampleRecord.write(examples, to: examplesPath)
    try summary.write(to: summaryPath)
    let history = CertificationHistory(summary: summary, lines: lines, examples: examples)
    try writeFile(Data(CertificationReport(history).page.utf8), to: reportPath)
    return summary
  }
}
