import Foundation
import Surety
import Synchronization
import TestSupport
import Testing

@Suite("A task can wait for a verdict, and call it off")
struct AsyncTests {
  private let network: Network
  private let digits = Datasets.digits(.test)

  init() throws { network = try EmbeddedNetwork.digits() }

  private func region(_ index: Int, _ radius: Double) throws -> Region {
    try Region.ball(
      around: digits.image(index).map(Double.init), radius: radius, norm: .infinity,
      clippedTo: 0...1)
  }

  /// Whether any output can exceed the label's within a radius that only bounds of the costly kind decide.
  private func question() throws -> Property {
    try Property.robustness(label: digits.label(0), classes: 10, region: region(0, 0.08))
  }

  @Test("The verdict is that of the call that blocks")
  func sameVerdict() async throws {
    let proof = try await network.verify(
      .label(digits.label(0)), over: region(0, 0.01), within: .seconds(30))
    #expect(proof == .proved)
    let verdict = try await network.verify(.label((digits.label(0) + 1) % 10), over: region(0, 0))
    guard case .refuted(let witness) = verdict else {
      Issue.record("\(verdict)")
      return
    }
    #expect(try network(witness.input) == network.outputs(for: [witness.input])[0])
  }

  @Test("What does not fit is an error as it is without a task")
  func errors() async throws {
    let region = try Region(lower: [0], upper: [1])
    await #expect(throws: InputError.self) { try await network.verify(.label(0), over: region) }
  }

  @Test("A task that is cancelled in the first step takes no other")
  func cancellation() async throws {
    let question = try question()
    var options = VerifierOptions()
    options.completeMethod = .branchAndBound
    let verifier = Verifier(network, options: options)
    let steps = Mutex(0)
    let isCancelled = DispatchSemaphore(value: 0)
    let hasBegun = AsyncStream<Void>.makeStream()
    let task = Task {
      try await verifier.verify(question) { _ in
        steps.withLock { $0 += 1 }
        hasBegun.continuation.yield()
        // The first step begins when the task was cancelled, not before.
        isCancelled.wait()
        isCancelled.signal()
      }
    }
    for await _ in hasBegun.stream { break }
    task.cancel()
    isCancelled.signal()
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(steps.withLock { $0 } == 1)

    let all = Mutex(0)
    _ = try verifier.blockingVerify(question) { _ in all.withLock { $0 += 1 } }
    #expect(all.withLock { $0 } > 1, "the question is too easy to tell whether work was called off")
  }

  @Test("A task that was cancelled before does no work")
  func cancelledBefore() async throws {
    let question = try question()
    let verifier = Verifier(network)
    let steps = Mutex(0)
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try await verifier.verify(question) { _ in steps.withLock { $0 += 1 } }
    }
    await #expect(throws: CancellationError.self) { try await task.value }
    #expect(steps.withLock { $0 } == 0)
  }
}

extension Verifier {
  /// The function that blocks, which a function that is `async` does not find by its name.
  fileprivate func blockingVerify(
    _ property: Property, progress: @escaping (String) -> Void
  ) throws -> Verification {
    try verify(property, progress: progress)
  }
}
