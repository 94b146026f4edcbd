import Foundation

/// Batches in order, made ahead of their use on a thread of their own.
///
/// It reads ahead across the ends of epochs too. A reader that is let go of, at whatever point, ends its
/// thread; `stop` also waits for the end.
public final class BatchReader: Sequence, IteratorProtocol, Sendable {
  private let queue: BatchQueue

  init(_ batches: TrainingBatches, from start: BatchPosition, upTo end: Int, ahead: Int) {
    let queue = BatchQueue(limit: Swift.max(1, ahead))
    self.queue = queue
    // The thread holds the queue and not the reader, which can so be let go of.
    let thread = Thread {
      queue.fill(with: batches, from: start, upTo: end)
    }
    thread.name = "surety batches"
    thread.stackSize = 1 << 20
    thread.start()
  }

  deinit { queue.close() }

  /// The next batch, waiting until it is made; nil after the last one and after `stop`.
  public func next() -> Batch? { queue.take() }

  /// How many batches are ready, for tests.
  var readyCount: Int { queue.count }

  /// Ends the reading and waits until the thread has let go of the images.
  public func stop() {
    queue.close()
    queue.waitForEnd()
  }
}

/// Finished batches on their way from one thread to another.
private final class BatchQueue: @unchecked Sendable {
  // Everything below is guarded by `condition`.
  private var waiting: [Batch] = []
  private var isClosed = false
  private var hasEnded = false
  private let condition = NSCondition()
  private let limit: Int

  init(limit: Int) { self.limit = limit }

  /// Makes the batches, pausing while enough of them wait.
  func fill(with batches: TrainingBatches, from start: BatchPosition, upTo end: Int) {
    defer { finish() }
    var position = start
    while position.epoch < end {
      let order = batches.order(ofEpoch: position.epoch)
      while position.batch < batches.batchesPerEpoch {
        guard waitForRoom() else { return }
        put(batches.batch(at: position, order: order))
        position.batch += 1
      }
      position = BatchPosition(epoch: position.epoch + 1, batch: 0)
    }
  }

  var count: Int {
    condition.lock()
    defer { condition.unlock() }
    return waiting.count
  }

  func take() -> Batch? {
    condition.lock()
    defer { condition.unlock() }
    while waiting.isEmpty && !isClosed && !hasEnded { condition.wait() }
    guard !isClosed, !waiting.isEmpty else { return nil }
    condition.broadcast()
    return waiting.removeFirst()
  }

  func close() {
    condition.lock()
    defer { condition.unlock() }
    isClosed = true
    waiting = []
    condition.broadcast()
  }

  func waitForEnd() {
    condition.lock()
    defer { condition.unlock() }
    while !hasEnded { condition.wait() }
  }

  /// Waits until a batch is wanted; false when none is any more.
  private func waitForRoom() -> Bool {
    condition.lock()
    defer { condition.unlock() }
    while waiting.count >= limit && !isClosed { condition.wait() }
    return !isClosed
  }

  private func put(_ batch: Batch) {
    condition.lock()
    defer { condition.unlock() }
    guard !isClosed else { return }
    waiting.append(batch)
    condition.broadcast()
  }

  private func finish() {
    condition.lock()
    defer { condition.unlock() }
    hasEnded = true
    condition.broadcast()
  }
}
