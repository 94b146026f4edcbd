import Records

/// What became of an example, in the order of a bar: from what is good to know to what is not.
enum Outcome: String, CaseIterable, Hashable {
  case certified
  /// Nothing but an attack was made, and it found nothing.
  case withstood
  case undecided
  /// Nothing but an attack was asked for, and there was no time for it.
  case untried = "not attacked"
  case violated, misclassified
  /// Something went wrong with the example itself.
  case failed = "error"

  /// What became of an example by its record.
  init(_ line: ResultLine) {
    guard line.verdict == .undecided else {
      self = Outcome(rawValue: line.verdict.rawValue) ?? .failed
      return
    }
    // An example that the network was never asked about is no open question but an error.
    guard line.prediction != nil else { self = .failed; return }
    guard line.run.methods.isEmpty else { self = .undecided; return }
    self = line.methodSeconds["attack"] == nil ? .untried : .withstood
  }

  /// The word for one example.
  var word: String { rawValue }

  /// The name of the class in the style sheet.
  var style: String { self == .untried ? "untried" : rawValue }

  /// The word for a number of examples.
  func word(for count: Int) -> String { self == .failed && count != 1 ? "errors" : rawValue }

  /// How many examples had each outcome.
  static func counts(_ lines: [ResultLine]) -> [Outcome: Int] {
    lines.reduce(into: [:]) { $0[Outcome($1), default: 0] += 1 }
  }
}
