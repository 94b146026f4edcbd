import Datasets
import Differentiation
import Lipschitz
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// What the specification of sigmaReparam says of the map, of its derivative and of the power iteration.
@Suite("Weights divided by their norm")
struct SpectralReparametrizationTests {
  private typealias T = Tensor<Double>

  private func random(_ shape: Shape, _ g: inout SplitMix64) -> T {
    T(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &g) })
  }

  private func dot(_ a: T, _ b: T) -> Double {
    zip(a.scalars, b.scalars).reduce(0) { $0 + $1.0 * $1.1 }
  }

  private func unit(_ x: T) -> T { x * (1 / dot(x, x).squareRoot()) }

  @Test(
    "Gradients are those of the formula, without a part along the weights, whatever the directions")
  func gradients() {
    var g = SplitMix64(seed: 91)
    for shape in [[5, 7], [4, 2, 3, 3]] as [Shape] {
      for trial in 0..<10 {
        let (w, by) = (random(shape, &g), random(shape, &g))
        let rest = shape.count / shape[0]
        let (left, right) = (unit(random([1, shape[0]], &g)), unit(random([rest, 1], &g)))
        let gain = T([1], [Double.random(in: 0.3...2, using: &g)])
        let (weights, gains) = (Tracked.variable(w), Tracked.variable(gain))
        let result = SpectralReparametrization.weights(
          weights, gain: gains, left: Tracked(left), right: Tracked(right))
        let found = (result * Tracked(by)).reshaped([by.count]).reduced(.sum, axis: 0)
          .gradients(of: [weights, gains])
        let size = left.product(w.reshaped([shape[0], rest])).product(right).scalars[0]
        let along = dot(by, w)
        let outer = left.reshaped([shape[0], 1]).product(right.reshaped([1, rest]))
        let expected =
          (by - outer.reshaped(shape) * (along / size)) * (gain.scalars[0] / size)
        #expect(
          largestRelativeDifference(found[0].scalars, expected.scalars, floor: 1) < 1e-11,
          "trial \(trial)")
        #expect(abs(found[1].scalars[0] - along / size) < 1e-11 * max(1, abs(along / size)))
        let norms = (dot(found[0], found[0]) * dot(w, w)).squareRoot()
        #expect(abs(dot(found[0], w)) < 1e-6 * norms)
      }
    }
  }

  @Test("A hundred rounds at fixed weights reach the largest singular value from below")
  func powerIteration() {
    var g = SplitMix64(seed: 92)
    for shape in [[6, 20], [20, 6], [8, 8]] as [Shape] {
      // A direction that is stretched clearly more than all others.
      let w =
        random(shape, &g) * 0.1
        + unit(random([shape[0], 1], &g)).product(unit(random([1, shape[1]], &g))) * 2
      let exact = Matrix(rows: shape[0], columns: shape[1], w.scalars).spectralNorm
      var (left, right) = (unit(random([1, shape[0]], &g)), unit(random([shape[1], 1], &g)))
      var last = 0.0
      for _ in 0..<100 {
        (left, right) = SpectralReparametrization.turned(w, left: left, right: right)
        let size = left.product(w).product(right).scalars[0]
        #expect(size >= last - 1e-13 && size <= exact.upper.value)
        last = size
      }
      #expect(abs(last / exact.lower.value - 1) < 1e-6)
      let settled = SpectralReparametrization.settled(w)
      #expect(abs(settled.value / last - 1) < 1e-10)
      #expect(abs(dot(settled.left, settled.left) - 1) < 1e-12)
      #expect(abs(dot(settled.right, settled.right) - 1) < 1e-12)
    }
    let zero = SpectralReparametrization.settled(T(repeating: 0, [3, 4]))
    #expect(zero.value == 0)
  }

  private func trained(_ gain: Double? = nil) throws -> (Network, TrainedNetwork) {
    var settings = WeightSettings()
    (settings.kind, settings.firstGain) = (.sigmaReparam, gain)
    let network = try VisionTransformerTrainingTests.network(
      VisionTransformerTrainingTests.variants[1])
    return (network, TrainedNetwork(network, settings))
  }

  private func values(_ trained: TrainedNetwork) -> [Tensor<Float>] {
    trained.network.parameters.map { Tensor<Float>(converting: $0.value) }
  }

  @Test(
    "Every matrix is divided, and the network begins as its weights were drawn, or with a gain of 1"
  )
  func beginning() throws {
    let (network, trained) = try trained()
    let folded = trained.folded(into: network, values(trained))
    for (before, after) in zip(network.parameters, folded.parameters) {
      #expect(
        largestRelativeDifference(before.value.scalars, after.value.scalars, floor: 1e-3) < 1e-6,
        "\(before.name)")
    }
    let matrices = network.parameters.filter { $0.name.hasSuffix("weight") }
    #expect(matrices.count == 8)
    #expect(trained.network.parameters.count == network.parameters.count + 3 * matrices.count)
    #expect(trained.trainable.count == network.trainableParameters.count + matrices.count)
    #expect(trained.scaleFree.count == matrices.count)
    let (_, ones) = try self.trained(1)
    for parameter in ones.folded(into: network, values(ones)).parameters
    where parameter.name.hasSuffix("weight") {
      let (rows, value) = (parameter.value.shape[0], parameter.value)
      let norm = Matrix(rows: rows, columns: value.count / rows, value.scalars).spectralNorm
      #expect(abs(norm.lower.value - 1) < 1e-5, "\(parameter.name)")
    }
  }

  @Test("After steps the network is the folded one, whose norms are a little above the gains")
  func folding() throws {
    let images = try Datasets.load("digits", split: .train)
    let recipe = try Recipe(
      yaml: """
        method: clean
        epochs: 1
        batch: 128
        data: {name: digits}
        epsilon: {test: 1/16}
        network: {architecture: vit, width: 16, patch: 2, layers: 1, normalization: none, weights: sigma-reparam}
        optimizer: {kind: sgd, learning-rate: 0.1}
        """, source: "r.yaml")
    let network = try #require(try recipe.emptyNetwork(for: images))
      .initialized(recipe.network.initialization, seed: 1)
    let trainer = try Trainer(recipe, network, on: images)
    var state = trainer.initialState
    let first = state.parameters
    let names = trainer.trainedNetwork.parameters.map(\.name)
    let reader = trainer.batches.reader(from: BatchPosition(epoch: 0, batch: 0), upTo: 1)
    defer { reader.stop() }
    for _ in 0..<8 { try trainer.train(try #require(reader.next()), &state) }
    let result = trainer.result(state, epoch: 0)
    #expect(result.parameters.map(\.name) == network.parameters.map(\.name))
    var largest = 0.0
    for (index, name) in names.enumerated() where name.hasSuffix(".weight.gain") {
      let weights = String(name.dropLast(5))
      let place = try #require(names.firstIndex(of: weights))
      let folded = result.parameters[place].value
      let norm = Matrix(
        rows: folded.shape[0], columns: folded.count / folded.shape[0], folded.scalars
      ).spectralNorm
      let ratio = norm.upper.value / abs(Double(state.parameters[index].scalars[0]))
      #expect(ratio >= 1 - 1e-6 && ratio < 1.5, "\(weights): \(ratio)")
      largest = max(largest, ratio)
      #expect(state.parameters[index] != first[index], "\(name)")
      #expect(state.parameters[place] != first[place], "\(weights)")
      for part in ["left", "right"] {
        let direction = try #require(names.firstIndex(of: "\(weights).\(part)"))
        #expect(state.parameters[direction] != first[direction], "\(weights).\(part)")
      }
    }
    #expect(largest > 1)
    // The function of the last step, but for the rounding of weights to floats.
    let exact = trainer.trainedNetwork
    let settings = recipe.network.weights
    let effective = TrainedNetwork(network, settings)
      .effective(state.parameters.map { Tensor<Double>(converting: $0) })
    let x = Tensor<Double>(
      Shape([2] + network.inputShape.dimensions),
      (0..<2).flatMap { images.image($0).map { Double($0) } })
    let expected = exact.evaluate(x, Parameters(effective))
    let found = result.evaluate(x, result.parameters(as: Tensor<Double>.self))
    #expect(largestRelativeDifference(found.scalars, expected.scalars, floor: 1) < 1e-5)
    let rates = try #require(trainer.record(state).effectiveRates)
    #expect(rates.count == names.count { $0.hasSuffix(".weight.gain") })
    let attention = try #require(trainer.attention(state))
    #expect(attention.map(\.name) == ["block1.attention"])
    #expect(attention[0].entropy >= attention[0].entropyAtLeast ?? .infinity)
  }

  @Test("Averages are of raw weights, divided by their own norm")
  func averages() throws {
    let (network, trained) = try trained()
    var g = SplitMix64(seed: 95)
    var parts = values(trained)
    let place = try #require(network.parameters.firstIndex { $0.name == "block1.rising.weight" })
    let names = trained.network.parameters.map(\.name)
    let gain = try #require(names.firstIndex(of: "block1.rising.weight.gain"))
    parts[place] = Tensor(converting: random(parts[place].shape, &g))
    parts[gain] = Tensor([1], [0.75])
    let folded = trained.folded(into: network, trained.settlingDirections(parts))
    let value = folded.parameters[place].value
    let norm = Matrix(rows: value.shape[0], columns: value.shape[1], value.scalars).spectralNorm
    #expect(abs(norm.lower.value / 0.75 - 1) < 1e-5)
  }

  @Test("Weights that are all zero cannot be divided, and say so")
  func zeros() throws {
    var (network, _) = try trained()
    let place = try #require(network.parameters.firstIndex { $0.name == "classifier.weight" })
    network.setValue(T(repeating: 0, network.parameters[place].value.shape), of: ParameterID(place))
    var step = try VisionTransformerTrainingTests.step(
      "clean", VisionTransformerTrainingTests.variants[1], weights: "sigma-reparam")
    step.network = network
    #expect(
      TrainingStep<T>(step.network, step.recipe).obstacle
        == "the first weights classifier.weight are all zero, which network.weights: sigma-reparam cannot divide by; "
        + "expected plain")
  }
}
