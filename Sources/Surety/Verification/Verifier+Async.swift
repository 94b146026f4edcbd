import Bounds
import Networks
import Properties

extension Verifier {
  /// Decides a property without holding the task's thread.
  ///
  /// Verification uses all cores by itself, so several at a time are not faster than one after another.
  ///
  /// - Parameters:
  ///   - property: The property.
  ///   - progress: Called before each step, on another thread, with a line that says what begins.
  /// - Returns: The answer, as the function of the same name without `async` gives it.
  /// - Throws: `InputError` when the property has other counts of inputs or outputs than the network, and
  ///   `CancellationError` as soon as the work has stopped after the task was cancelled.
  public func verify(
    _ property: Property, progress: @escaping @Sendable (String) -> Void = { _ in }
  ) async throws -> Verification {
    try await withCancellation { [self] isCancelled in
      var verifier = self
      verifier.options.isCancelled = { [options] in isCancelled() || options.isCancelled() }
      return try verifier.verify(property, progress: progress)
    }
  }
}

extension Network {
  /// Decides a claim about every input of a region without holding the task's thread.
  ///
  ///     let verdict = try await network.verify(.label(3), over: region, within: .seconds(30))
  ///
  /// - Parameters:
  ///   - claim: What is to hold.
  ///   - region: The inputs for which it is to hold.
  ///   - time: How long to try, with branch and bound where bounds leave the claim open; nil for bounds alone,
  ///     as long as they take.
  ///   - precision: The arithmetic of the bounds.
  /// - Throws: `InputError` when the region or the label does not fit the network, and `CancellationError` as soon as
  ///   the work has stopped after the task was cancelled.
  public func verify(
    _ claim: Claim, over region: Region, within time: Duration? = nil,
    precision: Precision = .double
  ) async throws -> Verdict {
    try await withCancellation { isCancelled in
      try decide(
        claim, over: region, within: time, precision: precision, isCancelled: isCancelled)
    }
  }
}
