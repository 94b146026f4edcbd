import Networks
import RandomNumbers
import Tensors

@testable import Training

/// A small network with every kind of layer that training meets, a batch, and one step on it.
struct StepCase {
  var network: Network
  var recipe: Recipe
  var images: Tensor<Double>
  var labels: [Int]
  var settings: StepSettings
  /// The teacher of a recipe that names one.
  var teacher: Network?

  init(
    _ method: String, extra: String = "", batch: Int = 5, epsilon: Double = 0.05,
    fraction: Double = 0.5, seed: UInt64 = 1
  ) throws {
    let hasRamp = !["clean", "adversarial", "emma"].contains(method)
    recipe = try Recipe(
      yaml: """
        method: \(method)
        epochs: 10
        data: {name: digits}
        epsilon: {test: 0.1\(hasRamp ? ", start: 1, length: 5" : "")}
        \(extra)
        """, source: "test")
    var random = SplitMix64(seed: seed)
    network = try Self.network(&random)
    images = Tensor<Double>(uninitialized: Shape([batch, 1, 2, 6, 6])) { out in
      for i in 0..<batch * 72 { out[i] = random.uniform(in: 0...1) }
    }
    labels = (0..<batch).map { _ in random.integer(below: 3) }
    settings = StepSettings(
      epsilon: epsilon, fraction: fraction, isWarmUp: method != "taps" && method != "staps",
      learningRate: 1e-3, cleanWeight: method == "clean" ? 1 : 0.3,
      crownWeight: method == "crown-ibp" ? 0.6 : 0,
      regularizerWeight: hasRamp ? 0.25 : 0, averageWeight: nil
    )
  }

  /// Pixels, convolution, normalisation, ReLU, a residual sum, a hidden layer with normalisation, three classes.
  private static func network(_ random: inout SplitMix64) throws -> Network {
    var network = Network(input: [1, 2, 6, 6])
    func add(_ name: String, _ shape: Shape, _ range: ClosedRange<Double>) -> ParameterID {
      network.addParameter(
        name,
        Tensor<Double>(uninitialized: shape) { out in
          for i in 0..<shape.count { out[i] = random.uniform(in: range) }
        })
    }
    func normalized(_ input: Int, _ channels: Int, rank: Int) throws -> Int {
      try network.add(
        BatchNormalization(
          scale: add("scale", [channels], 0.5...1.5), bias: add("shift", [channels], -0.3...0.3),
          mean: add("mean", [channels], -0.1...0.1),
          variance: add("variance", [channels], 0.5...1.5), rank: rank), [input])
    }
    let shifted = try network.add(AddConstant(add("pixel mean", [2, 1, 1], -0.6 ... -0.4)), [0])
    let pixels = try network.add(
      MultiplyConstant(add("pixel scale", [2, 1, 1], 1.5...2)), [shifted])
    let first = try network.add(
      Convolution(
        weight: add("k1", [3, 2, 3, 3], -0.4...0.4), bias: add("b1", [3], -0.2...0.2),
        geometry: ConvolutionGeometry(stride: [2, 2], padding: [1, 1, 1, 1])), [pixels])
    let a = try network.add(ReLU(), [normalized(first, 3, rank: 4)])
    let second = try network.add(
      Convolution(
        weight: add("k2", [3, 3, 3, 3], -0.3...0.3), bias: add("b2", [3], -0.2...0.2),
        geometry: ConvolutionGeometry(padding: [1, 1, 1, 1])), [a])
    let sum = try network.add(Add(), [normalized(second, 3, rank: 4), a])
    let b = try network.add(ReLU(), [sum])
    let flat = try network.add(Reshape(to: [1, 27]), [b])
    let hidden = try network.add(
      Linear(weight: add("w1", [27, 6], -0.3...0.3), bias: add("b3", [6], -0.2...0.2)), [flat])
    let c = try network.add(ReLU(), [normalized(hidden, 6, rank: 2)])
    try network.add(
      Linear(weight: add("w2", [6, 3], -0.6...0.6), bias: add("b4", [3], -0.2...0.2)), [c])
    return network
  }

  /// The step over a number system.
  func training<Base: BackwardAlgebra>(_ type: Base.Type) -> TrainingStep<Base> {
    TrainingStep(network, recipe, teacher: teacher)
  }

  /// Runs the step over a number system, with some parameters replaced.
  func run<Base: BackwardAlgebra>(
    _ type: Base.Type, replacing values: [Int: Tensor<Double>] = [:]
  ) throws -> StepResult<Base> {
    try training(type).run(
      Base(images), labels,
      parameters: network.parameters.enumerated().map { Base(values[$0] ?? $1.value) },
      settings: settings, seed: 3)
  }
}
