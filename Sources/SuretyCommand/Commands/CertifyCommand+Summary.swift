import Foundation
import Surety

extension Summary {
  /// The totals of a run as a person reads them.
  ///
  /// - Parameter folder: The folder that holds the results.
  func text(in folder: String) -> String {
    ([head + partialNote + notes] + rates + proofs(folder) + ["The report: \(folder)/report.html"])
      .joined(separator: "\n\n")
  }

  /// How much of what was decided has a certificate, and how to check it.
  private func proofs(_ folder: String) -> [String] {
    var lines: [String] = []
    if let certificates {
      let parts = [ExampleVerdict.certified, .violated].compactMap { verdict -> String? in
        let count = verdicts[verdict.rawValue] ?? 0
        return count > 0
          ? "\(certificates[verdict.rawValue] ?? 0) of \(count) \(verdict.rawValue)" : nil
      }
      lines.append(
        "certificates: \(parts.joined(separator: ", ")), each accepted by the checker when it was written"
      )
    }
    if let proofs {
      if !proofs.meaningWords.isEmpty { lines.append(proofs.meaningWords) }
      if !proofs.missing.isEmpty { lines.append("without certificate: \(proofs.missingWords)") }
      if let median = proofs.medianProofSeconds {
        lines.append(
          String(
            format: "median time: %.3g s to find an answer, %.3g s for its proof",
            proofs.medianSeconds, median))
      }
    }
    guard certificates != nil else { return lines.isEmpty ? [] : [lines.joined(separator: "\n")] }
    lines.append("check them: surety check \(folder)/certificates.jsonl --model \(model)")
    return [lines.joined(separator: "\n")]
  }

  private func percent(_ part: Double) -> String { String(format: "%.2f %%", 100 * part) }

  private var head: String {
    let places = partial.map { $0.examples.count > 0 ? " (\($0.examples.text))" : "" } ?? ""
    return
      "\(count) examples of \(data)\(places), l\(norm) radius \(Console.short(epsilon)), \(arithmetic)"
  }

  /// What a run that is not complete says of itself.
  private var partialNote: String {
    guard let partial else { return "" }
    let done = "\nnot complete: \(partial.decided) of \(requested) have a result"
    guard partial.open > 0 else { return done }
    return done + """
      ; totals are over the \(count) of whole batches, since the easy ones are decided first
      certified of the \(partial.decided + partial.open) that were begun: between \
      \(percent(partial.leastCertifiedAccuracy)) and \(percent(partial.mostCertifiedAccuracy))
      """
  }

  /// What the totals depend on beyond the usual, each on a line.
  private var notes: String {
    var notes = ""
    if let threshold {
      notes += "\nclass 1 where the one output is above \(Console.short(threshold)), else class 0"
    }
    if let errors = verdicts[ExampleVerdict.error.rawValue], errors > 0 {
      notes += "\n\(errors) cannot be used (verdict error, with the reason in certificates.jsonl)"
    }
    return notes
  }

  /// The accuracies and what each method did; nothing where no example counts yet.
  private var rates: [String] {
    guard count > 0 else { return [] }
    let lines = [
      ("clean accuracy     ", cleanAccuracy), ("attack accuracy    ", attackAccuracy),
      ("certified accuracy ", certifiedAccuracy),
    ]
    let rows = (cascade ?? methods.keys.sorted()).compactMap { name in
      methods[name].map { [name, "\($0.decided)", String(format: "%.2f", $0.seconds)] }
    }
    return [
      lines.map { "\($0.0) \($0.1.map(percent) ?? "-")" }.joined(separator: "\n"),
      Console.table([["method", "decided", "seconds"]] + rows),
    ]
  }
}
