import ArgumentParser
import Foundation
import Surety

/// Times one step of training, over random images.
struct TrainingBenchmark: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "training",
    abstract:
      "Times a step of training CNN-7 with batch normalisation: bounds, loss, gradients, Adam.")

  @Argument(help: "WIDTH:LINEAR:BATCH, such as 8:64:128.")
  var cases = ["8:64:128"]
  @Option(help: "clean, ibp or crown-ibp, separated by commas.")
  var methods = "clean,ibp,crown-ibp"
  @Option(help: "Worker threads.")
  var threads = 2
  @Option(help: "Timed steps after two that are not counted.")
  var repeats = 10

  struct Row: Encodable {
    var network: String
    var batch: Int
    var method: String
    var median_ms: Double
    var min_ms: Double
    var repeats: Int
    var images_per_second: Double
    var loss: Double
  }

  func run() throws {
    Workers.limit = threads
    for text in cases {
      let sizes = text.split(separator: ":").compactMap { Int($0) }
      guard sizes.count == 3 else {
        throw ValidationError("\(text): expected WIDTH:LINEAR:BATCH")
      }
      for method in methods.split(separator: ",") {
        try time(sizes[0], sizes[1], sizes[2], String(method))
      }
    }
  }

  private func time(_ width: Int, _ linear: Int, _ batch: Int, _ method: String) throws {
    let recipe = try Recipe(
      yaml: """
        method: \(method)
        epochs: 100
        batch: \(batch)
        data: {name: "cifar10"}
        network: {architecture: cnn-7, width: \(width), linear: \(linear)}
        epsilon: {test: 2/255\(method == "clean" ? "" : ", ramp: constant")}
        \(method == "crown-ibp" ? "loss: {fused: false, crown-weight: 1}" : "")
        """, source: "benchmark")
    let network = try Architectures.named("cnn-7", recipe.network.sizes)
      .network(for: ImageTask(shape: [3, 32, 32], classes: 10))
      .initialized(recipe.network.initialization, seed: 0)
    var random = SplitMix64(seed: 1)
    let pixels = (0..<batch * 3072).map { _ in random.unit() }
    let labels = (0..<batch).map { _ in random.integer(below: 10) }
    let trainer = try Trainer(
      recipe, network,
      on: ImageSet(
        named: "random", shape: [3, 32, 32], classes: (0..<10).map(String.init), values: pixels,
        labels: labels))
    var state = trainer.initialState
    let data = trainer.batches.batch(at: .start)
    var times: [Double] = []
    for repetition in 0..<repeats + 2 {
      let elapsed = try ContinuousClock().measure { try trainer.train(data, &state) }
      if repetition >= 2 { times.append(elapsed / .milliseconds(1)) }
    }
    times.sort()
    let median = times[times.count / 2]
    let row = Row(
      network: "cnn7 width \(width) linear \(linear)", batch: batch, method: method,
      median_ms: median, min_ms: times[0], repeats: repeats,
      images_per_second: 1e3 * Double(batch) / median,
      loss: state.totals.loss / Double(max(1, state.totals.images)))
    print(String(decoding: try JSONEncoder().encode(row), as: UTF8.self))
  }
}
