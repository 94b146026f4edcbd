import Foundation

/// Processes, or parts of one, that send each other messages; one of them leads.
///
/// Rank 0 leads and talks to every other; the others talk to it alone. What carries the messages is a conformance's affair: queues within
/// one process (`InProcessExchange`), or MPI (`MPIExchange` of `MessagePassing`).
public protocol Exchange: AnyObject, Sendable {
  /// This process, from 0.
  var rank: Int { get }
  /// How many there are.
  var count: Int { get }
  /// Hands a message over and returns at once. Messages to one rank arrive in their order; those to a rank that has stopped are lost.
  func send(_ message: Data, to rank: Int)
  /// Waits a moment for what was sent to leave, where sending and working share a processor.
  func flush()
  /// The next message from a rank, waiting for it.
  ///
  /// - Parameter isCancelled: Asked now and then while waiting.
  /// - Returns: nil where the other one has stopped before it sent any, or the waiting was cancelled.
  func receive(from rank: Int, unless isCancelled: () -> Bool) -> Data?
  /// Leaves: what was sent is delivered, and no call may follow.
  func end()
}

extension Exchange {
  /// Does nothing where messages leave at once.
  public func flush() {}
  /// Hands a message over.
  public func send(_ message: Message, to rank: Int) { send(message.data, to: rank) }

  /// The next message from a rank, read.
  ///
  /// - Returns: nil where the other one has stopped, the waiting was cancelled, or what came is no message.
  public func message(from rank: Int, unless isCancelled: () -> Bool = { false }) -> Message? {
    receive(from: rank, unless: isCancelled).flatMap(Message.init)
  }

  /// Tells everyone that there is no more to do.
  public func announceEnd() {
    for other in 0..<count where other != rank { send(Message(.end), to: other) }
  }

  /// Tells everyone that there is no more to do, and leaves.
  public func dismiss() {
    announceEnd()
    end()
  }
}
