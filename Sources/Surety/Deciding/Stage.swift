import Attacks
import Bounds

/// A way to look for an answer.
enum Stage: Sendable, Hashable {
  /// A search for a counterexample.
  case attack(AttackEffort)
  /// Bounds of every condition that is possible still.
  case bounds(BoundMethod)
  /// How far the outputs can move, whatever the input.
  case constants
  /// How far the outputs can move within the region: constants of late layers joined to linear bounds of early ones.
  case joined
  /// A complete search over parts of the region.
  case complete(CompleteMethod)

  /// The name in records.
  var name: String {
    switch self {
    case .attack(let effort): effort.name
    case .bounds(let method): method.rawValue
    case .constants: "lipschitz"
    case .joined: "lipschitz-crown"
    case .complete(let completion): completion.rawValue
    }
  }
}

/// A stage, and how much of the time that is left it may take.
struct Step: Sendable, Hashable {
  /// What is done.
  var stage: Stage
  /// The part of the time left that it may take.
  var share = 1.0
  /// The most seconds it may take.
  var most = Double.infinity
  /// Which bounds have their slopes optimised, try after try, where the method optimises any.
  var slopes: [SlopeScope] = [.everyLayer]

  /// What the slopes of are optimised.
  enum SlopeScope: Sendable, Hashable {
    /// The bounds of the outputs alone.
    case outputs
    /// The bounds of the intermediate layers as well.
    case everyLayer
  }

  /// The name in records.
  var name: String { stage.name }

  /// Whether it may take all the time there is.
  var isUnlimited: Bool { share == 1 && most == .infinity }
}

/// How hard a search for a counterexample tries.
struct AttackEffort: Sendable, Hashable {
  /// The name in records.
  var name = "attack"
  /// The steps of each descent.
  var steps: Int
  /// The descents from different starts for each condition.
  var restarts: Int
  /// The random points that starts are chosen from.
  var samples: Int?
  /// What is added to the seed, so that no search repeats another.
  var turn: UInt64 = 0

  /// A part of the full search, for many examples.
  static let short = AttackEffort(name: "short-attack", steps: 10, restarts: 1, samples: 256)
  /// In no time: finds the violations that are everywhere.
  static let glance = AttackEffort(steps: 5, restarts: 1, samples: 16)
  /// Finds most violations that there are to find.
  static let quick = AttackEffort(steps: 20, restarts: 1, samples: 256, turn: 1)
  /// For before the costly bounds.
  static let thorough = AttackEffort(steps: 100, restarts: 4, samples: 2048, turn: 2)
  /// As many restarts as the time allows: for where nothing else is left to try.
  static let last = AttackEffort(steps: 200, restarts: 100_000, samples: 16384, turn: 3)

  /// The options of the attack.
  func options(seed: UInt64) -> AttackOptions {
    var options = AttackOptions()
    (options.steps, options.restarts) = (steps, restarts)
    if let samples { options.samples = samples }
    options.seed = seed &+ turn
    return options
  }
}
