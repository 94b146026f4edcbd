import Foundation

/// Keeps the end of the program and the writing of files apart.
///
/// Whoever ends the program in the middle of its work closes the gate first: what is being written is finished, and
/// nothing is begun any more. So no file is left half done, and no temporary file is left behind.
public final class WritingGate: @unchecked Sendable {
  /// The gate of this process.
  public static let shared = WritingGate()

  // Recursive, because a function that writes may be made of others.
  private let lock = NSRecursiveLock()
  /// The files that are being written piece by piece and have not their names yet. Guarded by `lock`.
  private var unfinished: Set<String> = []

  private init() {}

  /// Writes something; waits for ever where the gate was closed by another thread.
  public func pass<Result, Failure: Error>(
    _ work: () throws(Failure) -> Result
  ) throws(Failure) -> Result {
    // Whoever ends the program must not wait for a disk that hangs.
    if Thread.current.threadDictionary[Self.mark] != nil { return try work() }
    lock.lock()
    defer { lock.unlock() }
    return try work()
  }

  /// What marks the thread that ends the program.
  private static let mark = "surety.ends"

  /// Notes a file that is written piece by piece; each piece passes the gate by itself.
  func begin(_ path: String) { pass { _ = unfinished.insert(path) } }

  /// Notes that a file has its name, or was removed.
  func end(_ path: String) { pass { _ = unfinished.remove(path) } }

  /// Waits until nothing is being written, at most some seconds, lets no other thread begin, and removes what has not
  /// its name yet.
  ///
  /// Only for a thread that ends the program.
  public func close(within seconds: Double) {
    Thread.current.threadDictionary[Self.mark] = true
    guard lock.lock(before: Date(timeIntervalSinceNow: seconds)) else { return }
    for path in unfinished { unlink(path) }
  }
}
