import Datasets
import Files
import Networks
import Tensors
import TestSupport
import Testing

@testable import Lipschitz
@testable import Training

/// Networks of layers that stretch no distance: their training, what is saved of them, and what is refused.
@Suite("Networks whose layers stretch no distance")
struct ContractedNetworkTests {
  @Test(
    "Gradients by raw weights agree with differences, whatever the method",
    arguments: ["clean", "ibp", "crown-ibp"])
  func differences(method: String) throws {
    var step = try StepCase(method, extra: "network: {weights: aol, gain: 3}")
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    #expect(training.obstacle == nil)
    step.settings.epsilon = 0.02
    let result = try step.run(Tensor<Double>.self)
    let size = 1e-6
    for (place, id) in training.trainable.enumerated() {
      let own = step.network.parameters[id.index].value
      for element in stride(from: 0, to: own.count, by: max(1, own.count / 4)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = own
          moved.withMutableElements { $0[element] += shift }
          return try step.run(Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 5e-5 * max(1, abs(slope)),
          "\(training.trained.network.parameters[id.index].name)[\(element)]: \(found), \(slope)")
      }
    }
    // Sixteen examples side by side compute the same.
    let lanes = try step.run(Lanes<Double>.self)
    #expect(abs(lanes.loss - result.loss) <= 1e-9 * max(1, abs(result.loss)))
  }

  @Test(
    "After steps no layer of the saved network has a norm above 1, but the last, which has its gain",
    arguments: [
      ("aol", "architecture: conv-med, width: 4, linear: 16", 1.0),
      ("aol", "architecture: mlp, hidden: [24, 32]", 2.5),
      ("cayley", "architecture: mlp, hidden: [24, 32], activation: abs", 2.5),
      ("cayley", "architecture: vit, width: 16, patch: 2, layers: 1, normalization: none", 1.0),
      ("aol", "architecture: vit, width: 16, patch: 2, layers: 1, normalization: none", 1.0),
    ])
  func saved(_ kind: String, _ sizes: String, _ gain: Double) throws {
    let images = try Datasets.load("digits", split: .train)
    let recipe = try Recipe(
      yaml: """
        method: clean
        epochs: 1
        batch: 128
        data: {name: digits}
        epsilon: {test: 1/16}
        network: {\(sizes), weights: \(kind), gain: \(gain)}
        optimizer: {kind: adam, learning-rate: 0.01}
        """, source: "r.yaml")
    let empty = try #require(try recipe.emptyNetwork(for: images))
    let hasMagnitudes = empty.nodes.contains { $0.operation is Magnitude }
    #expect(hasMagnitudes == sizes.contains("abs"))
    let trainer = try Trainer(
      recipe, empty.initialized(recipe.network.initialization, seed: 1), on: images)
    var state = trainer.initialState
    let reader = trainer.batches.reader(from: BatchPosition(epoch: 0, batch: 0), upTo: 1)
    defer { reader.stop() }
    for _ in 0..<8 { try trainer.train(try #require(reader.next()), &state) }
    let result = trainer.result(state, epoch: 0)
    var count = 0
    for (id, node) in result.nodes.enumerated() {
      let limit = (id == result.output ? gain : 1) * (1 + 1e-6)
      let norm: NormEnclosure
      switch node.operation {
      case let layer as Linear:
        norm =
          Matrix(transposing: result.parameters[layer.weight.index].value, roundoff: .zero)
          .spectralNorm
      case let layer as Convolution:
        let input = result.nodes[node.inputs[0]].shape
        norm =
          ConvolutionMap(
            kernel: result.parameters[layer.weight.index].value, roundoff: .zero,
            geometry: layer.geometry, input: [input[2], input[3]],
            output: [node.shape[2], node.shape[3]]
          ).spectralNorm
      default: continue
      }
      count += 1
      #expect(norm.upper.value <= limit, "\(node.name): \(norm)")
      if kind == "cayley" { #expect(norm.upper.value >= limit * (1 - 1e-5), "\(node.name)") }
      #expect(norm.upper.value > 0.1 * limit, "\(node.name): \(norm)")
    }
    #expect(count >= 3)
    // Rates that do not depend on the size of a matrix are recorded for rescaled ones alone.
    #expect((trainer.record(state).effectiveRates?.count ?? 0) == (kind == "aol" ? count : 0))
  }

  @Test("What the transform and the rescaling cannot make is refused by name")
  func refusals() throws {
    func obstacle(_ kind: String, _ network: Network) throws -> String? {
      let recipe = try Recipe(
        yaml: """
          method: clean
          data: {name: digits}
          epsilon: {test: 0.1}
          network: {weights: \(kind)}
          """, source: "r.yaml")
      return TrainingStep<Tensor<Double>>(network, recipe).obstacle
    }
    let task = ImageTask(shape: [1, 8, 8], classes: 10)
    let convolutions = try ShallowCNN(.three, width: 2, normalization: .none).network(for: task)
      .initialized(seed: 1)
    #expect(
      try obstacle("cayley", convolutions)
        == "the windows of convolution conv1 overlap, and an orthogonal convolution by the transform has a kernel as large as "
        + "the image and circular borders, which is no convolution of a model file; expected aol")
    #expect(try obstacle("aol", convolutions) == nil)
    let zero = try MLP(hidden: [4]).network(for: task)
    #expect(
      try obstacle("aol", zero)
        == "the first weights linear1.weight are all zero, which network.weights: aol cannot divide by; expected plain"
    )
    #expect(try obstacle("cayley", zero) == nil)
    var turned = Network(input: [1, 2, 4, 4])
    let kernel = turned.addParameter("k", Tensor(repeating: 0.1, [2, 3, 2, 2]))
    try turned.add(TransposedConvolution(weight: kernel), [0])
    try turned.add(Reshape(to: [1, 75]), [1])
    let last = turned.addParameter("w", Tensor(repeating: 0.1, [75, 2]))
    try turned.add(Linear(weight: last), [2])
    let name = turned.nodes[1].name
    #expect(
      try obstacle("aol", turned)
        == "operation ConvTranspose (node \(name)) has no rule in network.weights: aol; expected plain"
    )
    #expect(
      throws: InputError.self,
      performing: {
        _ = try Recipe(
          yaml:
            "data: {name: digits}\nepsilon: {test: 0.1}\nnetwork: {weights: aol, weight-epsilon: 1}",
          source: "r.yaml")
      })
  }
}
