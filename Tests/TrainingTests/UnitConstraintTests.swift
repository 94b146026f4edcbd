import Networks
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Constraints of unit rows and columns")
struct UnitConstraintTests {
  private func random(_ shape: Shape, _ g: inout SplitMix64) -> Tensor<Float> {
    Tensor(shape, (0..<shape.count).map { _ in Float.random(in: -1...1, using: &g) })
  }

  private func settings(_ kind: ConstraintSettings.Kind) -> ConstraintSettings {
    var settings = ConstraintSettings()
    settings.kind = kind
    return settings
  }

  @Test("Units have length 1 along the right axis after every step, and only there")
  func units() throws {
    var g = SplitMix64(seed: 44)
    let network = try LipschitzTransformer(
      vocabulary: 7, tokens: 6, width: 16, blocks: 1, heads: 4
    ).network().withTransformerWeights(seed: 5)
    let trained = TrainedNetwork(network, WeightSettings())
    let names = trained.trainable.map { network.parameters[$0.index].name }
    let axes = network.unitAxes(.unitHidden, trained.trainable)
    for (name, axis) in zip(names, axes) {
      let expected: UnitAxis? =
        switch name {
        case "embedding.weight", "head.weight": nil
        case _ where name.contains("mixing") || name.contains("falling"): .columns
        default: .rows
        }
      #expect(axis == expected, "\(name)")
    }
    let optimizer = Optimizer(OptimizerSettings(), trained.forms)
    let constraint = WeightConstraint(settings(.unitHidden), trained)
    var weights = trained.trainable.map {
      Tensor<Float>(converting: network.parameters[$0.index].value)
    }
    constraint.begin(&weights)
    var state = optimizer.initialState(for: weights)
    for step in 0..<20 {
      let before = weights
      optimizer.step(
        &weights, weights.map { random($0.shape, &g) }, norm: 1, &state, rate: 0.05)
      let stepped = weights
      constraint.apply(&weights, from: before, norms: [], rate: 0.05, decay: 0, isBounded: false)
      for (index, axis) in axes.enumerated() {
        guard let axis else {
          #expect(weights[index] == stepped[index])
          continue
        }
        #expect(weights[index].unitNorms(axis).allSatisfy { abs($0 - 1) < 1e-6 })
        // The first steps from zero are of one size in every place.
        guard step > 4 else { continue }
        let other: UnitAxis = axis == .rows ? .columns : .rows
        #expect(weights[index].unitNorms(other).contains { abs($0 - 1) > 1e-2 })
      }
    }
  }

  @Test("A residual network writes where a sum reads, and rows are outputs in both layouts")
  func unitAxes() throws {
    let network = try WideResNet8(widening: 1, linear: 4)
      .network(for: ImageTask(shape: [3, 8, 8], classes: 3))
    let trainable = network.trainableParameters
    func axis(_ name: String, _ kind: ConstraintSettings.Kind) throws -> UnitAxis? {
      let place = try #require(trainable.firstIndex { network.parameters[$0.index].name == name })
      return network.unitAxes(kind, trainable)[place]
    }
    #expect(try axis("block1.conv1.weight", .unitHidden) == .rows)
    #expect(try axis("block1.conv2.weight", .unitHidden) == .columns)
    #expect(try axis("linear1.weight", .unitHidden) == .rows)
    #expect(try axis("classifier.weight", .unitRows) == nil)
    #expect(try axis("block1.conv2.weight", .unitRows) == .rows)
    #expect(try axis("block1.conv1.weight", .unitColumns) == .columns)
    let linear = Tensor<Float>([2, 3], [3, 0, 1, 4, 2, 0])
    #expect(linear.unitNorms(.rows) == [5, 2, 1])
    let kernel = Tensor<Float>([2, 1, 1, 2], [3, 4, 0, 2])
    #expect(kernel.unitNorms(.rows) == [5, 2])
  }

  @Test("Unit rows change what a layer computes, unless a normalisation follows")
  func unitsAndFunctions() throws {
    var g = SplitMix64(seed: 45)
    for isNormalized in [true, false] {
      let network = try MLP(hidden: [5], isNormalized: isNormalized)
        .network(for: ImageTask(shape: [1, 3, 3], classes: 3)).initialized(.framework, seed: 2)
      let trained = TrainedNetwork(network, WeightSettings())
      var first = trained.trainable.map {
        Tensor<Float>(converting: network.parameters[$0.index].value)
      }
      // Large enough that the number added to variances does not count; no bias, which would not scale along.
      first[0] = first[0] * 200
      first[1] = first[1] * 0
      var weights = first
      WeightConstraint(settings(.unitRows), trained).begin(&weights)
      // Back to a size at which that number does not count, the same for every row.
      if isNormalized { weights[0] = weights[0] * 200 }
      let x = Tensor<Double>(converting: random([9, 1, 1, 3, 3], &g))
      func output(_ weights: [Tensor<Float>]) -> [Double] {
        var values = network.parameters.map(\.value)
        for (id, weight) in zip(trained.trainable, weights) {
          values[id.index] = Tensor<Double>(converting: weight)
        }
        return network.normalizedPass(x, values).output.scalars
      }
      let difference = zip(output(first), output(weights)).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(isNormalized ? difference < 1e-4 : difference > 0.1)
    }
  }
}
