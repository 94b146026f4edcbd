import Datasets
import Networks
import Records
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Training of vision transformers")
struct VisionTransformerTrainingTests {
  static let variants: [VisionTransformer] = [
    VisionTransformer(patch: 2, width: 8, layers: 1, heads: 2, normalization: .none),
    VisionTransformer(patch: 2, width: 4, layers: 1, heads: 2, normalization: .layer),
    VisionTransformer(
      patch: 2, width: 4, layers: 2, heads: 1, normalization: .rms, residual: .mixed,
      activation: .relu),
    distances,
  ]

  /// The same by distances, whose queries, keys and values are one.
  static var distances: VisionTransformer {
    var result = VisionTransformer(patch: 2, width: 8, layers: 1, heads: 2, normalization: .none)
    result.attention = .distances
    return result
  }

  static func network(_ architecture: VisionTransformer) throws -> Network {
    var g = SplitMix64(seed: 21)
    var network = try architecture.network(
      for: ImageTask(shape: [1, 4, 4], classes: 3, mean: [0.5], std: [0.5])
    ).initialized(.xavier, seed: 4)
    // Factors and shifts of normalisations that are not 1 and 0, so that a test sees them.
    for (index, parameter) in network.parameters.enumerated()
    where parameter.name.hasSuffix(".scale") || parameter.name.hasSuffix(".shift") {
      network.setValue(
        Tensor(
          parameter.value.shape,
          (0..<parameter.value.count).map { _ in Double.random(in: 0.5...1.5, using: &g) }),
        of: ParameterID(index))
    }
    return network
  }

  static func step(_ method: String, _ architecture: VisionTransformer, weights: String = "plain")
    throws -> StepCase
  {
    var step = try StepCase(
      method, extra: "network: {weights: \(weights)}", batch: 3, epsilon: 0.01)
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
    "Gradients agree with differences, plainly and by intervals, with plain weights and others",
    arguments: variants, [("clean", "plain"), ("ibp", "plain"), ("clean", "sigma-reparam")])
  func differences(architecture: VisionTransformer, kind: (method: String, weights: String)) throws
  {
    let step = try Self.step(kind.method, architecture, weights: kind.weights)
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    #expect(training.obstacle == nil)
    let result = try run(step, Tensor<Double>.self)
    #expect((result.robustLoss != nil) == (kind.method == "ibp"))
    // The slope of GELU is off by up to 1e-6, which an inverse root behind it may enlarge.
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

  @Test("CROWN-IBP says in one line why it cannot train attention")
  func obstacle() throws {
    let step = try Self.step("crown-ibp", Self.variants[0])
    #expect(
      TrainingStep<Tensor<Double>>(step.network, step.recipe).obstacle
        == "linear bounds have no rule for operation Attention (node block1.attention); train by ibp, or replace it"
    )
  }

  @Test("Recipes say what a vit is, and write it as they read it")
  func recipes() throws {
    let recipe = try Recipe(
      yaml: """
        method: clean
        data: {name: digits}
        epsilon: {test: 0.1}
        network:
          architecture: vit
          width: 24
          patch: 2
          layers: 3
          heads: 6
          expansion: 5
          positions: fixed
          normalization: rms
          residual: mixed
          activation: relu
          attention-scale: 1/8
          weights: sigma-reparam
          gain: 1
        """, source: "r.yaml")
    #expect(try recipe.validated() == recipe)
    let made = try #require(try recipe.architecture() as? VisionTransformer)
    #expect(made.width == 24 && made.patch == 2 && made.layers == 3 && made.heads == 6)
    #expect(made.expansion == 5 && made.positions == .fixed && made.normalization == .rms)
    #expect(made.residual == .mixed && made.activation == .relu && made.attentionScale == 0.125)
    #expect(recipe.network.weights.kind == .sigmaReparam && recipe.network.weights.firstGain == 1)
    let usual = try Recipe.named("cifar10-vit-small")
    #expect(usual.network.weights.firstGain == nil && usual.network.sizes.transformer.patch == 4)
    #expect(try usual.validated() == usual)
    var plain = try Recipe.named("cifar10-vit-small-plain")
    #expect(plain.network.weights.kind == .plain)
    (plain.name, plain.network.weights) = (usual.name, usual.network.weights)
    #expect(plain == usual)
  }

  @Test(
    "Settings of other architectures are refused with their line",
    arguments: [
      (
        "network: {architecture: vit, linear: 3}",
        "network.linear: is no size of a vit; known are width and expansion"
      ),
      (
        "network: {architecture: vit, normalization: full}",
        "network.normalization: \"full\" is not one of none, layer, rms, published"
      ),
      (
        "network: {patch: 3}",
        "network.patch: belongs to the architecture vit; the architecture is cnn-7"
      ),
      (
        "network: {architecture: vit, weights: sigma-reparam, weight-epsilon: 1}",
        "network.weight-epsilon: sigma-reparam divides by a norm, not by a deviation"
      ),
      (
        "network: {architecture: vit, weights: sigma-reparam}\nconstraint: {kind: soft-cap}\noptimizer: {kind: muon}",
        "constraint.kind: soft-cap limits the matrices that are trained, and network.weights makes others of them; "
          + "expected another kind or plain weights"
      ),
    ])
  func refusals(lines: String, expected: String) {
    let yaml = "method: clean\ndata: {name: digits}\nepsilon: {test: 1/16}\n\(lines)"
    let error = #expect(throws: (any Error).self) { try Recipe(yaml: yaml, source: "r.yaml") }
    #expect("\(error.map { "\($0)" } ?? "")".contains(expected), "\(String(describing: error))")
  }
}
