import Files
import Networks
import Tensors
import TestSupport
import Testing

@Suite("Architectures")
struct ArchitectureTests {
  private static let task = ImageTask(
    shape: [3, 16, 16], classes: 4, mean: [0.5, 0.25, 0.125], std: [0.25, 0.5, 0.125])

  @Test(
    "Normalisations start neutral, with epsilon 1e-5, before every ReLU of a normalised network")
  func normalizations() throws {
    let network = try CNN7(width: 4, linear: 8).network(for: Self.task)
    let operations = network.nodes.map(\.operation)
    var count = 0
    for (index, operation) in operations.enumerated() {
      if operation is ReLU { #expect(operations[index - 1] is BatchNormalization) }
      guard let layer = operation as? BatchNormalization else { continue }
      count += 1
      #expect(layer.epsilon == Double(Float(1e-5)))
      for (id, value) in [
        (layer.scale, 1.0), (layer.bias, 0), (layer.mean, 0), (layer.variance, 1),
      ] {
        #expect(network.parameters[id.index].value.scalars.allSatisfy { $0 == value })
      }
    }
    #expect(count == 6)
    let partly = try CNN7(width: 4, linear: 8, normalization: .convolutions)
      .network(for: Self.task)
    #expect(partly.nodes.filter { $0.operation is BatchNormalization }.count == 5)
    #expect(network.outputName == "logits")
  }

  @Test(
    "The first nodes normalise pixels by channel, and there are none for mean 0 and deviation 1")
  func pixels() throws {
    let network = try MLP(hidden: []).network(for: Self.task)
    #expect(network.nodes[1].operation is AddConstant)
    #expect((network.nodes[2].operation as? MultiplyConstant)?.isQuotient == true)
    var pixel = network
    pixel.setOutput(2, named: "pixels")
    let x = Tensor<Double>(repeating: 0.75, [1, 1, 3, 16, 16])
    let y = pixel.evaluate(x, pixel.parameters(as: Tensor<Double>.self)).scalars
    #expect([y[0], y[256], y[512]] == [1, 1, 5])
    let plain = try MLP(hidden: []).network(for: ImageTask(shape: [3, 16, 16], classes: 4))
    #expect(plain.nodes.count == 3)
  }

  @Test(
    "The blocks of a residual network add their input, through a convolution where shapes differ")
  func residual() throws {
    let network = try ResNeXt(width: 4, blocks: [2, 1, 1], linear: 8).network(for: Self.task)
    let sums = network.nodes.filter { $0.operation is Add }
    #expect(sums.count == 4)
    let second = try #require(sums.first { $0.name == "stage1.block2.add" })
    #expect(network.nodes[second.inputs[1]].name == "stage1.block1.relu")
    let third = try #require(sums.first { $0.name == "stage2.block1.add" })
    #expect(network.nodes[third.inputs[1]].name == "stage2.block1.shortcut.bn")
    #expect(third.shape == [1, 16, 8, 8])
  }

  @Test("Every name in the registry builds a network", arguments: Architectures.names)
  func registry(name: String) throws {
    let isNarrow = !["mlp", "dm-tiny", "staged", "vit"].contains(name)
    let settings = ArchitectureSettings(width: isNarrow ? 2 : nil)
    let network = try Architectures.named(name, settings)
      .network(for: ImageTask(shape: [1, 28, 28], classes: 10)).initialized(seed: 1)
    let x = Tensor<Float>(repeating: 0.5, [2, 1, 1, 28, 28])
    let y = network.evaluate(x, network.parameters(as: Tensor<Float>.self))
    #expect(y.shape == [2, 1, 10])
    #expect(y.scalars.allSatisfy(\.isFinite) && Set(y.scalars).count == 10)
  }

  @Test("The sizes of a multilayer perceptron are settings")
  func perceptron() throws {
    let architecture = try Architectures.named(
      "mlp", .init(hidden: [7, 5], normalization: .full))
    let network = try architecture.network(for: Self.task)
    let sizes = network.nodes.filter { $0.operation is Linear }.map { $0.shape[1] }
    #expect(sizes == [7, 5, 4])
    #expect(network.nodes.filter { $0.operation is BatchNormalization }.count == 2)
  }

  private func message(_ make: () throws -> Any) -> String? {
    #expect(throws: InputError.self) { _ = try make() }?.description
  }

  @Test("An unknown name is answered with the nearest known one")
  func unknown_Fails() {
    let text = message { try Architectures.named("cnn7") }
    #expect(text?.hasPrefix("architecture \"cnn7\": unknown; known are cnn-3, ") == true)
    #expect(text?.hasSuffix("; did you mean cnn-7?") == true)
  }

  @Test("A setting that an architecture lacks is refused with those it has")
  func setting_Fails() {
    #expect(
      message { try Architectures.named("resnext", .init(normalization: .full)) }
        == "architecture \"resnext\": normalization: has no such setting; expected width, linear"
    )
    #expect(
      message { try Architectures.named("cnn-3", .init(linear: 4)) }
        == "architecture \"cnn-3\": linear: has no such setting; expected width, normalization")
  }

  @Test("Images and sizes that do not fit are refused with the layer")
  func sizes_Fails() {
    func build(_ architecture: some Architecture, _ task: ImageTask) -> String? {
      message { try architecture.network(for: task) }
    }
    let small = ImageTask(shape: [1, 6, 6], classes: 2)
    #expect(
      build(DeepMindCNN(.medium), small)
        == "architecture \"dm-medium\": layer conv3: images of 1x6x6 do not fit it: "
        + "kernel 64x32x3x3 is larger than its input 1x32x1x1")
    #expect(
      build(CNN7(width: 0), small)
        == "architecture \"cnn-7\": layer conv1: 0 channels; expected 1 or more")
    #expect(
      build(MLP(hidden: [3, -1]), small)
        == "architecture \"mlp\": layer linear2: -1 outputs; expected 1 or more")
    #expect(
      build(ResNeXt(width: 3), small)?.hasPrefix(
        "architecture \"resnext\": layer stage1.block1.conv2: ")
        == true)
    #expect(
      build(MLP(hidden: []), ImageTask(shape: [6, 6], classes: 2))
        == "architecture \"mlp\": images: of shape [6, 6]; expected channels, height and width")
    #expect(
      build(MLP(hidden: []), ImageTask(shape: [1, 6, 6], classes: 1))
        == "architecture \"mlp\": classes: 1 of them; expected 2 or more")
    #expect(
      build(MLP(hidden: []), ImageTask(shape: [1, 6, 6], classes: 2, mean: [0, 0, 0]))
        == "architecture \"mlp\": mean: 3 values for images of 1 channels; expected as many")
    #expect(
      build(MLP(hidden: []), ImageTask(shape: [1, 6, 6], classes: 2, std: [0]))
        == "architecture \"mlp\": std: [0.0] are not all positive numbers")
  }
}
