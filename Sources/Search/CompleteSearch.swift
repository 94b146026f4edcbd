import Bounds
import Networks
import Properties
import Tensors

/// Decides questions by cutting them into parts until bounds decide every part.
///
///     let search = CompleteSearch(network, precision: .float)
///     let result = search.decide(questions, hunter)
///
/// - Soundness: `impossible` states that every part was ruled out by bounds in the search's arithmetic, with
///   room for its rounding; `found` that the caller confirmed a point.
public struct CompleteSearch: Sendable {
  /// Up to how many inputs that can move boxes of inputs are split.
  static let fewInputs = 16

  /// What the search may use.
  public var options: SearchOptions
  private let network: Network
  /// The same with clippings, maxima and absolute values written as ReLUs, whose signs can be split.
  private let inReLUs: Network
  private let precision: Precision

  /// Creates a search.
  ///
  /// - Parameter network: The network; it should be simplified first.
  public init(_ network: Network, precision: Precision, options: SearchOptions = .init()) {
    self.network = network
    inReLUs = network.expressedInReLUs(keeping: [.leaky, .maxima])
    self.precision = precision
    self.options = options
  }

  /// Decides whether any input of any case's region meets a condition of the case.
  ///
  /// - Parameters:
  ///   - questions: The questions.
  ///   - hunter: Looks for counterexamples and confirms them.
  ///   - progress: Called between batches.
  public func decide(
    _ questions: [Question], _ hunter: any CounterexampleHunter,
    progress: (SearchProgress) -> Void = { _ in }
  ) -> SearchResult {
    // A tree that was begun goes on as it was begun.
    let questions = options.checkpoint?.cases(covering: questions) ?? questions
    let strategy = strategy(for: questions)
    let (outcome, state) =
      switch precision {
      case .float: run(Float.self, questions, strategy.split, hunter, progress)
      case .double: run(Double.self, questions, strategy.split, hunter, progress)
      }
    return SearchResult(outcome: outcome, progress: state, strategy: strategy.reason)
  }

  private func run<S: TensorScalar>(
    _ type: S.Type, _ questions: [Question], _ split: SplitKind, _ hunter: any CounterexampleHunter,
    _ progress: (SearchProgress) -> Void
  ) -> (SearchOutcome, SearchProgress) {
    let samples = RoundingProbe(network).samples(over: questions.map(\.region))
    let prepared = zip(questions, samples).map { PreparedQuestion($0, $1) }
    do throws(Unsupported) {
      switch split {
      case .inputs:
        let strategy = InputSplitting<S>(
          network, prepared, options, precision, confirm: hunter.witness)
        var search = TreeSearch(strategy, prepared, options) {
          [tell = options.onClosedBox] closed in
          guard closed.rest == nil, closed.part.hasPath else { return }
          tell?(ClosedBox(question: Int(closed.part.root), path: closed.part.path))
        }
        return search.run(hunt: hunter.hunt, progress: progress)
      case .neurons:
        let strategy = try NeuronSplitting<S>(inReLUs, prepared, options, confirm: hunter.witness)
        guard let strategy else {
          let why = SearchLimit.rounding("numbers on the way are not finite")
          return (.stopped(why), SearchProgress())
        }
        let conditions = questions.flatMap { Array($0.conditions.indices) }
        var search = TreeSearch(strategy, prepared, options) {
          [tell = options.onClosedSigns] closed in
          if let tell, let signs = strategy.signs(of: closed, conditions: conditions) {
            tell(signs)
          }
        }
        return search.run(hunt: hunter.hunt, progress: progress)
      }
    } catch {
      return (.stopped(.unsupported(error.description)), SearchProgress())
    }
  }

  /// How to split, and why so.
  public func strategy(for questions: [Question]) -> (split: SplitKind, reason: String) {
    if let split = options.split { return (split, "splitting \(split.rawValue), as was asked for") }
    let movable =
      questions.map { region in
        zip(region.region.lower, region.region.upper).reduce(0) { $0 + ($1.0 < $1.1 ? 1 : 0) }
      }.max() ?? 0
    if movable <= Self.fewInputs {
      return (.inputs, "splitting inputs, because only \(movable) of them can move")
    }
    let needed = inReLUs.isNeeded
    // What reads the input itself leaves nothing in between to split.
    let canSplit = inReLUs.nodes.enumerated().contains { id, node in
      needed[id] && node.operation is any LinearlyBounded && node.inputs.contains { $0 != 0 }
    }
    guard canSplit else {
      return (.inputs, "splitting inputs, because there is no activation to split")
    }
    return (.neurons, "splitting neurons, because \(movable) inputs can move")
  }
}

/// Looks for counterexamples on behalf of a search, and confirms those that the search comes by.
public protocol CounterexampleHunter: Sendable {
  /// The witness that a point is, if it is one.
  func witness(at point: [Float]) -> Witness?
  /// A witness from a search of its own that takes about some seconds.
  func hunt(seconds: Double) -> Witness?
}
