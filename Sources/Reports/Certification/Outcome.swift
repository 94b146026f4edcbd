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

  /// The word for one example.
  var word: String { rawValue }

  /// The word for a number of examples.
  func word(for count: Int) -> String { self == .failed && count != 1 ? "errors" : rawValue }
}
