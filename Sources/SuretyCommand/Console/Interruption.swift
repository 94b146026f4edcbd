import Dispatch
import Foundation
import Synchronization

/// Ctrl-C as a request to stop at the next good place; a second one stops at once.
struct Interruption {
  private let flag = Flag()
  private let source: any DispatchSourceSignal

  private final class Flag: Sendable {
    let isSet = Atomic<Bool>(false)
  }

  /// - Parameter step: What the program finishes before it stops.
  init(finishing step: String = "this batch") {
    signal(SIGINT, SIG_IGN)
    source = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
    source.setEventHandler { [flag] in
      if flag.isSet.exchange(true, ordering: .relaxed) { exit(Exit.interrupted.rawValue) }
      Console.error("surety: stopping after \(step); press Ctrl-C again to stop at once")
    }
    source.resume()
  }

  /// Whether Ctrl-C was pressed.
  var wasRequested: Bool { flag.isSet.load(ordering: .relaxed) }

  /// The same question, to be asked from any thread.
  var check: @Sendable () -> Bool { { [flag] in flag.isSet.load(ordering: .relaxed) } }
}
