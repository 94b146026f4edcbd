import Foundation
import Surety
import Synchronization

/// A process of this program that verifies one property, and ends with this one.
final class VerifyingChild: Sendable {
  /// What a process left.
  struct Outcome {
    var output: Data
    var complaint: String
    var code: Int32
    /// The signal that ended it, if one did.
    var signal: Int32?
    /// Whether it was ended because it did not keep its limit.
    var wasOverdue: Bool
  }

  /// The seconds after its limit at which a process is ended.
  private static let grace = 10.0
  /// The process that runs, 0 where none does.
  private let current = Mutex<pid_t>(0)
  private let isOver = Atomic(false)

  /// Runs `surety verify` to its end.
  ///
  /// - Parameters:
  ///   - arguments: What follows `verify`; `--quiet` and `--json` are added.
  ///   - limit: Its time limit in seconds.
  func run(_ arguments: [String], within limit: Double) throws -> Outcome {
    let (output, errors) = (Pipe(), Pipe())
    let process = Process()
    process.executableURL = Bundle.main.executableURL
    process.arguments =
      ["verify"] + arguments
      + ["--quiet", "--json", "--parent", "\(ProcessInfo.processInfo.processIdentifier)"]
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    let begin = Date()
    // With the lock, so that a signal finds every process that was started.
    try current.withLock { current in
      guard !isOver.load(ordering: .sequentiallyConsistent) else { throw CancellationError() }
      try process.run()
      current = process.processIdentifier
    }
    endOverdue(process.processIdentifier, at: begin.addingTimeInterval(limit + Self.grace))
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let complaint = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    current.withLock { $0 = 0 }
    let wasSignalled = process.terminationReason == .uncaughtSignal
    return Outcome(
      output: text, complaint: complaint, code: process.terminationStatus,
      signal: wasSignalled ? process.terminationStatus : nil,
      wasOverdue: wasSignalled && Date().timeIntervalSince(begin) >= limit + Self.grace)
  }

  /// Ends a process that does not keep its limit.
  private func endOverdue(_ process: pid_t, at end: Date) {
    Thread.detachNewThread { [self] in
      while end > Date() {
        Thread.sleep(until: min(end, Date(timeIntervalSinceNow: 1)))
        guard current.withLock({ $0 == process }) else { return }
      }
      send(SIGKILL, onlyTo: process)
    }
  }

  /// Asks the process to end, and ends it soon after; none is started any more.
  func end() {
    isOver.store(true, ordering: .sequentiallyConsistent)
    send(SIGTERM)
    Thread.detachNewThread { [self] in
      Thread.sleep(forTimeInterval: 0.7)
      send(SIGKILL)
    }
  }

  /// Ends the process at once.
  func kill() { send(SIGKILL) }

  private func send(_ signal: Int32, onlyTo chosen: pid_t? = nil) {
    current.withLock { process in
      guard process > 0, chosen == nil || chosen == process else { return }
      _ = Foundation.kill(process, signal)
    }
  }
}
