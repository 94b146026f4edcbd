import Foundation
import Surety

extension TrainingSession {
  /// What came out, in words.
  var summary: String {
    var lines: [String] = []
    if let clean = run.radii.first {
      lines.append(
        String(
          format: "clean accuracy %.2f %% on %d test images; verified by intervals:",
          100 * clean.cleanAccuracy, clean.count))
    }
    lines += run.radii.map {
      String(format: "  eps %.5f: verified %.2f %%", $0.epsilon, 100 * $0.verifiedAccuracy)
    }
    if let certification = run.certification { lines += certification.lines }
    return (lines + ["model: \(folder)/model.onnx", "report: \(folder)/report.html"])
      .joined(separator: "\n")
  }
}

extension CertificationRecord {
  /// The results in words, and how much they rest on.
  fileprivate var lines: [String] {
    let methods = methods.joined(separator: ", ")
    guard count > 0 else {
      return ["no test image could be certified by \(methods) in the time; see evaluation.seconds"]
    }
    let part = count < requested ? " of \(requested) that were asked for" : ""
    return [
      "the first \(count) test images\(part), certified by \(methods):"
    ]
      + radii.map {
        String(
          format: "  eps %.5f: certified %.2f %%, no violation found %.2f %%", $0.epsilon,
          100 * $0.certifiedAccuracy, 100 * $0.attackAccuracy)
      }
  }
}

extension TextSession {
  /// What came out, in words.
  var summary: String {
    let judged = epochs.last { $0.text != nil }?.text.map { [$0.words] } ?? []
    return (judged + ["model: \(folder)/model.onnx", "report: \(folder)/report.html"])
      .joined(separator: "\n")
  }
}

extension TextRecord {
  /// The judgement in a line.
  var words: String {
    var words = String(
      format: "%.2f %% of %d tokens predicted, loss %.4f nats", 100 * accuracy, count, loss)
    if let bound { words += String(format: ", outputs move by at most %.5g per unit", bound) }
    return words
  }
}
