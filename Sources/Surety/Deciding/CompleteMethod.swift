import Bounds
import Networks
import Search

#if LinearPrograms
  import Exact
#endif

/// A search that decides what bounds leave open.
public enum CompleteMethod: String, Sendable, CaseIterable, Codable {
  /// Branch and bound over bounds.
  case branchAndBound = "bab"
  /// Mixed-integer programs on GLPK.
  case mixedInteger = "milp"

  /// Whether this build has it: one without the package trait `LinearPrograms` has no mixed-integer programs.
  public var isAvailable: Bool {
    #if LinearPrograms
      true
    #else
      self != .mixedInteger
    #endif
  }

  /// What it is called in a sentence.
  var words: String {
    switch self {
    case .branchAndBound: "branch and bound"
    case .mixedInteger: "mixed-integer programming"
    }
  }

  /// The arithmetic that its answers rest on.
  func arithmetic(_ precision: Precision) -> String {
    self == .mixedInteger ? Precision.double.arithmetic : precision.arithmetic
  }

  /// Decides whether any input of any case's region meets a condition of the case.
  ///
  /// - Precondition: This build has the search.
  func decide(
    _ cases: [Question], in network: Network, _ precision: Precision, _ options: SearchOptions,
    _ hunter: any CounterexampleHunter, progress: (SearchProgress) -> Void = { _ in }
  ) -> SearchResult {
    #if LinearPrograms
      if self == .mixedInteger {
        return ExactSearch(network, options: options).decide(cases, hunter, progress: progress)
      }
    #endif
    precondition(isAvailable, "This build has no \(words)")
    return CompleteSearch(network, precision: precision, options: options)
      .decide(cases, hunter, progress: progress)
  }
}
