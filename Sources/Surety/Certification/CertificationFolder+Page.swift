import Files
import Foundation
import Records
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
  /// - Parameter lines: The results, ordered by example.
  /// - Throws: `InputError` when a file cannot be written.
  func write(
    _ summary: Summary, _ lines: [ResultLine], of certifier: Certifier
  ) throws(InputError) {
    // The totals first: the rest takes longer, and can be made again from them.
    try summary.write(to: summaryPath)
    let examples = ShownExamples(lines).all.map { certifier.record(of: $0.example) }
    try ExampleRecord.write(examples, to: examplesPath)
    let history = CertificationHistory(summary: summary, lines: lines, examples: examples)
    try writeFile(Data(CertificationReport(history).page.utf8), to: reportPath)
  }
}
