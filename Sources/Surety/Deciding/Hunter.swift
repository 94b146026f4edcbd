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
  private let isCancelled: @Sendable () -> Bool
  private let turns = Mutex(UInt64(0))

  /// Creates a hunter.
  ///
  /// - Parameters:
  ///   - attack: Where searches go, and points are confirmed; nothing is found without.
  ///   - hunts: Whether it searches by itself.
  ///   - limits: The deadline of the search, and whether it is called off.
  init(attack: Attack?, property: Property, hunts: Bool, seed: UInt64, limits: SearchOptions) {
    self.attack = attack
    self.property = property
    self.hunts = hunts
    self.seed = seed
    deadline = limits.deadline
    isCancelled = limits.isCancelled
  }

  func witness(at point: [Float]) -> Witness? { attack?.witness(at: point, of: property) }

  func hunt(seconds: Double) -> Witness? {
    guard hunts, var attack else { return nil }
    attack.options = AttackEffort.last.options(seed: 0)
    let left = deadline?.timeIntervalSinceNow ?? .infinity
    attack.options.deadline = Date(timeIntervalSinceNow: min(seconds, 0.3 * left))
    attack.options.isCancelled = isCancelled
    // No turn repeats another.
    attack.options.seed = turns.withLock { turn in
      turn += 1
      return seed &+ 1000 &+ turn
    }
    return attack.counterexample(to: property)
  }
}
