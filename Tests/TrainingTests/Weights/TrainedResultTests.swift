import Datasets
import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// What comes out of a run whose kernels are standardised, and of its steps in the layout of training.
@Suite("Results of training with standardised kernels")
struct TrainedResultTests {
  private func recipe(_ network: String, _ more: String = "") throws -> Recipe {
    try Recipe(
      yaml: """
        method: ibp
        epochs: 2
        batch: 256
        data: {name: digits}
        epsilon: {test: 1/16, length: 1}
        network: {architecture: conv-med, width: 2, linear: 4, \(network)}
        \(more)
        """, source: "r.yaml")
  }

  private func trainer(_ recipe: Recipe) throws -> Trainer {
    let images = try Datasets.load("digits", split: .train)
    let network = try #require(try recipe.emptyNetwork(for: images)).initialized(
      recipe.network.initialization, seed: 1)
    return try Trainer(recipe, network, on: images)
  }

  @Test("Averages are of raw kernels, and what is made of the average is standardised")
  func averages() throws {
    var g = SplitMix64(seed: 71)
    let trainer = try trainer(
      recipe("weights: scaled-weight-standardization", "averaging: {kind: ema}"))
    var state = trainer.initialState
    let names = trainer.trainedNetwork.parameters.map(\.name)
    let kernel = try #require(names.firstIndex(of: "conv2.weight"))
    let gain = try #require(names.firstIndex(of: "conv2.weight.gain"))
    func random(_ shape: Shape, _ range: ClosedRange<Float>) -> Tensor<Float> {
      Tensor(shape, (0..<shape.count).map { _ in Float.random(in: range, using: &g) })
    }
    var parts = [state.parameters, state.parameters]
    for index in 0..<2 {
      parts[index][kernel] = random(state.parameters[kernel].shape, -1...1)
      parts[index][gain] = random(state.parameters[gain].shape, 0.5...2)
    }
    var average = WeightAverage(parts[0])
    average.add(parts[1], weight: 0.5)
    state.average = average
    state.parameters = parts[1]
    let result = trainer.result(state, epoch: 0)
    #expect(result.parameters.count == trainer.network.parameters.count)
    let saved = result.parameters[kernel].value
    let size = saved.count / saved.shape[0]
    let map = KernelStandardization(
      epsilon: 1e-10, factor: WeightSettings.reluGain / Double(size).squareRoot())
    func folded(_ values: [Tensor<Float>]) -> [Double] {
      map(
        Tensor<Double>(converting: values[kernel]), gains: Tensor<Double>(converting: values[gain])
      ).scalars
    }
    let expected = folded(average.parameters)
    for (a, b) in zip(saved.scalars, expected) { #expect(a == Double(Float(b))) }
    // Neither the last kernels nor the mean of both standardised ones.
    let mean = zip(folded(parts[0]), folded(parts[1])).map { ($0 + $1) / 2 }
    for other in [mean, folded(parts[1])] {
      #expect(zip(saved.scalars, other).contains { abs($0 - $1) > 1e-2 })
    }
  }

  @Test("A step moves raw kernels and gains, and keeps estimates that its batch is in")
  func step() throws {
    let trainer = try trainer(
      recipe(
        "weights: scaled-weight-standardization, normalization: full, statistics: estimated, "
          + "statistics-speed: 0.25"))
    var state = trainer.initialState
    let names = trainer.trainedNetwork.parameters.map(\.name)
    let first = state.parameters
    var means: [Tensor<Float>] = []
    let mean = try #require(names.firstIndex(of: "conv1.bn.mean"))
    let reader = trainer.batches.reader(from: BatchPosition(epoch: 0, batch: 0), upTo: 1)
    defer { reader.stop() }
    for _ in 0..<2 {
      try trainer.train(try #require(reader.next()), &state)
      means.append(state.parameters[mean])
    }
    for name in ["conv1.weight", "conv1.weight.gain", "conv2.weight.gain", "linear1.weight"] {
      let index = try #require(names.firstIndex(of: name))
      #expect(state.parameters[index] != first[index], "\(name)")
    }
    // The first batch counts whole, the second half.
    #expect(means[0] != first[mean] && means[1] != means[0])
    #expect(trainer.schedules.settings(at: 0).statisticsSpeed == 1)
    #expect(trainer.schedules.settings(at: 1).statisticsSpeed == 0.5)
    #expect(trainer.schedules.settings(at: 9).statisticsSpeed == 0.25)
    #expect(trainer.trainableParameterCount > trainer.network.trainableParameterCount)
  }

  @Test(
    "Steps are the same sixteen examples side by side", arguments: StepGradientTests.all,
    TrainedNetworkTests.kinds)
  func layouts(method: String, kind: String) throws {
    let step = try StepCase(method, extra: "network: {weights: \(kind)}", seed: 7)
    func run<Base: BackwardAlgebra>(_: Base.Type) throws -> StepResult<Base> {
      let training = TrainingStep<Base>(step.network, step.recipe)
      return try training.run(
        Base(step.images), step.labels,
        parameters: training.trained.network.parameters.map { Base($0.value) },
        settings: step.settings, seed: 3)
    }
    let (expected, found) = (try run(Tensor<Double>.self), try run(Lanes<Double>.self))
    #expect(abs(found.loss - expected.loss) <= 1e-9 * max(1, abs(expected.loss)))
    for (a, b) in zip(found.gradients, expected.gradients) {
      let largest = b.scalars.reduce(1) { max($0, abs($1)) }
      for (x, y) in zip(a.plain.scalars, b.scalars) { #expect(abs(x - y) <= 1e-8 * largest) }
    }
  }
}
