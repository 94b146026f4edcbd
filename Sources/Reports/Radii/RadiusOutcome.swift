import Records

/// What is known of how far the answer for an example holds.
///
/// A counterexample at some radius says nothing against the answer at smaller ones, so none of these words is `violated`.
enum RadiusOutcome: CaseIterable, Hashable {
  /// Certified at the largest radius that was asked about.
  case whole
  /// Certified up to a radius, with a counterexample beyond.
  case both
  /// Certified up to a radius; nothing is known beyond.
  case lowerOnly
  /// A counterexample, and no radius that is certified.
  case upperOnly
  case nothing
  case misclassified
  case failed

  /// What is known by the record of an example.
  ///
  /// - Parameter largest: The largest radius that was asked about.
  init(_ radius: ExampleRadius, _ largest: Double) {
    if radius.problem != nil || radius.prediction == nil {
      self = .failed
    } else if let certified = radius.certified {
      if certified >= largest * (1 - 1e-9) {
        self = .whole
      } else if certified > 0 {
        self = radius.violated == nil ? .lowerOnly : .both
      } else {
        self = radius.violated == nil ? .nothing : .upperOnly
      }
    } else {
      self = .misclassified
    }
  }

  /// The words of a table.
  var word: String {
    switch self {
    case .whole: "whole range"
    case .both: "both bounds"
    case .lowerOnly: "lower only"
    case .upperOnly: "upper only"
    case .nothing: "none"
    case .misclassified: "misclassified"
    case .failed: "error"
    }
  }

  /// What follows a number of examples.
  func meaning(_ count: Int, _ largest: Double) -> String {
    switch self {
    case .whole: "certified up to \(radiusText(largest)), the largest radius asked about"
    case .both: "certified up to a radius, with a counterexample beyond it"
    case .lowerOnly: "certified up to a radius, no counterexample found"
    case .upperOnly: "with a counterexample and no certified radius"
    case .nothing: "with neither"
    case .misclassified: "misclassified without any change"
    case .failed: count == 1 ? "error" : "errors"
    }
  }
}
