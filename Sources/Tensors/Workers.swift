import CKernels
import Foundation

/// The worker threads that kernels and bound passes share.
///
/// There is one level of parallelism: a loop that starts inside another one runs on the calling thread.
public enum Workers {
  /// Asked for once: on Linux each answer reads several files.
  private static let cores = ProcessInfo.processInfo.activeProcessorCount

  /// The largest number of threads a loop uses; the number of processor cores unless set.
  public static var limit: Int {
    get {
      let set = Int(surety_thread_limit())
      return set > 0 ? set : cores
    }
    set { surety_set_thread_limit(Int32(clamping: max(1, newValue))) }
  }

  /// The number of threads a loop started here would use.
  public static var available: Int { surety_inside_parallel() != 0 ? 1 : limit }

  /// Runs `body` once for each index, on all workers.
  public static func forEach(_ count: Int, _ body: @Sendable (Int) -> Void) {
    guard count > 1, available > 1 else {
      for index in 0..<count { body(index) }
      return
    }
    // Two loops that start at the same time do not share the threads; the second one takes the system's.
    if runOnPool(count, body) { return }
    DispatchQueue.concurrentPerform(iterations: count) { index in
      surety_set_inside_parallel(1)
      defer { surety_set_inside_parallel(0) }
      body(index)
    }
  }

  /// Runs `body` on the threads that are kept for loops; false where another loop has them.
  private static func runOnPool(_ count: Int, _ body: @Sendable (Int) -> Void) -> Bool {
    withoutActuallyEscaping(body) { body in
      var body = body
      return withUnsafeMutablePointer(to: &body) { pointer in
        surety_parallel(
          count, Int32(available),
          { context, index in
            guard let body = context?.assumingMemoryBound(to: (@Sendable (Int) -> Void).self) else {
              return
            }
            surety_set_inside_parallel(1)
            defer { surety_set_inside_parallel(0) }
            body.pointee(index)
          }, pointer) != 0
      }
    }
  }

  /// Runs `body` on consecutive ranges that together cover `0..<count`, at least `grain` long each.
  public static func forEachRange(
    of count: Int, grain: Int, _ body: @Sendable (Range<Int>) -> Void
  ) {
    let parts = min(available, count / max(1, grain))
    guard parts > 1 else {
      if count > 0 { body(0..<count) }
      return
    }
    forEach(parts) { part in body(count * part / parts..<count * (part + 1) / parts) }
  }
}
