import Foundation
import Surety
import TestSupport
import Testing

@Suite("Training starts from an ONNX file")
struct FineTuningTests {
  private func fineTuning(
    _ model: String, epochs: Int = 2, data: String = "name: digits", method: String = "ibp",
    epsilon: String = "test: 1/16, ramp: constant"
  ) throws -> TinyTraining {
    let tiny = try TinyTraining(epochs: epochs, network: "file: \(model)", epsilon: epsilon)
    let text = try String(contentsOfFile: tiny.recipe, encoding: .utf8)
    try text.replacing("name: digits", with: data).replacing(
      "method: ibp", with: "method: \(method)"
    ).write(toFile: tiny.recipe, atomically: true, encoding: .utf8)
    return tiny
  }

  /// A network as a file, written by the library.
  private func file(_ network: Network, in folder: TemporaryFolder) throws -> String {
    let path = "\(folder.path)/start.onnx"
    try network.write(toONNX: path)
    return path
  }

  @Test("that this program wrote, and goes on from what it had learnt")
  func ownModel() throws {
    let first = try TinyTraining(epochs: 6)
    #expect(try first.train("out").code == 0)
    let model = first.path("out/model.onnx")
    let tuned = try fineTuning(model)
    let outcome = try tuned.train("out", "--json")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let run = try outcome.object()
    #expect(run["start_sha256"] as? String == (try sha256(ofFile: model)))
    #expect(run["model_sha256"] as? String != run["start_sha256"] as? String)
    let (before, after) = (
      try TrainingHistory(folder: first.path("out")), try TrainingHistory(folder: tuned.path("out"))
    )
    // At the full radius from the start, and yet better than the first run when that began without one.
    #expect(
      try #require(after.epochs[0].cleanLoss) < #require(before.epochs[0].cleanLoss))
    let (old, new) = (
      try Network(contentsOf: model), try Network(contentsOf: tuned.path("out/model.onnx"))
    )
    #expect(new.nodes.map { $0.operation?.name } == old.nodes.map { $0.operation?.name })
    #expect(new.nodes.contains { $0.operation is BatchNormalization })
    let original = try Program.run("train", tuned.recipe, "--out", tuned.path("out"), "--resume")
    #expect(original.code == 0, "a finished run may be resumed: \(original.errors)")
  }

  @Test(
    "of another architecture", arguments: ["cnn-3", "wide-resnet-8"])
  func otherArchitecture(name: String) throws {
    let folder = try TemporaryFolder()
    let network = try Architectures.named(name, ArchitectureSettings(width: 1))
      .network(for: ImageTask(shape: [1, 8, 8], classes: 10))
      .initialized(.framework, seed: 1)
    let tuned = try fineTuning(try file(network, in: folder), epochs: 1)
    let outcome = try tuned.train("out")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let result = try Network(contentsOf: tuned.path("out/model.onnx"))
    #expect(result.trainableParameterCount == network.trainableParameterCount)
    #expect(
      result.nodes.count { $0.operation is Add } == network.nodes.count { $0.operation is Add })
  }

  @Test(
    "that another framework wrote for MNIST, and keeps what it knew",
    .needsShared("reference/models/mnist-net_256x2.onnx"), .needsShared("datasets/mnist"))
  func foreignModel() throws {
    let model = try #require(SharedFolder.path("reference/models/mnist-net_256x2.onnx"))
    let data = try #require(SharedFolder.path("datasets/mnist"))
    let tuned = try fineTuning(
      model, epochs: 1, data: "name: \"mnist:\(data)\", first: 640",
      method: "mtl-ibp\nregularizer: {weight: 0}",
      epsilon: "test: 0.01, ramp: constant")
    let outcome = try tuned.train("out", "--set", "evaluation.first=500")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let epoch = try #require(try TrainingHistory(folder: tuned.path("out")).epochs.first)
    #expect(try #require(epoch.cleanAccuracy) > 0.9, "it was trained before")
    let result = try Network(contentsOf: tuned.path("out/model.onnx"))
    #expect(result.inputShape == (try Network(contentsOf: model)).inputShape)
    #expect(try #require(epoch.test).cleanAccuracy > 0.9)
  }

  @Test("and refuses one that training does not support, naming the file and the operation")
  func unsupported() throws {
    let folder = try TemporaryFolder()
    var network = Network(input: [1, 1, 8, 8])
    func parameter(_ name: String, _ shape: Shape) -> ParameterID {
      network.addParameter(name, Tensor<Double>(repeating: 0.1, shape))
    }
    let flat = try network.add(Reshape(to: [1, 64]), [0])
    let hidden = try network.add(Linear(weight: parameter("w", [64, 8]), bias: nil), [flat])
    let wave = try network.add(Sine(), [hidden], named: "wave")
    try network.add(Linear(weight: parameter("v", [8, 10]), bias: nil), [wave])
    let model = try file(network, in: folder)
    let tuned = try fineTuning(model)
    let outcome = try tuned.train("out")
    #expect(outcome.code == 2)
    let node = try #require(try Network(contentsOf: model).nodes.first { $0.operation is Sine })
      .name
    #expect(
      outcome.errors
        == "surety: error: \(model): cannot be trained by ibp: interval bounds of operation Sin "
        + "(node \(node)) carry no gradient; train by clean or adversarial, or replace it\n")
    #expect(!FileManager.default.fileExists(atPath: tuned.path("out")))
  }

  @Test("and refuses one that is missing, is no model, or classifies other images")
  func wrongFile() throws {
    let folder = try TemporaryFolder()
    let garbage = try folder.file("garbage.onnx", "no model")
    let network = try Architectures.named("mlp", ArchitectureSettings(hidden: [4]))
      .network(for: ImageTask(shape: [1, 8, 8], classes: 7))
    let other = try file(network, in: folder)
    for (model, message) in [
      ("\(folder.path)/none.onnx", "no such file"), (garbage, ""),
      (
        other, "takes 1x1x8x8 and gives 7 classes; images of digits are 1x8x8 of 10 classes"
      ),
    ] {
      let outcome = try fineTuning(model).train("out")
      #expect(outcome.code == 2)
      #expect(outcome.errors.hasPrefix("surety: error: \(model): \(message)"), "\(outcome.errors)")
      #expect(outcome.errors.split(separator: "\n").count == 1)
    }
  }

  @Test("and refuses one that takes channels last, which would learn from scrambled images")
  func channelsLast() throws {
    let folder = try TemporaryFolder()
    var network = Network(input: [1, 2, 5, 3])
    let flat = try network.add(Reshape(to: [1, 30]), [0])
    let weight = network.addParameter("w", Tensor<Double>(repeating: 0.1, [30, 2]))
    try network.add(Linear(weight: weight, bias: nil), [flat])
    let model = try file(network, in: folder)
    let images = "\(folder.path)/coloured"
    for name in ["0", "1"] {
      try FileManager.default.createDirectory(
        atPath: "\(images)/\(name)", withIntermediateDirectories: true)
      // Three channels of two rows and five columns.
      try array(3 * 2 * 5, "(3, 2, 5)").write(to: URL(fileURLWithPath: "\(images)/\(name)/a.npy"))
    }
    let outcome = try fineTuning(model, data: "name: \"folder:\(images)\"")
      .train("out", "--set", "evaluation.first=2")
    #expect(outcome.code == 2)
    #expect(
      outcome.errors
        == "surety: error: \(model): takes 1x2x5x3, and training gives images as 3x2x5, channel, row, column; "
        + "put that change of order in front of the model\n")
  }

  /// An array of bytes in NumPy's format, all 128.
  private func array(_ count: Int, _ shape: String) -> Data {
    var header = "{'descr': '|u1', 'fortran_order': False, 'shape': \(shape), }"
    header += String(repeating: " ", count: 117 - header.count) + "\n"
    return Data([0x93]) + Data("NUMPY".utf8) + Data([1, 0, UInt8(header.utf8.count), 0])
      + Data(header.utf8) + Data(repeating: 128, count: count)
  }

  @Test("and refuses one with a single output: its losses compare outputs")
  func singleOutput() throws {
    let folder = try TemporaryFolder()
    var network = Network(input: [1, 1, 4, 4])
    let flat = try network.add(Reshape(to: [1, 16]), [0])
    let weight = network.addParameter("w", Tensor<Double>(repeating: 0.1, [16, 1]))
    try network.add(Linear(weight: weight, bias: nil), [flat])
    let model = try file(network, in: folder)
    let images = try oneClass(in: folder)
    let trained = try fineTuning(model, data: "name: \"folder:\(images)\"")
      .train("out", "--set", "evaluation.first=2")
    #expect(trained.code == 2)
    #expect(
      trained.errors
        == "surety: error: \(model): gives 1 output; expected one for each class, and 2 classes at "
        + "least\n")
  }

  /// A folder of images that are all of one class.
  private func oneClass(in folder: TemporaryFolder) throws -> String {
    let images = "\(folder.path)/images"
    try FileManager.default.createDirectory(
      atPath: "\(images)/0", withIntermediateDirectories: true)
    for name in ["a", "b"] {
      try array(16, "(4, 4)").write(to: URL(fileURLWithPath: "\(images)/0/\(name).npy"))
    }
    return images
  }
}
