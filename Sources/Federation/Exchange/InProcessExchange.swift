import Foundation

/// Messages between threads of one process, by queues.
public final class InProcessExchange: Exchange {
  public let rank: Int
  private let office: Office

  private init(rank: Int, office: Office) { (self.rank, self.office) = (rank, office) }

  /// Creates all the ends of an exchange, in the order of their ranks.
  public static func group(of count: Int) -> [InProcessExchange] {
    let office = Office(count: count)
    return (0..<count).map { InProcessExchange(rank: $0, office: office) }
  }

  public var count: Int { office.count }

  public func send(_ message: Data, to rank: Int) { office.put(message, from: self.rank, to: rank) }

  public func receive(from rank: Int, unless isCancelled: () -> Bool) -> Data? {
    office.take(from: rank, to: self.rank, unless: isCancelled)
  }

  /// Leaves; the others learn of it when they wait.
  public func end() { office.close(rank) }
}

/// The queues, from every rank to every other.
private final class Office: @unchecked Sendable {
  let count: Int
  private let condition = NSCondition()
  // Guarded by `condition`.
  private var queues: [[[Data]]]
  private var hasLeft: [Bool]

  init(count: Int) {
    self.count = count
    queues = Array(repeating: Array(repeating: [], count: count), count: count)
    hasLeft = Array(repeating: false, count: count)
  }

  func put(_ message: Data, from: Int, to: Int) {
    condition.lock()
    defer { condition.unlock() }
    guard !hasLeft[from], !hasLeft[to] else { return }
    queues[from][to].append(message)
    condition.broadcast()
  }

  func take(from: Int, to: Int, unless isCancelled: () -> Bool) -> Data? {
    condition.lock()
    defer { condition.unlock() }
    while queues[from][to].isEmpty {
      guard !hasLeft[from], !hasLeft[to], !isCancelled() else { return nil }
      _ = condition.wait(until: Date(timeIntervalSinceNow: 0.1))
    }
    return queues[from][to].removeFirst()
  }

  func close(_ rank: Int) {
    condition.lock()
    defer { condition.unlock() }
    hasLeft[rank] = true
    condition.broadcast()
  }
}
