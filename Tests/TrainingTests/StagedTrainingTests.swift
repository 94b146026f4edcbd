import Bounds
import Differentiation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Training of staged networks")
struct StagedTrainingTests {
  static let variants: [StagedNetwork] = [
    StagedNetwork([NetworkStage(.convolution, width: 3, blocks: 2, stride: 2)], linear: 4),
    StagedNetwork([NetworkStage(.attention, width: 4, stride: 2)]),
    StagedNetwork([NetworkStage(.delta, width: 4, blocks: 2, stride: 2)], normalization: .none),
    StagedNetwork([NetworkStage(.delta, width: 3, stride: 2)]),
    StagedNetwork([NetworkStage(.decay, width: 4, blocks: 2, stride: 2)]),
  ]

  private static func network(_ architecture: StagedNetwork) throws -> Network {
    try architecture.network(
      for: ImageTask(shape: [1, 4, 4], classes: 3, mean: [0.5], std: [0.5])
    ).initialized(.xavier, seed: 4)
  }

  private static func step(_ method: String, _ architecture: StagedNetwork) throws -> StepCase {
    var step = try StepCase(method, extra: "", batch: 3, epsilon: 0.01)
    step.network = try network(architecture)
    var g = SplitMix64(seed: 22)
    step.images = Tensor(
      [3, 1, 1, 4, 4], (0..<48).map { _ in Double.random(in: 0...1, using: &g) })
    step.labels = [0, 2, 1]
    return step
  }

  private func run<Base: BackwardAlgebra>(
    _ step: StepCase, _: Base.Type, replacing values: [Int: Tensor<Double>] = [:]
  ) throws -> StepResult<Base> {
    let training = TrainingStep<Base>(step.network, step.recipe)
    return try training.run(
      Base(step.images), step.labels,
      parameters: training.trained.network.parameters.enumerated().map {
        Base(values[$0] ?? $1.value)
      },
      settings: step.settings, seed: 3)
  }

  @Test(
    "Gradients agree with differences, plainly and by intervals", arguments: variants,
    ["clean", "ibp"])
  func differences(architecture: StagedNetwork, method: String) throws {
    let step = try Self.step(method, architecture)
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    #expect(training.obstacle == nil)
    let result = try run(step, Tensor<Double>.self)
    let size = 1e-6
    for (place, id) in training.trainable.enumerated() {
      let value = training.trained.network.parameters[id.index].value
      for element in stride(from: 0, to: value.count, by: max(1, value.count / 3)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = value
          moved.withMutableElements { $0[element] += shift }
          return try run(step, Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 1e-3 * max(1, abs(slope)),
          "\(training.trained.network.parameters[id.index].name)[\(element)]: \(found), \(slope)")
      }
    }
  }

  @Test(
    "A step is the same sixteen examples side by side", arguments: variants,
    ["clean", "ibp", "sabr"])
  func layouts(architecture: StagedNetwork, method: String) throws {
    let step = try Self.step(method, architecture)
    let (a, b) = (try run(step, Tensor<Double>.self), try run(step, Lanes<Double>.self))
    #expect(abs(a.loss - b.loss) <= 1e-9 * max(1, abs(a.loss)))
    for (x, y) in zip(a.gradients, b.gradients) {
      let largest = x.scalars.reduce(1) { max($0, abs($1)) }
      for (p, q) in zip(x.scalars, y.plain.scalars) { #expect(abs(p - q) <= 1e-8 * largest) }
    }
  }

  @Test("Intervals of training hold sampled values", arguments: variants, [0.01, 0.2])
  func intervals(architecture: StagedNetwork, radius: Double) throws {
    let network = try Self.network(architecture)
    var g = SplitMix64(seed: 76)
    let shape: Shape = [2, 1, 1, 4, 4]
    let center = Tensor<Double>(shape, (0..<32).map { _ in Double.random(in: 0...1, using: &g) })
    func state<Base: BackwardAlgebra>(_: Base.Type) throws -> [Interval<Tracked<Base>>?] {
      try Bounder(
        network, parameters: Parameters(network.parameters.map { Tracked.variable(Base($0.value)) })
      ).intervals(
        over: InputSet(
          box: Interval(
            center: Tracked(Base(center)), radius: Tracked(Base(.init(repeating: radius, shape)))))
      ).intervals
    }
    let (plain, lanes) = (try state(Tensor<Double>.self), try state(Lanes<Float>.self))
    for _ in 0..<60 {
      let isCorner = Bool.random(using: &g)
      let move = Tensor<Double>(shape, (0..<32).map { _ in Double.random(in: -1...1, using: &g) })
      let x = center + (isCorner ? move.applying(.sign) : move) * radius
      _ = network.evaluate(x, network.parameters(as: Tensor<Double>.self)) { id, value in
        for (name, ends, tolerance) in [
          ("doubles", plain[id].map { ($0.lower.values, $0.upper.values) }, 1e-6),
          ("lanes", lanes[id].map { ($0.lower.values, $0.upper.values) }, 1e-4),
        ] {
          guard let ends else { continue }
          for (number, (low, high)) in zip(value.scalars, zip(ends.0.scalars, ends.1.scalars)) {
            let slack = tolerance * max(1, abs(number))
            #expect(
              low <= number + slack && number <= high + slack,
              "\(name), node \(network.nodes[id].name): \(number) outside \(low)...\(high)")
          }
        }
      }
    }
  }

  private static let head = "method: ibp\ndata: {name: digits}\nepsilon: {test: 1/16}\n"

  @Test("Recipes say what the stages are, and write them as they read them")
  func recipes() throws {
    let recipe = try Recipe(
      yaml: Self.head + """
        network:
          architecture: staged
          stages: [convolution-16x2/2, delta-32x1]
          linear: 64
        """, source: "r.yaml")
    #expect(try recipe.validated() == recipe)
    #expect(recipe.yaml.contains("\n  stages: [convolution-16x2/2, delta-32x1]\n"))
    let made = try #require(try recipe.architecture() as? StagedNetwork)
    #expect(
      made.stages == [
        NetworkStage(.convolution, width: 16, blocks: 2, stride: 2),
        NetworkStage(.delta, width: 32),
      ])
    #expect(made.linear == 64 && made.normalization == .full)
    let usual = try Recipe(
      yaml: Self.head + "network: {architecture: staged, stages: published}", source: "r.yaml")
    #expect(try (usual.architecture() as? StagedNetwork)?.stages == StagedNetwork.usualStages)
    #expect(try usual.validated() == usual)
  }

  @Test(
    "Stages that are none are refused with their line",
    arguments: [
      (
        "{architecture: staged, stages: delta-8x1}",
        "network.stages: \"delta-8x1\" is not a list such as [convolution-16x1/2, convolution-32x1/2], nor published"
      ),
      (
        "{architecture: staged, stages: [delta-8x1, conv-3x1]}",
        "network.stages: \"conv-3x1\" is none of a list such as [convolution-16x1/2, convolution-32x1/2]"
      ),
      (
        "{architecture: cnn-3, stages: [delta-8x1]}",
        "network.stages: belongs to the architecture staged; the architecture is cnn-3"
      ),
      (
        "{architecture: staged, patch: 2}",
        "network.patch: belongs to the architecture vit; the architecture is staged"
      ),
      (
        "{architecture: staged, width: 2}",
        "network.width: architecture \"staged\" has no such setting; expected stages, linear, normalization"
      ),
    ])
  func refusals(network: String, expected: String) {
    let error = #expect(throws: (any Error).self) {
      try Recipe(yaml: Self.head + "network: \(network)", source: "r.yaml")
    }
    #expect("\(error.map { "\($0)" } ?? "")".contains(expected), "\(String(describing: error))")
  }
}
