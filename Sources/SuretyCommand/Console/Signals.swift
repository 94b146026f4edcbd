import Foundation
import Surety
import Synchronization

/// The signals that ask the program to end: Ctrl-C (SIGINT), SIGTERM, and SIGHUP when its terminal is gone.
///
/// A thread of its own waits for them, so that they are noticed whatever else is busy. The first one asks whoever is
/// listening to stop; what has not ended soon after is ended, and so is everything at the second one.
enum Signals {
  /// What a command does about the first signal.
  struct Listener: Sendable {
    /// Called at the signal, from another thread; returns the seconds to wait for the end of the program.
    var request: @Sendable () -> Double
    /// Asked when the time is over: whether the program is ended now, or has just begun to end by itself.
    var isToBeEnded: @Sendable () -> Bool
    /// Called when it is ended, after the gate of files was closed.
    var leave: @Sendable () -> Void
  }

  private static let listener = Mutex<Listener?>(nil)
  /// The end of a pipe into which the handler writes; a handler may do little else.
  nonisolated(unsafe) private static var wake: Int32 = -1

  /// Begins to wait for signals; before a command listens, the first one ends the program.
  static func start() {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { return }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    wake = ends[1]
    for number in [SIGINT, SIGTERM, SIGHUP] {
      var before = sigaction()
      // A program that was started to outlive its terminal (nohup) goes on to.
      if number == SIGHUP, sigaction(number, nil, &before) == 0, isIgnored(before) { continue }
      var action = sigaction()
      set(&action) { _ in
        var byte: UInt8 = 0
        _ = write(Signals.wake, &byte, 1)
      }
      action.sa_flags = SA_RESTART
      sigaction(number, &action, nil)
    }
    unblock()
    let source = ends[0]
    Thread.detachNewThread { wait(on: source) }
  }

  /// Takes over what happens at the first signal.
  static func listen(_ given: Listener) { listener.withLock { $0 = given } }

  /// Ends the program when the process that started it is gone, however that ended.
  static func endWithParent(_ parent: pid_t) {
    Thread.detachNewThread {
      while getppid() == parent { Thread.sleep(forTimeInterval: 0.2) }
      end(.interrupted, within: 0.3)
    }
  }

  /// Ends the program at once, with every file whole.
  static func end(_ code: Exit, within seconds: Double, _ leave: () -> Void = {}) -> Never {
    WritingGate.shared.close(within: seconds)
    leave()
    fflush(nil)
    // Other threads still work; exit handlers would pull their memory away.
    _exit(code.rawValue)
  }

  private static func wait(on source: Int32) {
    var count = 0
    var byte: UInt8 = 0
    while true {
      let found = read(source, &byte, 1)
      guard found == 1 else {
        if found < 0 && errno == EINTR { continue }
        return
      }
      count += 1
      guard count == 1, let listener = listener.withLock({ $0 }) else {
        end(.interrupted, within: 0.3)
      }
      let patience = listener.request()
      Thread.detachNewThread {
        Thread.sleep(forTimeInterval: patience)
        if listener.isToBeEnded() { end(.interrupted, within: 1, listener.leave) }
        // Its last files take no time but on a disk that hangs.
        Thread.sleep(forTimeInterval: 3)
        end(.interrupted, within: 0.3)
      }
    }
  }

  /// Lets the signals through where the program that started this one holds them back: threads of dispatch queues do, and
  /// a process inherits that.
  private static func unblock() {
    var signals = sigset_t()
    sigemptyset(&signals)
    for number in [SIGINT, SIGTERM, SIGHUP] { sigaddset(&signals, number) }
    pthread_sigmask(SIG_UNBLOCK, &signals, nil)
  }

  private static func isIgnored(_ action: sigaction) -> Bool {
    #if canImport(Darwin)
      let handler = action.__sigaction_u.__sa_handler
    #else
      let handler = action.__sigaction_handler.sa_handler
    #endif
    return unsafeBitCast(handler, to: Int.self) == unsafeBitCast(SIG_IGN, to: Int.self)
  }

  private static func set(
    _ action: inout sigaction, _ handler: @escaping @convention(c) (Int32) -> Void
  ) {
    #if canImport(Darwin)
      action.__sigaction_u.__sa_handler = handler
    #else
      action.__sigaction_handler.sa_handler = handler
    #endif
  }
}
