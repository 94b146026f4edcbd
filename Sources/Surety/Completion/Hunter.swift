import Attacks
import Foundation
import Properties
import Search
import Synchronization

/// Looks for counterexamples between the batches of a search.
final class Hunter: CounterexampleHunter {
  private let attack: Attack?
  private let property: Property
  private let hunts: Bool
  private let seed: UInt64
  private let deadline: Date?
  private let turns = Mutex(UInt64(0))

  /// Creates a hunter.
  ///
  /// - Parameters:
  ///   - attack: Where searches go, and points are confirmed; nothing is found without.
  ///   - hunts: Whether it searches by itself.
  init(attack: Attack?, property: Property, hunts: Bool, seed: UInt64, deadline: Date?) {
    self.attack = attack
    self.property = property
    self.hunts = hunts
    self.seed = seed
    self.deadline = deadline
  }

  func witness(at point: [Float]) -> Witness? { attack?.witness(at: point, of: property) }

  func hunt(seconds: Double) -> Witness? {
    guard hunts, var attack else { return nil }
    attack.options = AttackEffort.last.options(secondsLeft: .infinity)
    let left = deadline?.timeIntervalSinceNow ?? .infinity
    attack.options.deadline = Date(timeIntervalSinceNow: min(seconds, 0.3 * left))
    // No turn repeats another.
    attack.options.seed = turns.withLock { turn in
      turn += 1
      return seed &+ 1000 &+ turn
    }
    return attack.counterexample(to: property)
  }
}
