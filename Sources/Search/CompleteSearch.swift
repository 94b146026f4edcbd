import Bounds
import Networks
import Properties
import Tensors

/// Decides cases by cutting them into parts until bounds decide every part.
///
///     let search = CompleteSearch(network, precision: .float)
///     let result = search.decide(cases) { point in attack.witness(at: point, of: property) }
///
/// - Soundness: `impossible` states that every part was ruled out by bounds in the search's arithmetic, with
///   room for its rounding; `found` that the caller confirmed a point.
public struct CompleteSearch: Sendable {
  /// Up to how many inputs that can move boxes of inputs are split.
  static let fewInputs = 12

  /// What the search may use.
  public var options: SearchOptions
  private let network: Network
  private let precision: Precision

  /// Creates a search.
  ///
  /// - Parameter network: The network; it should be simplified first.
  public init(_ network: Network, precision: Precision, options: SearchOptions = .init()) {
    self.network = network
    self.precision = precision
    self.options = options
  }

  /// Decides whether any input of any case's region meets a condition of the case.
  ///
  /// - Parameters:
  ///   - cases: The cases.
  ///   - confirm: Called on several threads with points that seem to meet a condition; returns the witness
  ///     if the point is one.
  ///   - progress: Called between batches.
  public func decide(
    _ cases: [SearchCase], confirm: @escaping @Sendable ([Float]) -> Witness?,
    progress: (SearchProgress) -> Void = { _ in }
  ) -> SearchResult {
    let prepared = cases.map(PreparedCase.init)
    let strategy = Self.strategy(for: network, cases, options)
    let (outcome, state) =
      switch precision {
      case .float:
        InputSplitting<Float>(network, prepared, options, precision, confirm: confirm)
          .run(progress: progress)
      case .double:
        InputSplitting<Double>(network, prepared, options, precision, confirm: confirm)
          .run(progress: progress)
      }
    return SearchResult(outcome: outcome, progress: state, strategy: strategy.reason)
  }

  /// How to split, and why so.
  static func strategy(
    for network: Network, _ cases: [SearchCase], _ options: SearchOptions
  ) -> (split: SplitKind, reason: String) {
    let movable =
      cases.map { region in
        zip(region.region.lower, region.region.upper).reduce(0) { $0 + ($1.0 < $1.1 ? 1 : 0) }
      }.max() ?? 0
    return (.inputs, "splitting inputs, because \(movable) of them can move")
  }
}
