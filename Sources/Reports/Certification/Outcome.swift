import Certificates

/// What became of an example, in the order of a bar: from what is good to know to what is not.
enum Outcome: String, CaseIterable, Hashable {
  case certified, undecided, violated, misclassified
  /// Something went wrong with the example itself.
  case failed = "error"

  /// What became of an example by its record.
  init(_ line: ResultLine) {
    // An example that the network was never asked about is no open question but an error.
    let isUnanswered = line.verdict == .undecided && line.prediction == nil
    self = isUnanswered ? .failed : Outcome(rawValue: line.verdict.rawValue) ?? .failed
  }

  /// The word for it.
  var word: String { self == .failed ? "errors" : rawValue }

  /// The word for one example.
  var single: String { rawValue }
}
