import Dispatch
import Foundation
import Surety
import Synchronization

/// Ends the program soon after its time limit, whatever it is doing.
///
/// The methods stop by themselves at the limit where they can; a single step on a large network may take
/// longer, and the answer is `timeout` then as well.
struct Watchdog {
  private let isAnswered = Claimed()

  private final class Claimed: Sendable {
    let flag = Atomic<Bool>(false)
  }

  /// Starts to watch.
  ///
  /// - Parameter answer: Says that the time is up; the program ends after it.
  init(limit: Duration?, answer: @escaping @Sendable () -> Void) {
    guard let limit else { return }
    // Half a second for a step to notice the limit by itself, which tells more.
    DispatchQueue(label: "watchdog").asyncAfter(deadline: .now() + limit.seconds + 0.5) {
      [isAnswered] in
      guard !isAnswered.flag.exchange(true, ordering: .acquiringAndReleasing) else { return }
      answer()
      fflush(nil)
      // Other threads still work; exit handlers would pull their memory away.
      _exit(Exit.answered.rawValue)
    }
  }

  /// Claims the right to answer; waits for the end of the program when the time was up first.
  func stop() {
    guard isAnswered.flag.exchange(true, ordering: .acquiringAndReleasing) else { return }
    while true { sleep(1) }
  }
}
