import Attacks
import Bounds
import Foundation
import Networks
import Properties
import Search
import Synchronization
import Tensors

/// Decides properties of one network, stage by stage.
///
/// `certify`, `verify`, `radius` and `attack` say which stages there are and in what order; what a stage does to what is known
/// (`Decision`) is said here alone.
struct Decider: Sendable {
  /// The network that is bounded, simplified; its outputs are what questions are about.
  let network: Network
  /// The search for counterexamples, confirmed on the network as it was read; or why there is none.
  let attack: Result<Attack, Unsupported>
  /// The arithmetic of the bounds.
  let precision: Precision
  /// Whether bounds of the network account for their own rounding.
  let isCharged: Bool
  let engine: any BoundEngine
  /// Bounds in double, for those too near their limit; made when the first is.
  private let inDouble: Lazily<any BoundEngine>?
  private let probe: RoundingProbe
  /// How far the outputs can move.
  let constants: OutputConstants
  /// The bytes that the rows of backward passes may take.
  var memory = 4 << 30
  /// Where the random numbers of searches start.
  var seed: UInt64 = 0
  /// Whether counterexamples are searched for.
  var attacks = true
  /// Whether margins of conditions that are ruled out are bounded by later methods as well, to be recorded.
  var boundsAll = false
  /// Keeps the boxes that a search closes; none where nil.
  var recorder: BoxRecorder?
  /// Asked all the time; true ends the work.
  var isStopped: @Sendable () -> Bool = { false }

  /// - Parameters:
  ///   - precision: The arithmetic of the bounds; nil for that of the network's own numbers.
  init(_ network: Network, attack: Result<Attack, Unsupported>, precision: Precision?) {
    (self.network, self.attack) = (network, attack)
    let precision = precision ?? network.ownPrecision
    self.precision = precision
    isCharged = network.chargesEveryOperation
    engine = precision.engine(for: network)
    inDouble = precision == .float ? Lazily { Precision.double.engine(for: network) } : nil
    probe = RoundingProbe(network)
    constants = OutputConstants(network)
  }

  /// Begins to decide properties.
  ///
  /// - Parameter limit: The seconds that may be spent on each.
  func open(_ properties: [Property], limit: Double?) -> [Decision] {
    let questions = properties.map(\.questions)
    var samples = probe.samples(over: questions.joined().map(\.region))[...]
    return zip(properties, questions).map { property, questions in
      let opened = zip(questions, samples).map { OpenQuestion($0, $1) }
      samples = samples.dropFirst(questions.count)
      return Decision(property, opened, limit: limit)
    }
  }

  /// Takes a step on decisions that are open.
  ///
  /// - Parameters:
  ///   - members: The places of the decisions that take it together.
  ///   - checkpoint: Where a complete search keeps its tree, if anywhere.
  ///   - progress: Told how far a complete search has come.
  /// - Returns: How a complete search ended, if the step was one.
  @discardableResult func take(
    _ step: Step, on decisions: inout [Decision], _ members: [Int],
    checkpoint: SearchCheckpoint? = nil, progress: (SearchProgress) -> Void = { _ in }
  ) -> SearchResult? {
    switch step.stage {
    case .attack(let effort):
      for index in members { search(&decisions[index], step, effort) }
    case .bounds(let method): bound(&decisions, members, step, by: method)
    case .constants, .joined: boundByConstants(&decisions, members, step)
    case .complete(let completion):
      precondition(members.count == 1, "\(members.count) complete searches at once")
      return complete(&decisions[members[0]], step, by: completion, checkpoint, progress)
    }
    return nil
  }

  /// When a step that some decisions share is to end, so that none of them gets more than its limit.
  ///
  /// The time of the step is divided evenly among them, so together they have that of the one with the least, as often
  /// as there are decisions.
  func deadline(of step: Step, _ decisions: [Decision], _ members: [Int]) -> Date? {
    let least = members.map { decisions[$0].secondsLeft }.min() ?? .infinity
    let seconds = min(step.most, step.share * least * Double(members.count))
    return seconds.isFinite ? Date(timeIntervalSinceNow: seconds) : nil
  }

  /// The bounds in double, where those of the engine are not.
  var engineInDouble: (any BoundEngine)? { inDouble?.value }
}

/// A value that is made when it is first asked for.
private final class Lazily<Value: Sendable>: Sendable {
  private let made = Mutex<Value?>(nil)
  private let make: @Sendable () -> Value

  init(_ make: @escaping @Sendable () -> Value) { self.make = make }

  var value: Value {
    made.withLock { made in
      if let made { return made }
      let value = make()
      made = value
      return value
    }
  }
}
