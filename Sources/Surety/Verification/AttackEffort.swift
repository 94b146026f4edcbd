import Attacks
import Foundation

/// How hard each search for a counterexample tries, and how much of the time that is left it may take.
enum AttackEffort {
  /// Before anything else, in no time: finds the violations that are everywhere.
  case glance
  /// Before bounds that take longer than it: finds most violations there are to find.
  case quick
  /// Before the costly bounds.
  case thorough
  /// When the bounds have not decided.
  case last

  /// What is added to the seed, so that no search repeats another.
  var seed: UInt64 {
    switch self {
    case .glance: 0
    case .quick: 1
    case .thorough: 2
    case .last: 3
    }
  }

  /// The options of the search.
  func options(secondsLeft: Double) -> AttackOptions {
    var options = AttackOptions()
    let share: Double
    let most: Double
    switch self {
    case .glance:
      (options.steps, options.restarts, options.samples) = (5, 1, 16)
      (share, most) = (0.05, 0.05)
    case .quick:
      (options.steps, options.restarts, options.samples) = (20, 1, 256)
      (share, most) = (0.1, 1)
    case .thorough:
      (options.steps, options.restarts, options.samples) = (100, 4, 2048)
      (share, most) = (0.2, 10)
    case .last:
      // As many restarts as the time allows: nothing else is left to try.
      (options.steps, options.restarts, options.samples) = (200, 100_000, 16384)
      (share, most) = (0.3, 5)
    }
    options.deadline = Date(timeIntervalSinceNow: min(most, share * secondsLeft))
    return options
  }
}
