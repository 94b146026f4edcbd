/// What is known of a run that was stopped before all its examples had a result.
///
/// Examples are certified in batches, and what is decided first is not typical: cheap methods decide the easy ones, and the
/// hard ones are open when the run stops. So rates are over the examples of batches that are done whole, and limits are
/// given for the rate over all that were begun.
public struct PartialRun: Codable, Sendable, Hashable {
  /// The examples that the rates, verdicts and times are over: those of batches that are done whole.
  public var examples: Places
  /// All examples with a result.
  public var decided: Int
  /// The examples of batches that were begun that have no result yet.
  public var open: Int
  /// The certified part of the examples that were begun, if no open one is.
  public var leastCertifiedAccuracy: Double
  /// The certified part of the examples that were begun, if every open one is.
  public var mostCertifiedAccuracy: Double

  enum CodingKeys: String, CodingKey {
    case examples, decided, open
    case leastCertifiedAccuracy = "least_certified_accuracy"
    case mostCertifiedAccuracy = "most_certified_accuracy"
  }

  /// Finds the results that are typical.
  ///
  /// A batch is whole when each of its examples has a result, whichever run gave it. An example that was begun in several
  /// batches, because a run was stopped before, belongs to the first: what is left over for the next is the hard ones.
  ///
  /// - Parameter lines: The results as they were written, each example once.
  init(of lines: [ResultLine]) {
    let done = Set(lines.map(\.example))
    var (known, first): (Set<Places>, Set<Int>) = ([], [])
    var (whole, left): (Set<Int>, Set<Int>) = ([], [])
    for line in lines {
      let batch = line.batch ?? Places([line.example])
      guard known.insert(batch).inserted else { continue }
      let own = batch.all.filter { first.insert($0).inserted }
      let missing = batch.all.filter { !done.contains($0) }
      if missing.isEmpty { whole.formUnion(own) } else { left.formUnion(missing) }
    }
    examples = Places(whole)
    decided = done.count
    open = left.count
    let certified = lines.count { $0.verdict == .certified }
    let begun = Double(max(1, decided + open))
    leastCertifiedAccuracy = Double(certified) / begun
    mostCertifiedAccuracy = Double(certified + open) / begun
  }
}
