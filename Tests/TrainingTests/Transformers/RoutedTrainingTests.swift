import Bounds
import Differentiation
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Training of vision transformers whose tokens skip blocks")
struct RoutedTrainingTests {
  static let variants: [VisionTransformer] = [
    VisionTransformer(patch: 2, width: 8, layers: 2, heads: 2, normalization: .none, modFactor: 1),
    VisionTransformer(
      patch: 2, width: 4, layers: 2, heads: 1, normalization: .rms, residual: .mixed,
      activation: .relu, modFactor: 0.8),
  ]

  static func step(_ method: String, _ architecture: VisionTransformer) throws -> StepCase {
    var step = try VisionTransformerTrainingTests.step(method, architecture)
    var g = SplitMix64(seed: 24)
    for (index, parameter) in step.network.parameters.enumerated()
    where parameter.name.contains("router") {
      step.network.setValue(
        Tensor(
          parameter.value.shape,
          (0..<parameter.value.count).map { _ in Double.random(in: -1...1, using: &g) }),
        of: ParameterID(index))
    }
    return step
  }

  private func run<Base: BackwardAlgebra>(
    _ step: StepCase, _: Base.Type, replacing values: [Int: Tensor<Double>] = [:]
  ) throws -> StepResult<Base> {
    try TrainingStep<Base>(step.network, step.recipe).run(
      Base(step.images), step.labels,
      parameters: step.network.parameters.enumerated().map { Base(values[$0] ?? $1.value) },
      settings: step.settings, seed: 3)
  }

  @Test(
    "Gradients agree with differences, routers' included, which tokens are kept being constant",
    arguments: variants, ["clean", "ibp"])
  func differences(architecture: VisionTransformer, method: String) throws {
    let step = try Self.step(method, architecture)
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    #expect(training.obstacle == nil)
    let result = try run(step, Tensor<Double>.self)
    #expect((result.robustLoss != nil) == (method == "ibp"))
    var routers = 0
    for (place, id) in training.trainable.enumerated() {
      let parameter = step.network.parameters[id.index]
      for element in stride(
        from: 0, to: parameter.value.count, by: max(1, parameter.value.count / 3))
      {
        func loss(_ shift: Double) throws -> Double {
          var moved = parameter.value
          moved.withMutableElements { $0[element] += shift }
          return try run(step, Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let size = 1e-6
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 1e-3 * max(1, abs(slope)),
          "\(parameter.name)[\(element)]: \(found), \(slope)")
        if parameter.name.contains("router"), found != 0 { routers += 1 }
      }
    }
    #expect(routers > 0)
  }

  @Test(
    "A step is the same sixteen examples side by side", arguments: variants,
    ["clean", "adversarial", "ibp", "sabr"])
  func layouts(architecture: VisionTransformer, method: String) throws {
    let step = try Self.step(method, architecture)
    let (a, b) = (try run(step, Tensor<Double>.self), try run(step, Lanes<Double>.self))
    #expect(abs(a.loss - b.loss) <= 1e-9 * max(1, abs(a.loss)))
    for (x, y) in zip(a.gradients, b.gradients) {
      let largest = x.scalars.reduce(1) { max($0, abs($1)) }
      for (p, q) in zip(x.scalars, y.plain.scalars) { #expect(abs(p - q) <= 1e-8 * largest) }
    }
  }

  @Test(
    "Intervals of training hold sampled values, whichever tokens are kept", arguments: variants,
    [0.001, 0.2])
  func intervals(architecture: VisionTransformer, radius: Double) throws {
    let network = try Self.step("ibp", architecture).network
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
    let states: [([(Tensor<Double>, Tensor<Double>)?], Double)] = [
      (try state(Tensor<Double>.self).map { $0.map { ($0.lower.values, $0.upper.values) } }, 1e-6),
      (try state(Lanes<Float>.self).map { $0.map { ($0.lower.values, $0.upper.values) } }, 1e-4),
    ]
    for _ in 0..<40 {
      let isCorner = Bool.random(using: &g)
      let move = Tensor<Double>(shape, (0..<32).map { _ in Double.random(in: -1...1, using: &g) })
      let x = center + (isCorner ? move.applying(.sign) : move) * radius
      _ = network.evaluate(x, network.parameters(as: Tensor<Double>.self)) { id, value in
        for (ends, tolerance) in states {
          guard let (lower, upper) = ends[id] else { continue }
          for (number, (low, high)) in zip(value.scalars, zip(lower.scalars, upper.scalars)) {
            let slack = tolerance * max(1, abs(number))
            // Behind a wide variance an interval may be NaN, which says nothing.
            #expect(
              !(low > number + slack) && !(high < number - slack),
              "node \(network.nodes[id].name): \(number) outside \(low)...\(high)")
          }
        }
      }
    }
  }

  @Test("Recipes say the factor, and the recipe with routing is another one but for it")
  func recipes() throws {
    let routed = try Recipe.named("cifar10-vit-small-pmod")
    #expect(routed.network.sizes.transformer.modFactor == 0.5)
    #expect(try routed.validated() == routed)
    let made = try #require(try routed.architecture() as? VisionTransformer)
    #expect(made.modFactor == 0.5)
    var plain = routed
    plain.name = "cifar10-vit-small"
    plain.network.sizes.transformer.modFactor = nil
    #expect(try plain == Recipe.named("cifar10-vit-small"))
  }

  @Test(
    "Factors that leave out nothing, or too much, are refused with their line",
    arguments: [
      (
        "network: {architecture: vit, mod-factor: 0}",
        "network.mod-factor: 0 is out of range; expected a number above 0, at most 1, or none"
      ),
      (
        "network: {mod-factor: 0.5}",
        "network.mod-factor: belongs to the architecture vit; the architecture is cnn-7"
      ),
    ])
  func refusals(lines: String, expected: String) {
    let yaml = "method: clean\ndata: {name: digits}\nepsilon: {test: 1/16}\n\(lines)"
    let error = #expect(throws: (any Error).self) { try Recipe(yaml: yaml, source: "r.yaml") }
    #expect("\(error.map { "\($0)" } ?? "")".contains(expected), "\(String(describing: error))")
  }
}
