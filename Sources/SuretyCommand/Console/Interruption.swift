import Foundation
import Surety
import Synchronization

/// The right to say the last word, which one thread gets: the one that works, or one that ends the program.
final class LastWord: Sendable {
  private let isTaken = Atomic(false)

  /// Takes the right; false where another thread has it.
  func take() -> Bool { !isTaken.exchange(true, ordering: .acquiringAndReleasing) }

  /// Takes the right, or waits for the end of the program where another thread has it.
  func takeOrWait() {
    guard !take() else { return }
    while true { sleep(1) }
  }
}

/// Ctrl-C, SIGTERM or SIGHUP as a request to stop at the next good place, which must come within a second.
///
/// What has not stopped by then is ended, after a last action that leaves the records in order. A second signal ends the
/// program at once; files are whole then too.
struct Interruption {
  private let flag = Flag()
  /// The right to say how the run ended.
  let lastWord: LastWord

  private final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
  }

  /// - Parameters:
  ///   - patience: The seconds that the program has to stop by itself.
  ///   - lastWord: The right to say how the run ended, where a time limit may say it too.
  ///   - request: Called at the first signal, from another thread.
  ///   - leave: Called where the program has not stopped in time; it must need little time.
  init(
    patience: Double = 0.6, lastWord: LastWord = LastWord(),
    request: @escaping @Sendable () -> Void = {}, leave: @escaping @Sendable () -> Void = {}
  ) {
    self.lastWord = lastWord
    let flag = flag
    Signals.listen(
      Signals.Listener(
        request: {
          flag.isSet.store(true, ordering: .sequentiallyConsistent)
          Console.error("surety: stopping within a second; press Ctrl-C again to stop at once")
          request()
          return patience
        },
        isToBeEnded: { lastWord.take() }, leave: leave))
  }

  /// Whether the program was asked to stop.
  var wasRequested: Bool { flag.isSet.load(ordering: .relaxed) }

  /// The same question, to be asked from any thread.
  var check: @Sendable () -> Bool { { [flag] in flag.isSet.load(ordering: .relaxed) } }

  /// Says that the run has stopped by itself, and is about to write what is left to be written.
  func conclude() { lastWord.takeOrWait() }
}
