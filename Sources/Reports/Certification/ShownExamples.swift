import Certificates

/// The examples that a page shows one by one: a few of each kind, so that thousands of them make no endless page.
public struct ShownExamples: Sendable {
  /// Those with a counterexample, the ones first whose answer seemed surest.
  public let violated: [ResultLine]
  /// Those that are open, the ones first that are farthest from a proof.
  public let undecided: [ResultLine]
  /// Those that are certified, the ones first with the least to spare.
  public let certified: [ResultLine]
  /// Those that the network is wrong about, the surest mistakes first.
  public let misclassified: [ResultLine]

  /// Chooses from the results of a run.
  public init(_ lines: [ResultLine]) {
    func first(
      _ count: Int, _ verdict: ExampleVerdict, _ key: (ResultLine) -> Double?
    ) -> [ResultLine] {
      let some = lines.filter { $0.verdict == verdict && $0.prediction != nil }
        .map { (key: key($0) ?? .infinity, line: $0) }
      return some.sorted { ($0.key, $0.line.example) < ($1.key, $1.line.example) }
        .prefix(count).map(\.line)
    }
    violated = first(12, .violated) { $0.cleanMargin.map { -$0 } }
    undecided = first(6, .undecided, \.smallestMargin)
    // What a search certified without a number had less to spare than all that bounds certified.
    certified = first(6, .certified) { $0.decidingMargin ?? 0 }
    misclassified = first(6, .misclassified, \.cleanMargin)
  }

  /// All of them, in the order of the page.
  public var all: [ResultLine] { violated + undecided + certified + misclassified }
}
