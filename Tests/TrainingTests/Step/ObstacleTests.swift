import Datasets
import Files
import Networks
import RandomNumbers
import Tensors
import Testing

@testable import Training

@Suite("What a method cannot train is refused by name")
struct ObstacleTests {
  /// Two pixels by two, a hidden layer that ends in some operations, three classes.
  private func network(_ operations: [any Operation]) throws -> Network {
    var random = SplitMix64(seed: 4)
    var network = Network(input: [1, 1, 4, 4])
    func add(_ name: String, _ shape: Shape) -> ParameterID {
      network.addParameter(
        name,
        Tensor<Double>(uninitialized: shape) { out in
          for i in 0..<shape.count { out[i] = random.uniform(in: -0.5...0.5) }
        })
    }
    var last = try network.add(
      Convolution(
        weight: add("kernel", [2, 1, 3, 3]), bias: add("bias", [2]),
        geometry: ConvolutionGeometry(padding: [1, 1, 1, 1])), [0], named: "conv")
    for operation in operations {
      let isProduct = operation is Multiply || operation is MatrixProduct
      let inputs = isProduct ? [last, last] : [last]
      last = try network.add(operation, inputs, named: "under test")
    }
    let shape = network.nodes[last].shape
    last = try network.add(Reshape(to: [1, shape.count]), [last])
    try network.add(
      Linear(weight: add("weight", [shape.count, 3]), bias: add("shift", [3])), [last],
      named: "classifier")
    return network
  }

  private static func recipe(_ method: String) throws -> Recipe {
    try Recipe(
      yaml: "method: \(method)\ndata: {name: digits}\nepsilon: {test: 0.1}\n", source: "test")
  }

  private func obstacle(_ method: String, _ operations: any Operation...) throws -> String? {
    TrainingStep<Tensor<Double>>(try network(operations), try Self.recipe(method)).obstacle
  }

  private static let pool = MaxPool(
    PoolingWindow(size: [2, 2], geometry: ConvolutionGeometry(stride: [2, 2])))

  @Test("CROWN-IBP through a relaxation without a gradient says what to use instead")
  func linearBounds() throws {
    #expect(
      try obstacle("crown-ibp", ReLU(), Self.pool)
        == "linear bounds of operation MaxPool (node under test) carry no gradient; train by ibp, "
        + "or use AveragePool or a stride")
    for (operation, name) in [
      (Sigmoid(), "Sigmoid"), (Tanh(), "Tanh"), (LeakyReLU(slope: 0.1), "LeakyRelu"),
      (Magnitude(), "Abs"), (Exponential(), "Exp"),
    ] as [(any Operation, String)] {
      #expect(
        try obstacle("crown-ibp", operation)
          == "linear bounds of operation \(name) (node under test) carry no gradient; train by ibp, "
          + "or use Relu")
      #expect(try obstacle("ibp", operation) == nil, "intervals of \(name) do")
      #expect(try obstacle("clean", operation) == nil)
    }
    #expect(try obstacle("ibp", ReLU(), Self.pool) == nil)
    #expect(try obstacle("crown-ibp", ReLU()) == nil)
    #expect(try obstacle("crown-ibp", Multiply()) == nil)
    #expect(try obstacle("crown-ibp", MatrixProduct()) == nil)
  }

  @Test("Intervals without a gradient are refused by every method with bounds")
  func intervals() throws {
    for method in ["ibp", "fast", "crown-ibp", "sabr"] {
      #expect(
        try obstacle(method, Sine())
          == "interval bounds of operation Sin (node under test) carry no gradient; train by clean or "
          + "adversarial, or replace it")
    }
    #expect(try obstacle("clean", Sine()) == nil)
    #expect(try obstacle("ibp", Power(exponent: 3)) != nil)
    #expect(try obstacle("adversarial", Power(exponent: 3)) == nil)
    // Squares and inverse roots are what normalisations are made of.
    for exponent in [2, -0.5] { #expect(try obstacle("ibp", Power(exponent: exponent)) == nil) }
    #expect(try obstacle("crown-ibp", Power(exponent: 2)) != nil)
  }

  @Test("A step function is refused by every method: nothing before it would learn")
  func steps() throws {
    for method in ["clean", "ibp"] {
      #expect(
        try obstacle(method, Sign())
          == "operation Sign (node under test) has the derivative 0, so that nothing before it learns; "
          + "replace it")
    }
  }

  @Test("A network without weights is refused")
  func noWeights() throws {
    var network = Network(input: [1, 1, 4, 4])
    try network.add(Reshape(to: [1, 16]), [0])
    #expect(
      TrainingStep<Tensor<Double>>(network, try Self.recipe("clean")).obstacle
        == "it has no layer with weights; expected one at least")
  }

  @Test("TAPS is refused where the attacked part reads around its beginning")
  func latentAttack() throws {
    var network = try network([ReLU()])
    // A sum of a ReLU and of what it reads, before the classifier.
    let conv = try #require(network.nodes.firstIndex { $0.name == "conv" })
    let relu = conv + 1
    let sum = try network.add(Add(), [relu, conv], named: "sum")
    let flat = try network.add(Reshape(to: [1, 32]), [sum])
    let weight = try #require(network.parameters.firstIndex { $0.name == "weight" })
    try network.add(Linear(weight: ParameterID(weight), bias: nil), [flat])
    let recipe = try Recipe(
      yaml: """
        method: taps
        data: {name: digits}
        epsilon: {test: 0.1}
        loss: {attacked-modules: 3}
        """, source: "test")
    #expect(
      TrainingStep<Tensor<Double>>(network, recipe).obstacle
        == "node sum of the attacked part reads around the node under test at which the part begins; "
        + "choose another loss.attacked-modules")
    var other = recipe
    other.loss.attackedModules = 2
    #expect(TrainingStep<Tensor<Double>>(network, other).obstacle == nil)
  }

  @Test("A network with one output has no wrong answer to compare with, and is refused")
  func singleOutput() throws {
    let images = try ImageSet(
      named: "ones", shape: [1, 4, 4], classes: ["only"],
      values: [Float](repeating: 0.5, count: 32), labels: [0, 0])
    var network = Network(input: [1, 1, 4, 4])
    let flat = try network.add(Reshape(to: [1, 16]), [0])
    let weight = network.addParameter("weight", Tensor<Double>(repeating: 1, [16, 1]))
    try network.add(Linear(weight: weight, bias: nil), [flat])
    var recipe = try Self.recipe("ibp")
    recipe.network.file = "one.onnx"
    let message = "gives 1 output; expected one for each class, and 2 classes at least"
    #expect(throws: InputError("one.onnx", message)) { try Trainer(recipe, network, on: images) }
    #expect(throws: InputError("network", message)) { _ = try Evaluation(network, on: images) }
  }

  @Test(
    "The gradient of what is not refused agrees with differences",
    arguments: [
      "crown-ibp", "ibp",
    ])
  func gradients(method: String) throws {
    for operations in [[Multiply()], [ReLU(), Multiply()], [ReLU(), MatrixProduct()]]
      as [[any Operation]]
    {
      try expectGradient(network(operations), method)
    }
  }

  private func expectGradient(_ network: Network, _ method: String) throws {
    var step = try StepCase(method, extra: method == "crown-ibp" ? "loss: {fused: false}" : "")
    step.network = network
    step.images = Tensor<Double>(uninitialized: [5, 1, 1, 4, 4]) { out in
      var random = SplitMix64(seed: 6)
      for i in 0..<80 { out[i] = random.uniform(in: 0...1) }
    }
    step.settings.regularizerWeight = 0
    let result = try step.run(Tensor<Double>.self)
    let size = 1e-6
    for (place, id) in network.trainableParameters.enumerated() {
      let value = network.parameters[id.index].value
      for element in stride(from: 0, to: value.count, by: max(1, value.count / 6)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = value
          moved.withMutableElements { $0[element] += shift }
          return try step.run(Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 2e-5 * max(1, abs(slope)),
          "\(network.parameters[id.index].name)[\(element)]: \(found), differences give \(slope)")
      }
    }
  }
}
