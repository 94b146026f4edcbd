import Foundation

/// What waits to be sent and what has arrived, between the thread that calls MPI and the others.
final class Mailbox: @unchecked Sendable {
  private let condition = NSCondition()
  // Everything below is guarded by `condition`.
  private var outgoing: [(to: Int, message: Data)] = []
  private var arrived: [Int: [Data]] = [:]
  private var heard: [Int: SuspendingClock.Instant] = [:]
  private var lost: Set<Int> = []
  private var ranks: (rank: Int, count: Int)?
  private var problem: Int?
  private var isClosing = false
  private var endsAll = false
  private var hasEnded = false
  /// The messages that were put and have not left yet.
  private var waiting = 0
  /// Since when a thread has been waiting for a message; nil where none is.
  private var awaited: SuspendingClock.Instant?

  // For the threads that work.

  /// Waits until the processes have found each other.
  ///
  /// - Returns: The rank and how many there are, or nil with the number of what went wrong.
  func start() -> (ranks: (rank: Int, count: Int)?, problem: Int) {
    condition.lock()
    defer { condition.unlock() }
    while ranks == nil && problem == nil { condition.wait() }
    return (ranks, problem ?? 0)
  }

  func put(_ message: Data, to rank: Int) {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosing, !lost.contains(rank) else { return }
    outgoing.append((rank, message))
    waiting += 1
    condition.broadcast()
  }

  /// Waits until what was put has left.
  ///
  /// - Parameter limit: The seconds to wait at most.
  func flush(within limit: Double) {
    condition.lock()
    defer { condition.unlock() }
    let end = Date(timeIntervalSinceNow: limit)
    while waiting > 0, !hasEnded, condition.wait(until: end) {}
  }

  /// Waits for a message.
  ///
  /// - Parameter patience: The seconds of silence after which the other one has stopped, for good.
  func take(from rank: Int, patience: Double, unless isCancelled: () -> Bool) -> Data? {
    condition.lock()
    awaited = .now
    condition.broadcast()
    defer {
      awaited = nil
      condition.unlock()
    }
    while true {
      if let first = arrived[rank]?.first {
        arrived[rank]?.removeFirst()
        return first
      }
      listen(for: rank, patience)
      guard !lost.contains(rank), !hasEnded, !isCancelled() else { return nil }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
    }
  }

  /// Counts a process as stopped, for good, after so many seconds of silence; with the lock held.
  private func listen(for rank: Int, _ patience: Double) {
    let silence = (heard[rank].map { SuspendingClock.now - $0 } ?? .zero) / .seconds(1)
    if silence > patience { lost.insert(rank) }
  }

  /// Lets the other thread end, and waits for it.
  ///
  /// - Parameters:
  ///   - limit: The seconds after which it is left alone.
  ///   - endsAll: Whether all processes are to end where one has stopped.
  func close(within limit: Double, endingAll endsAll: Bool) {
    condition.lock()
    defer { condition.unlock() }
    (isClosing, self.endsAll) = (true, endsAll)
    condition.broadcast()
    let end = Date(timeIntervalSinceNow: limit)
    while !hasEnded, condition.wait(until: end) {}
  }

  // For the thread that calls MPI.

  func begin(rank: Int, count: Int) {
    condition.lock()
    defer { condition.unlock() }
    ranks = (rank, count)
    for other in 0..<count { heard[other] = .now }
    condition.broadcast()
  }

  func fail(_ number: Int) {
    condition.lock()
    defer { condition.unlock() }
    (problem, hasEnded) = (number, true)
    condition.broadcast()
  }

  func hear(from rank: Int, _ message: Data?) {
    condition.lock()
    defer { condition.unlock() }
    heard[rank] = .now
    guard let message else { return }
    arrived[rank, default: []].append(message)
    condition.broadcast()
  }

  /// What is to be sent now, waiting a moment where nothing is.
  ///
  /// - Parameter pause: The seconds to wait; 0 for not at all.
  func collect(waiting pause: Double) -> (messages: [(to: Int, message: Data)], isClosing: Bool) {
    condition.lock()
    defer { condition.unlock() }
    if outgoing.isEmpty, !isClosing, pause > 0 {
      _ = condition.wait(until: Date(timeIntervalSinceNow: pause))
    }
    defer { outgoing = [] }
    return (outgoing, isClosing)
  }

  /// Whether a thread has begun to wait for a message no longer ago than so many seconds.
  func isAwaited(within limit: Double) -> Bool {
    condition.lock()
    defer { condition.unlock() }
    return awaited.map { SuspendingClock.now - $0 < .seconds(limit) } ?? false
  }

  /// Says how many messages are under way.
  ///
  /// - Parameter ranks: Where they go; those to a rank that has stopped stay under way for good and do not count.
  /// - Returns: How many count.
  @discardableResult
  func note(sending ranks: [Int]) -> Int {
    condition.lock()
    defer { condition.unlock() }
    let count = ranks.count { !lost.contains($0) }
    waiting = count + outgoing.count
    if waiting == 0 { condition.broadcast() }
    return count
  }

  /// Whether a process has stopped, and whether all are to end for that.
  ///
  /// - Parameters:
  ///   - ranks: Those that give signs of life to this one.
  ///   - patience: The seconds of silence after which one has stopped.
  func loss(
    among ranks: [Int], patience: Double
  ) -> (isKnown: Bool, endsAll: Bool) {
    condition.lock()
    defer { condition.unlock() }
    // Nobody may have waited for one that stopped late.
    for rank in ranks { listen(for: rank, patience) }
    return (!lost.isEmpty, !lost.isEmpty && endsAll)
  }

  func finish() {
    condition.lock()
    defer { condition.unlock() }
    hasEnded = true
    condition.broadcast()
  }
}
