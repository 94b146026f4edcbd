import Files
import Foundation
import Records

/// The totals and the page of a run into a folder, which are made of what has been found so far.
public struct RunEnding<Line: Sendable, Outcome: Sendable>: Sendable {
  /// What is written of a run.
  struct Files: Sendable {
    /// The totals.
    var summary: any Encodable & Sendable
    /// The examples that the page shows, by their places in the data.
    var shown: [Int]
    /// Makes the page from the records of those examples; nil where there is nothing to show.
    var page: (@Sendable ([ExampleRecord]) -> String)?
  }

  let certifier: Certifier
  let folder: RecordFolder?
  let totals: RunTotals<Line>
  /// What the results come to, and what is written of them.
  let conclude: @Sendable (RunTotals<Line>) -> (outcome: Outcome, files: Files)

  /// Writes what is known, for a thread that ends the program; nothing where no work has begun.
  ///
  /// - Throws: `InputError` when a file cannot be written.
  public func writeInHaste() throws(InputError) {
    guard totals.hasBegun else { return }
    _ = try write(inHaste: true)
  }

  /// Writes the totals, the examples that the page shows, and the page.
  func write(inHaste: Bool = false) throws(InputError) -> Outcome {
    let (outcome, files) = conclude(totals)
    guard let folder else { return outcome }
    try writeSummary(files.summary, to: folder.summaryPath)
    let examples = files.shown.map { certifier.record(of: $0, isEvaluated: !inHaste) }
    try ExampleRecord.write(examples, to: folder.examplesPath)
    if let page = files.page {
      try writeFile(Data(page(examples).utf8), to: folder.reportPath)
    }
    return outcome
  }
}
