import Records

/// The examples that a page shows one by one: a few of each kind, so that thousands of them make no endless page.
public struct ShownExamples: Sendable {
  /// Those with a counterexample, the ones first whose answer seemed surest.
  public let violated: [ResultLine]
  /// Those that are open, or that withstood an attack where nothing else was asked for.
  ///
  /// The lowest proved margins come first, then those without one, the least sure answers first.
  public let undecided: [ResultLine]
  /// Those that are certified: first what took the latest method, and of one method the smallest margins that it proved.
  ///
  /// Margins that different methods prove are not compared: a loose bound of an easy example may be below a tight one of a
  /// hard example.
  public let certified: [ResultLine]
  /// Those that the network is wrong about, the surest mistakes first.
  public let misclassified: [ResultLine]

  /// Chooses from the results of a run.
  public init(_ lines: [ResultLine]) {
    func first(
      _ count: Int, _ verdict: ExampleVerdict, _ keys: (ResultLine) -> [Double]
    ) -> [ResultLine] {
      let some = lines.filter { $0.verdict == verdict && $0.prediction != nil }
        .map { (keys: keys($0) + [Double($0.example)], line: $0) }
      return some.sorted { $0.keys.lexicographicallyPrecedes($1.keys) }
        .prefix(count).map(\.line)
    }
    violated = first(12, .violated) { [-($0.cleanMargin ?? -.infinity)] }
    undecided = first(6, .undecided) {
      [$0.smallestMargin ?? .infinity, $0.cleanMargin ?? .infinity]
    }
    certified = first(6, .certified) { line in
      let place = line.method.flatMap { line.run.cascade.firstIndex(of: $0) } ?? -1
      return [-Double(place), line.decidingMargin ?? 0]
    }
    misclassified = first(6, .misclassified) { [$0.cleanMargin ?? .infinity] }
  }

  /// All of them, in the order of the page.
  public var all: [ResultLine] { violated + undecided + certified + misclassified }
}
