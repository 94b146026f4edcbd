import Digests
import Files
import Foundation
import Records
import Synchronization
import Training

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

  /// Whether a run came to its end and its model is there as it was written.
  ///
  /// - Throws: `InputError` when it did, by another recipe.
  static func isFinished(
    _ run: TrainingRun?, in folder: String, recipe: String
  ) throws(InputError) -> Bool {
    let model = "\(folder)/model.onnx"
    guard let run, run.status == .finished, FileManager.default.fileExists(atPath: model),
      try sha256(ofFile: model) == run.modelDigest
    else { return false }
    guard run.recipe == recipe else {
      throw TrainingState.refusal("\(folder)/run.json", of: run.recipe, for: recipe)
    }
    return true
  }

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
    guard run.teacher?.digest == before.teacher?.digest else {
      throw InputError(
        "\(folder)/run.json", "learnt from another teacher than distillation.teacher is now")
    }
  }
}

extension TrainingSession {
  /// Removes the files of earlier runs from a folder; whatever else it holds stays.
  static func clear(_ folder: String) {
    let store = CheckpointStore(folder: folder)
    let names = ["model.onnx", "metrics.jsonl", "run.json", "report.html", "tokenizer.json"].map {
      "\(folder)/\($0)"
    }
    for file in names + [store.path, store.previousPath] {
      try? FileManager.default.removeItem(atPath: file)
    }
  }
}
