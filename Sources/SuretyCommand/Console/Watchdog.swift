import Foundation
import Surety

/// Ends the program soon after its time limit, whatever it is doing.
///
/// The methods stop by themselves at the limit where they can; a single step on a large network may take
/// longer, and the answer is `timeout` then as well. A thread that does nothing else watches: on a machine that is busy
/// and short of memory, a queue may have to wait for a thread for minutes.
struct Watchdog {
  private let lastWord: LastWord

  /// Starts to watch.
  ///
  /// - Parameters:
  ///   - code: How the program ends.
  ///   - lastWord: The right to answer.
  ///   - answer: Says that the time is up; the program ends after it.
  init(
    limit: Duration?, code: Exit = .answered, lastWord: LastWord,
    answer: @escaping @Sendable () -> Void
  ) {
    self.lastWord = lastWord
    guard let limit else { return }
    // Half a second for a step to notice the limit by itself, which tells more.
    let end = Date(timeIntervalSinceNow: limit.seconds + 0.5)
    let thread = Thread {
      while end > Date() { Thread.sleep(until: end) }
      guard lastWord.take() else { return }
      Signals.end(code, within: 0.2, answer)
    }
    thread.qualityOfService = .userInteractive
    // The answer is made by no more than a few calls.
    thread.stackSize = 1 << 19
    thread.start()
  }

  /// Claims the right to answer; waits for the end of the program when the time was up first.
  func stop() { lastWord.takeOrWait() }
}
