import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// Training, averaging and folding of networks whose kernels are standardised.
@Suite("Networks with standardised kernels")
struct TrainedNetworkTests {
  static let kinds = ["weight-standardization", "scaled-weight-standardization"]

  private func section(_ kind: String, _ more: String = "") -> String {
    "network: {weights: \(kind)\(more)}"
  }

  /// Gains that are not all 1, so that a test sees them.
  private func parameters(_ trained: TrainedNetwork) -> [Tensor<Double>] {
    trained.network.parameters.map { parameter in
      guard parameter.name.hasSuffix(".gain") else { return parameter.value }
      return Tensor(
        parameter.value.shape, (0..<parameter.value.count).map { 0.7 + 0.4 * Double($0) })
    }
  }

  private func run(
    _ step: StepCase, replacing values: [Int: Tensor<Double>] = [:]
  ) throws -> StepResult<Tensor<Double>> {
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    let own = parameters(training.trained)
    return try training.run(
      step.images, step.labels,
      parameters: own.indices.map { values[$0] ?? own[$0] }, settings: step.settings, seed: 3)
  }

  @Test(
    "Gradients by raw kernels and gains agree with differences, whatever the method",
    arguments: [
      ("clean", ""), ("ibp", "regularizer: {weight: 0.5}"), ("fast", "loss: {l1: 1e-3}"),
      ("crown-ibp", "loss: {fused: false}"), ("crown-ibp", "loss: {fused: true}"),
    ], kinds)
  func differences(_ method: (String, String), kind: String) throws {
    let step = try StepCase(method.0, extra: "\(section(kind))\n\(method.1)")
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    let own = parameters(training.trained)
    let result = try run(step)
    let size = 1e-6
    for (place, id) in training.trainable.enumerated() {
      for element in stride(from: 0, to: own[id.index].count, by: max(1, own[id.index].count / 4)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = own[id.index]
          moved.withMutableElements { $0[element] += shift }
          return try run(step, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 5e-5 * max(1, abs(slope)),
          "\(training.trained.network.parameters[id.index].name)[\(element)]: \(found), \(slope)")
      }
    }
  }

  @Test(
    "The loss is that of the folded network, whatever the method",
    arguments: StepGradientTests.all, kinds)
  func folded(method: String, kind: String) throws {
    let step = try StepCase(method, extra: section(kind))
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    let found = try run(step)
    // What is trained are 32-bit floats; the case's numbers are not, so these are rounded first.
    let values = parameters(training.trained).map { Tensor<Float>(converting: $0) }
    let rounded = try run(
      step,
      replacing: Dictionary(
        uniqueKeysWithValues: values.enumerated().map {
          ($0.offset, Tensor<Double>(converting: $0.element))
        }))
    var plain = step
    plain.network = training.trained.folded(into: step.network, values)
    plain.recipe.network.weights = WeightSettings()
    let folded = try plain.run(Tensor<Double>.self)
    #expect(plain.network.parameters.count == step.network.parameters.count)
    #expect(abs(folded.loss - rounded.loss) <= 1e-4 * max(1, abs(rounded.loss)))
    #expect(abs(found.loss - rounded.loss) <= 1e-4 * max(1, abs(rounded.loss)))
    // Gains other than 1 and raw kernels are not what the network computes with.
    var raw = step
    raw.recipe.network.weights = WeightSettings()
    if kind.hasPrefix("scaled") {
      #expect(abs(try raw.run(Tensor<Double>.self).loss - rounded.loss) > 1e-4)
    }
  }

  @Test("Folding in doubles gives the outputs of the network that is trained, within rounding")
  func foldedOutputs() throws {
    for kind in Self.kinds {
      let step = try StepCase("clean", extra: section(kind))
      let trained = TrainedNetwork(step.network, step.recipe.network.weights)
      let values = parameters(trained)
      let effective = trained.effective(values)
      let unfolded = step.network.evaluate(step.images, Parameters(effective))
      // Folded into convolutions with their normalisations, in doubles.
      var exact = step.network
      for index in exact.parameters.indices {
        exact.setValue(effective[index], of: ParameterID(index))
      }
      let simple = exact.foldingBatchNormalization()
      #expect(simple.nodes.filter { $0.operation is BatchNormalization }.isEmpty)
      let folded = simple.evaluate(step.images, simple.parameters(as: Tensor<Double>.self))
      let scale = unfolded.scalars.reduce(1) { max($0, abs($1)) }
      for (a, b) in zip(unfolded.scalars, folded.scalars) { #expect(abs(a - b) <= 1e-12 * scale) }
      // What is saved is that, rounded once.
      let saved = trained.folded(
        into: step.network, values.map { Tensor<Float>(converting: $0) })
      let again = trained.effective(
        values.map { Tensor<Double>(converting: Tensor<Float>(converting: $0)) })
      for index in saved.parameters.indices {
        let expected = Tensor<Double>(converting: Tensor<Float>(converting: again[index]))
        #expect(saved.parameters[index].value == expected)
      }
    }
  }

  @Test("Without scaling only kernels that a normalisation follows are standardised")
  func placement() throws {
    func kernels(_ kind: WeightSettings.Kind, _ normalization: NormalizationPlacement) throws -> Int
    {
      let network = try CNN7(width: 2, linear: 4, normalization: normalization)
        .network(for: ImageTask(shape: [3, 16, 16], classes: 4)).initialized(seed: 1)
      var settings = WeightSettings()
      settings.kind = kind
      let trained = TrainedNetwork(network, settings)
      let values =
        network.parameters.map { $0.value }
        + trained.network.parameters.dropFirst(
          network.parameters.count
        ).map { $0.value }
      let changed = zip(values, trained.effective(values)).count { $0 != $1 }
      #expect((changed > 0 || kind == .plain) == (settings.obstacle(trained) == nil))
      return changed
    }
    #expect(try kernels(.standardized, .full) == 5)
    #expect(try kernels(.standardized, .none) == 0)
    #expect(try kernels(.scaled, .none) == 5)
    #expect(try kernels(.plain, .full) == 0)
  }

  @Test("The gain for intervals keeps their widths, that for ReLUs does not")
  func intervalGain() throws {
    var settings = WeightSettings()
    (settings.kind, settings.gain) = (.scaled, nil)
    let network = try CNN7(width: 8, linear: 16, normalization: .none)
      .network(for: ImageTask(shape: [3, 32, 32], classes: 10)).initialized(.ibp, seed: 5)
    let trained = TrainedNetwork(network, settings)
    let values = trained.network.parameters.map { Tensor<Float>(converting: $0.value) }
    for (before, after) in zip(
      network.parameters, trained.folded(into: network, values).parameters)
    where before.name.hasPrefix("conv") && before.name.hasSuffix("weight") {
      // The sums of magnitudes, by which intervals widen, are those of the initialisation.
      func mean(_ x: Tensor<Double>) -> Double {
        x.scalars.reduce(0) { $0 + abs($1) } / Double(x.shape[0])
      }
      #expect(abs(mean(after.value) / mean(before.value) - 1) < 0.12, "\(before.name)")
    }
  }

  @Test("Estimated statistics follow their rule and carry no gradient")
  func estimates() throws {
    var step = try StepCase("ibp", extra: "network: {statistics: estimated}")
    let training = TrainingStep<Tensor<Double>>(step.network, step.recipe)
    func moments(_ speed: Double) throws -> [BatchMoments<Tensor<Double>>] {
      step.settings.statisticsSpeed = speed
      return try step.run(Tensor<Double>.self).moments
    }
    let (whole, part) = (try moments(1)[0], try moments(0.25)[0])
    let norm = whole.normalization
    let (m, v) = (
      step.network.parameters[norm.mean.index].value,
      step.network.parameters[norm.variance.index].value
    )
    for channel in 0..<whole.mean.count {
      let (mean, variance) = (whole.mean.scalars[channel], whole.variance.scalars[channel])
      let (oldMean, oldVariance) = (m.scalars[channel], v.scalars[channel])
      let second = variance + (mean - oldMean) * (mean - oldMean)
      #expect(abs(part.mean.scalars[channel] - (0.75 * oldMean + 0.25 * mean)) < 1e-12)
      #expect(abs(part.variance.scalars[channel] - (0.75 * oldVariance + 0.25 * second)) < 1e-12)
    }
    // As plain constants the same statistics give the same gradients.
    step.settings.statisticsSpeed = 0.25
    let found = try step.run(Tensor<Double>.self)
    var values = step.network.parameters.map(\.value)
    for moment in found.moments {
      values[moment.normalization.mean.index] = moment.mean
      values[moment.normalization.variance.index] = moment.variance
    }
    let id = training.trainable[0]
    let own = values[id.index]
    let size = 1e-6
    func loss(_ shift: Double) throws -> Double {
      var moved = own
      moved.withMutableElements { $0[0] += shift }
      // A speed of almost nothing leaves the statistics where they are.
      step.settings.statisticsSpeed = 1e-300
      var replaced = Dictionary(
        uniqueKeysWithValues: values.enumerated().map { ($0.offset, $0.element) })
      replaced[id.index] = moved
      return try step.run(Tensor<Double>.self, replacing: replaced).loss
    }
    #expect(abs(try loss(0) - found.loss) < 1e-12)
    let slope = try (loss(size) - loss(-size)) / (2 * size)
    #expect(abs(found.gradients[0].scalars[0] - slope) <= 2e-5 * max(1, abs(slope)))
  }

  @Test("Estimates are those of the same sixteen examples side by side")
  func estimatesInLanes() throws {
    for speed in [1, 0.25] {
      var step = try StepCase("fast", extra: "network: {statistics: estimated}", batch: 1)
      step.settings.statisticsSpeed = speed
      let (a, b) = (try step.run(Tensor<Double>.self), try step.run(Lanes<Double>.self))
      #expect(abs(a.loss - b.loss) <= 1e-9 * max(1, abs(a.loss)))
      for (x, y) in zip(a.gradients, b.gradients) {
        let largest = x.scalars.reduce(1) { max($0, abs($1)) }
        for (p, q) in zip(x.scalars, y.plain.scalars) { #expect(abs(p - q) <= 1e-8 * largest) }
      }
    }
  }
}
