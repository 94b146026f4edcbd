import Foundation
import Synchronization

/// Runs long work on a thread of its own, and calls it off when the task that waits for it is cancelled.
///
/// The threads that tasks share must not be held for minutes, and the work uses all cores by itself.
///
/// - Parameter work: Gets the question whether it is called off, which it should ask often.
/// - Throws: What the work throws, and `CancellationError` where the task was cancelled, whatever the work returned.
func withCancellation<Result: Sendable>(
  _ work: @escaping @Sendable (_ isCancelled: @escaping @Sendable () -> Bool) throws -> Result
) async throws -> Result {
  try Task.checkCancellation()
  let flag = CancellationFlag()
  let result: Result = try await withTaskCancellationHandler {
    try await withCheckedThrowingContinuation { continuation in
      let thread = Thread {
        continuation.resume(with: Swift.Result { try work { flag.isRaised } })
      }
      // As large as a main thread's: the work was written for one.
      thread.stackSize = 8 << 20
      thread.start()
    }
  } onCancel: {
    flag.raise()
  }
  try Task.checkCancellation()
  return result
}

/// A request to stop, made by one thread and seen by others.
private final class CancellationFlag: Sendable {
  private let value = Atomic(false)

  var isRaised: Bool { value.load(ordering: .relaxed) }

  func raise() { value.store(true, ordering: .relaxed) }
}
