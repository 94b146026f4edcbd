import Foundation
import Training

extension TrainingSession {
  /// Removes the files of earlier runs from a folder; whatever else it holds stays.
  static func clear(_ folder: String) {
    let store = CheckpointStore(folder: folder)
    let names = ["model.onnx", "metrics.jsonl", "run.json", "report.html"].map { "\(folder)/\($0)" }
    for file in names + [store.path, store.previousPath] {
      try? FileManager.default.removeItem(atPath: file)
    }
  }
}
