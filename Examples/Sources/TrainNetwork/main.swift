// Trains a small network so that its answers can be certified, and compares it with one that is trained for accuracy
// alone. Takes a few seconds; every file goes to a folder that is removed at the end.

import Foundation
import Surety

let digits = Datasets.digits(.test)
let radius = 1.0 / 16

/// A network of 64 units, trained on the embedded digits.
func train(radius: Double, in folder: String) throws -> Network {
  // docs/recipes.md explains every key; `surety train --list` names the recipes that come with the library.
  let recipe = try Recipe(
    yaml: """
      method: ibp
      epochs: 20
      batch: 64
      data: {name: digits}
      network: {architecture: mlp, hidden: [64]}
      epsilon: {test: \(radius), start: 2, length: 10}
      optimizer: {learning-rate: 2e-3}
      evaluation: {first: 64, certify: 0}
      """, source: "recipe of this example")
  let session = try TrainingSession(recipe, folder: folder, resumes: false)
  let status = try session.train(isStopped: { false }) { progress in
    guard progress.batch == progress.batches, progress.epoch % 5 == 0 else { return }
    print("epoch \(progress.epoch) of \(progress.epochs): loss \(progress.record.loss)")
  }
  precondition(status == .finished, "training ended with \(status)")
  // The folder now holds model.onnx, a record of the run and a page with its curves.
  return try Network(contentsOf: "\(folder)/model.onnx")
}

let folder = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
defer { try? FileManager.default.removeItem(at: folder) }

for (name, trained) in [("plain", 0.001), ("certified", radius)] {
  print("\(name) training, for radius \(trained)")
  let network = try train(radius: trained, in: folder.appendingPathComponent(name).path)
  // Both are judged at the same radius, by intervals, which cost little more than running the network.
  let judged = try Evaluation(network, on: digits, first: 200).record(epsilon: radius)
  print(
    "\(name) network: right about \(judged.cleanAccuracy) of the digits, "
      + "provably right within \(radius) about \(judged.verifiedAccuracy)")
}
