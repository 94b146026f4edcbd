import Certificates
import Files
import Foundation
import Synchronization

/// The record of a run where other threads can reach it.
final class KnownRun: Sendable {
  private let record: Mutex<TrainingRun>
  private let folder: String

  init(_ run: TrainingRun, _ folder: String) {
    record = Mutex(run)
    self.folder = folder
  }

  var run: TrainingRun {
    get { record.withLock { $0 } }
    set { record.withLock { $0 = newValue } }
  }

  /// Notes in the folder that the run was stopped, which it does not do itself any more.
  func markStopped() {
    var run = run
    guard run.status == .running else { return }
    run.status = .stopped
    run.reason = "stopped from outside; it goes on from its last checkpoint"
    run.ended = TrainingRun.time()
    try? run.write(to: "\(folder)/run.json")
  }
}

extension TrainingSession {
  /// Notes in the folder that the run was stopped; for a thread that ends the program in the middle of a step.
  public var markingStopped: @Sendable () -> Void { { [known] in known.markStopped() } }

  /// Refuses to go on with a run whose test images or first model have changed; the checkpoint knows the rest.
  static func check(
    _ run: TrainingRun, continues before: TrainingRun, in folder: String
  ) throws(InputError) {
    guard run.images.test == before.images.test else {
      throw InputError(
        "\(folder)/run.json", "was judged by other test images than those of this run")
    }
    guard run.startDigest == before.startDigest else {
      throw InputError(
        "\(folder)/run.json", "began with another model than the recipe's file is now")
    }
  }
}
