import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Muon and constraints of weights")
struct ConstraintTests {
  /// A matrix with given singular values and random singular vectors.
  private func matrix(
    _ rows: Int, _ columns: Int, _ values: [Double], _ g: inout SplitMix64
  ) -> Tensor<Float> {
    var diagonal = Tensor<Float>(repeating: 0, [rows, columns])
    diagonal.withMutableElements { elements in
      for (i, value) in values.enumerated() { elements[i * columns + i] = Float(value) }
    }
    return reflected(reflected(diagonal, rows, isLeft: true, &g), columns, isLeft: false, &g)
  }

  /// The product with some reflections, which are orthogonal.
  private func reflected(
    _ matrix: Tensor<Float>, _ size: Int, isLeft: Bool, _ g: inout SplitMix64
  ) -> Tensor<Float> {
    var matrix = matrix
    for _ in 0..<3 {
      var normal = Tensor<Float>(
        [size, 1], (0..<size).map { _ in Float.random(in: -1...1, using: &g) })
      normal = normal * (1 / normal.frobeniusNorm)
      if isLeft {
        let row = normal.product(matrix, transposingLeft: true, transposingRight: false)
        matrix = matrix - normal.product(row) * 2
      } else {
        let column = matrix.product(normal)
        matrix = matrix - column.product(normal, transposingLeft: false, transposingRight: true) * 2
      }
    }
    return matrix
  }

  /// A matrix times its transpose, on the shorter side.
  private func gram(_ x: Tensor<Float>) -> Tensor<Float> {
    x.shape[0] > x.shape[1]
      ? x.product(x, transposingLeft: true, transposingRight: false)
      : x.product(x, transposingLeft: false, transposingRight: true)
  }

  @Test(
    "Orthogonalised matrices have singular values near 1 and never above",
    arguments: [
      [12, 12], [20, 7], [6, 31],
    ])
  func orthogonalized(_ extents: [Int]) throws {
    var g = SplitMix64(seed: 5)
    let count = min(extents[0], extents[1])
    let values = (0..<count).map { _ in Double.random(in: 0.1...1, using: &g) }
    let x = matrix(extents[0], extents[1], values, &g)
    let result = x.orthogonalized()
    #expect(result.singularValueBound <= 1.02)
    #expect(result.topSingular(rounds: 200).value <= 1)
    for (i, value) in gram(result).scalars.enumerated() {
      let expected: Float = i % (count + 1) == 0 ? 1 : 0
      #expect(abs(value - expected) < 0.012)
    }
  }

  @Test("Bounds of singular values are above them, and near")
  func bounds() throws {
    var g = SplitMix64(seed: 6)
    for trial in 0..<40 {
      let (rows, columns) = (Int.random(in: 1...24, using: &g), Int.random(in: 1...24, using: &g))
      let largest = [1e-10, 1, 1e10][trial % 3]
      let values = (0..<min(rows, columns)).map {
        $0 == 0 ? largest : largest * Double.random(in: 0...1, using: &g)
      }
      let x = matrix(rows, columns, values, &g)
      let bound = x.singularValueBound
      // The matrix itself was rounded to single precision.
      #expect(bound >= largest * (1 - 1e-5))
      #expect(bound <= largest * 1.03)
      // The iteration rounds to single precision.
      #expect(x.topSingular(rounds: 100).value <= bound * (1 + 1e-6))
    }
    #expect(Tensor<Float>(repeating: 0, [3, 4]).singularValueBound == 0)
  }

  @Test(
    "The strength of the soft cap",
    arguments: [
      (1, 0.1, 0.158864), (2, 0.1, 0.0306098), (6, 0.2, 0.00285246), (8, 0.05, 0.000718834),
      (16, 0.1, 0.000179708),
    ])
  func softCapCoefficients(_ limit: Double, _ rate: Double, _ expected: Double) throws {
    let coefficient = try #require(
      SoftCap.coefficient(limit: limit, largest: limit + rate))
    #expect(abs(coefficient / expected - 1) < 1e-5)
    func capped(_ x: Double) -> Double {
      let y = x - coefficient * x * x * x
      return y + coefficient * y * y * y
    }
    // Nothing that a step leaves is above the limit, and the order of values stays.
    let values = (0...1000).map { capped(Double($0) / 1000 * (limit + rate)) }
    #expect(values.allSatisfy { $0 <= limit * (1 + 1e-12) })
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 <= $1 })
  }

  @Test("A soft cap that would not hold its limit is none")
  func softCapReach() {
    #expect(SoftCap.coefficient(limit: 1, largest: 1.5) == nil)
    #expect(SoftCap.coefficient(limit: 1, largest: 1) == 0)
  }

  @Test(
    "Constraints hold what they promise over many steps",
    arguments: [
      ConstraintSettings.Kind.spectralNormalization, .stiefel, .softCap, .hardCap,
    ])
  func limits(_ kind: ConstraintSettings.Kind) throws {
    var g = SplitMix64(seed: 7)
    var settings = ConstraintSettings()
    (settings.kind, settings.limit) = (kind, 1.5)
    let shapes: [Shape] = [[8, 14], [16, 5], [6, 3, 2, 2], [7]]
    let forms = shapes.map { WeightForm($0) }
    let constraint = WeightConstraint(settings, forms)
    var optimizerSettings = OptimizerSettings()
    (optimizerSettings.kind, optimizerSettings.learningRate) = (.muon, 0.2)
    let optimizer = Optimizer(optimizerSettings, forms)
    func random(_ shape: Shape, _ size: Double) -> Tensor<Float> {
      Tensor(
        shape, (0..<shape.count).map { _ in Float(Double.random(in: -size...size, using: &g)) })
    }
    var weights = shapes.map { random($0, 3) }
    constraint.begin(&weights)
    var state = optimizer.initialState(for: weights)
    let direction = shapes.map { random($0, 1) }
    for step in 0..<60 {
      let gradients = zip(shapes, direction).map { random($0, 0.1) + $1 }
      let vector = weights[3]
      optimizer.step(&weights, gradients, norm: 1, &state, rate: 0.2)
      constraint.apply(
        &weights, from: weights, norms: [], rate: 0.2, decay: 0, isBounded: true)
      for (weight, shape) in zip(weights, shapes) {
        guard let form = WeightMatrix(shape) else { continue }
        let top = form.top(of: weight)
        #expect(top <= 1.5 * (1 + 1e-5), "step \(step), \(shape)")
        if kind == .stiefel { #expect(top >= 1.5 * 0.98) }
      }
      #expect(weights[3] != vector)
    }
  }

  @Test("The Frobenius norm of every matrix stays, the hammer sets the largest singular value")
  func normsAndHammer() throws {
    var g = SplitMix64(seed: 8)
    var weights = [matrix(6, 9, [3, 2, 1, 1, 0.5, 0.1], &g)]
    let norms = weights.map(\.frobeniusNorm)
    weights[0] = weights[0] * 1.7
    var settings = ConstraintSettings()
    settings.kind = .frobenius
    let forms = weights.map { WeightForm($0.shape) }
    WeightConstraint(settings, forms).apply(
      &weights, from: weights, norms: norms, rate: 1, decay: 0, isBounded: false)
    #expect(abs(weights[0].frobeniusNorm / norms[0] - 1) < 1e-6)
    (settings.kind, settings.limit) = (.hammer, 0.5)
    WeightConstraint(settings, forms).apply(
      &weights, from: weights, norms: norms, rate: 1, decay: 0, isBounded: false)
    // The second value is now the largest; the unit is the root of 9 / 6.
    let form = try #require(WeightMatrix([6, 9]))
    #expect(abs(form.top(of: weights[0]) * form.unit - 2) < 1e-2)
  }
}

extension WeightMatrix {
  /// The largest singular value of any of a weight's matrices, in units of norm, as power iteration finds it.
  fileprivate func top(of weight: Tensor<Float>) -> Double {
    var largest = 0.0
    _ = changing(weight) { matrix in
      largest = max(largest, matrix.topSingular(rounds: 200).value)
      return matrix
    }
    return largest
  }
}

@Suite("Constraints of transformers")
struct TransformerConstraintTests {
  @Test("Each head and each row of an embedding keeps the limit by itself, over steps of Muon")
  func heads() throws {
    var settings = ConstraintSettings()
    (settings.kind, settings.limit) = (.softCap, 1.2)
    var optimizerSettings = OptimizerSettings()
    (optimizerSettings.kind, optimizerSettings.learningRate) = (.muon, 0.2)
    let network = try LipschitzTransformer(
      vocabulary: 7, tokens: 6, width: 16, blocks: 1, heads: 4
    ).network().withTransformerWeights(seed: 5)
    let forms = network.weightForms
    #expect(forms.count { if case .rows(16) = $0 { true } else { false } } == 1)
    #expect(
      forms.count { if case .matrix(let form) = $0 { form.blocks == 4 } else { false } } == 3)
    let constraint = WeightConstraint(settings, forms)
    let optimizer = Optimizer(optimizerSettings, forms)
    var state = TrainingState(network, optimizerSettings, settings)
    var g = SplitMix64(seed: 9)
    let trainable = network.trainableParameters
    for _ in 0..<40 {
      var weights = trainable.map { state.parameters[$0.index] }
      let gradients = weights.map { weight in
        // The same direction again and again is what moves a singular value most.
        Tensor<Float>(
          weight.shape,
          (0..<weight.count).map { Float($0 % 5) - 2 + Float.random(in: -0.1...0.1, using: &g) })
      }
      optimizer.step(&weights, gradients, norm: 1, &state.optimizer, rate: 0.2)
      constraint.apply(
        &weights, from: weights, norms: [], rate: 0.2, decay: 0, isBounded: true)
      for (id, weight) in zip(trainable, weights) { state.parameters[id.index] = weight }
      for (form, weight) in zip(forms, weights) {
        switch form {
        case .matrix(let form): #expect(form.top(of: weight) <= 1.2 * (1 + 1e-5))
        case .rows(let width):
          for row in 0..<weight.shape[0] {
            let elements = weight.scalars[row * width..<(row + 1) * width]
            #expect(elements.reduce(0) { $0 + Double($1) * Double($1) } / Double(width) <= 1)
          }
        case .elements: Issue.record("a transformer has no vector")
        }
      }
    }
    // The limit is reached, so that it is what held.
    let query = try #require(
      zip(forms, trainable).first {
        if case .matrix(let form) = $0.0 { form.blocks == 4 } else { false }
      })
    if case .matrix(let form) = query.0 {
      #expect(form.top(of: state.parameters[query.1.index]) > 1.1)
    }
  }
}
