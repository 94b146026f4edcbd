import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

/// Norms that are kept: Normalize-and-Project and steps on a sphere.
@Suite("Constraints of norms")
struct NormConstraintTests {
  private func random(_ shape: Shape, _ g: inout SplitMix64, size: Double = 1) -> Tensor<Float> {
    Tensor(
      shape, (0..<shape.count).map { _ in Float(Double.random(in: -size...size, using: &g)) })
  }

  private func settings(
    _ kind: ConstraintSettings.Kind, _ normalizations: ConstraintSettings.Normalizations = .free
  ) -> ConstraintSettings {
    var settings = ConstraintSettings()
    (settings.kind, settings.normalizations) = (kind, normalizations)
    return settings
  }

  private func network() throws -> Network {
    try CNN7(width: 2, linear: 4).network(for: ImageTask(shape: [1, 8, 8], classes: 3))
      .initialized(.kaiming, seed: 4)
  }

  private func norm(_ weights: [Tensor<Float>], _ places: [Int]) -> Double {
    places.reduce(0.0) { $0 + weights[$1].frobeniusNorm * weights[$1].frobeniusNorm }.squareRoot()
  }

  @Test("Norms of matrices, and of factors and shifts together, stay over ten thousand steps")
  func constantNorms() throws {
    var g = SplitMix64(seed: 41)
    let trained = TrainedNetwork(try network(), WeightSettings())
    let constraint = WeightConstraint(settings(.frobenius, .joint), trained)
    var optimizerSettings = OptimizerSettings()
    (optimizerSettings.kind, optimizerSettings.learningRate) = (.sgd, 0.05)
    let optimizer = Optimizer(optimizerSettings, trained.forms)
    let norms = trained.firstNorms
    let pairs = trained.network.normalizationPairs(trained.trainable)
    #expect(pairs.count == 6)
    var weights = trained.trainable.map {
      Tensor<Float>(converting: trained.network.parameters[$0.index].value)
    }
    let joint = pairs.map { norm(weights, [$0.scale, $0.bias]) }
    let noise = (0..<16).map { _ in weights.map { random($0.shape, &g) } }
    var state = optimizer.initialState(for: weights)
    for step in 0..<10_000 {
      let before = weights
      optimizer.step(&weights, noise[step % 16], norm: 1, &state, rate: 0.05)
      constraint.apply(
        &weights, from: before, norms: norms, rate: 0.05, decay: 0, isBounded: false)
      guard step % 500 == 499 else { continue }
      for (index, form) in trained.forms.enumerated() where form != .elements {
        #expect(abs(weights[index].frobeniusNorm / norms[index] - 1) < 1e-6)
      }
      for (pair, first) in zip(pairs, joint) {
        #expect(abs(norm(weights, [pair.scale, pair.bias]) / first - 1) < 1e-6)
      }
    }
  }

  @Test("Where a normalisation follows every layer, projecting leaves the function as it is")
  func sameFunction() throws {
    var g = SplitMix64(seed: 42)
    let plain = try network()
    let trained = TrainedNetwork(plain, WeightSettings())
    let pairs = plain.normalizationPairs(trained.trainable)
    let first = trained.trainable.map { id -> Tensor<Float> in
      let parameter = plain.parameters[id.index]
      // Large enough that the number added to variances does not count.
      let scale =
        parameter.name.hasSuffix("weight") && parameter.name != "classifier.weight" ? 300.0 : 1
      return Tensor<Float>(converting: parameter.value * scale)
    }
    let norms = first.map(\.frobeniusNorm)
    var drifted = first
    // The last normalisation is followed by the classifier, which nothing normalises.
    for pair in pairs.dropLast() {
      let factor = Double.random(in: 0.5...2, using: &g)
      for index in [pair.scale, pair.bias] { drifted[index] = drifted[index] * factor }
    }
    let free = Set(trained.scaleFree)
    #expect(free.count == 6)
    for (index, id) in trained.trainable.enumerated() where free.contains(id) {
      drifted[index] = drifted[index] * Double.random(in: 0.5...2, using: &g)
    }
    var projected = drifted
    WeightConstraint(settings(.frobenius, .joint), trained).apply(
      &projected, from: drifted, norms: norms, rate: 0.1, decay: 0, isBounded: false)
    let x = Tensor<Double>(converting: random([7, 1, 1, 8, 8], &g))
    func output(_ weights: [Tensor<Float>]) -> [Double] {
      var values = plain.parameters.map(\.value)
      for (id, weight) in zip(trained.trainable, weights) {
        values[id.index] = Tensor<Double>(converting: weight)
      }
      return plain.normalizedPass(x, values).output.scalars
    }
    #expect(projected != drifted)
    for (a, b) in zip(output(drifted), output(projected)) { #expect(abs(a - b) < 1e-5) }
    // It is no invariance of everything: the classifier's own size counts.
    var other = projected
    other[other.count - 2] = other[other.count - 2] * 2
    #expect(zip(output(other), output(projected)).contains { abs($0 - $1) > 1e-3 })
  }

  /// A training case whose normalisations add nothing to variances, so that sizes do not matter at all.
  private func scaleFreeCase() throws -> (StepCase, TrainedNetwork) {
    var step = try StepCase("ibp", extra: "regularizer: {weight: 0.5}")
    step.network = step.network.replacingOperations { operation in
      guard var normalization = operation as? BatchNormalization else { return operation }
      normalization.epsilon = 0
      return normalization
    }
    return (step, TrainedNetwork(step.network, WeightSettings()))
  }

  @Test("A step of SGD grows the square of a norm by that of the step")
  func growth() throws {
    let (step, trained) = try scaleFreeCase()
    let result = try step.run(Tensor<Double>.self)
    let rate = 0.3
    #expect(trained.scaleFree.count == 3)
    for (id, gradient) in zip(trained.trainable, result.gradients)
    where trained.scaleFree.contains(id) {
      func square(_ x: Tensor<Double>) -> Double { x.scalars.reduce(0) { $0 + $1 * $1 } }
      let weight = step.network.parameters[id.index].value
      let moved = weight - gradient * rate
      let step = rate * rate * square(gradient)
      #expect(step > 1e-6)
      #expect(abs(square(moved) - square(weight) - step) < 1e-10)
    }
  }

  @Test("Projected steps at the matching rates turn weights as free steps do")
  func matchedSchedule() throws {
    let (step, trained) = try scaleFreeCase()
    let rate = 0.05
    let start = step.network.parameters.map(\.value)
    let norms = trained.firstNorms
    let constraint = WeightConstraint(settings(.frobenius), trained)
    var (freely, projected) = (start, start)
    func norm(_ x: Tensor<Double>) -> Double {
      x.scalars.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }
    func gradients(_ values: [Tensor<Double>]) throws -> [Tensor<Double>] {
      try step.run(
        Tensor<Double>.self,
        replacing: Dictionary(
          uniqueKeysWithValues: values.enumerated().map { ($0.offset, $0.element) })
      ).gradients
    }
    let free = Set(trained.scaleFree)
    for _ in 0..<100 {
      let (a, b) = (try gradients(freely), try gradients(projected))
      for (place, id) in trained.trainable.enumerated() {
        let matched =
          free.contains(id)
          ? rate * norms[place] * norms[place]
            / (norm(freely[id.index]) * norm(freely[id.index])) : rate
        projected[id.index] = projected[id.index] - b[place] * matched
        freely[id.index] = freely[id.index] - a[place] * rate
      }
      // The classifier, whose size counts, is free in both runs.
      var weights = trained.trainable.map { Tensor<Float>(converting: projected[$0.index]) }
      constraint.apply(
        &weights, from: weights, norms: norms, rate: rate, decay: 0, isBounded: false)
      for (id, weight) in zip(trained.trainable, weights) where free.contains(id) {
        projected[id.index] = Tensor<Double>(converting: weight)
      }
    }
    for id in trained.scaleFree {
      let (a, b) = (freely[id.index], projected[id.index])
      let dot = zip(a.scalars, b.scalars).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(dot / (norm(a) * norm(b)) > 0.9999)
      let moved = zip(a.scalars, start[id.index].scalars).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(moved / (norm(a) * norm(start[id.index])) < 0.999, "it has turned at all")
      #expect(norm(a) > 1.01 * norm(b), "the free run has grown")
    }
  }

  @Test("Effective rates are the rate over the norm, over its square for SGD")
  func effectiveRates() throws {
    let trained = TrainedNetwork(try network(), WeightSettings())
    let values = trained.network.parameters.map { Tensor<Float>(converting: $0.value) }
    for (kind, power) in [(OptimizerSettings.Kind.sgd, 2.0), (.adam, 1.0)] {
      let rates = try #require(trained.effectiveRates(values, rate: 0.5, kind: kind))
      #expect(rates.map(\.name).first == "conv1.weight" && rates.count == 6)
      let norm = values[trained.scaleFree[0].index].frobeniusNorm
      let expected = power == 2 ? 0.5 / (norm * norm) : 0.5 / norm
      #expect(abs(rates[0].rate / expected - 1) < 1e-12)
    }
    let free = try CNN7(width: 2, linear: 4, normalization: .none)
      .network(for: ImageTask(shape: [1, 8, 8], classes: 3))
    #expect(
      TrainedNetwork(free, WeightSettings()).effectiveRates(values, rate: 1, kind: .sgd) == nil)
  }

  @Test("Steps on the sphere have the length that the rate says, and vectors move as they would")
  func hyperball() throws {
    var g = SplitMix64(seed: 43)
    let shapes: [Shape] = [[5, 4], [3, 2, 3, 3], [6]]
    let before = shapes.map { random($0, &g) }
    let moves = shapes.map { random($0, &g, size: 7) }
    var weights = zip(before, moves).map { $0 - $1 }
    let norms = before.map(\.frobeniusNorm)
    WeightConstraint(settings(.hyperball), shapes.map { WeightForm($0) }).apply(
      &weights, from: before, norms: norms, rate: 0.1, decay: 0, isBounded: false)
    #expect(weights[2] == before[2] - moves[2])
    for index in 0..<2 {
      let (w, u, r) = (before[index].scalars, moves[index].scalars, norms[index])
      let size = moves[index].frobeniusNorm
      let moved = zip(w, u).map { Double($0) - 0.1 * r * Double($1) / size }
      let length = moved.reduce(0) { $0 + $1 * $1 }.squareRoot()
      for (found, expected) in zip(weights[index].scalars, moved) {
        #expect(abs(Double(found) - r * expected / length) < 1e-6)
      }
      #expect(abs(weights[index].frobeniusNorm / r - 1) < 1e-6)
    }
  }
}
