import Bounds
import Differentiation
import Foundation
import Networks
import RandomNumbers
import Tensors
import TestSupport
import Testing

@testable import Training

/// What draws a student to its teacher: values, gradients, and what the worst ends hold.
@Suite("A teacher in a step of training")
struct DistillationTests {
  /// A recipe's section on a teacher; the file is never read here.
  private static func section(_ more: String) -> String {
    "distillation: {teacher: t.onnx, weight: 0.7\(more.isEmpty ? "" : ", ")\(more)}"
  }

  /// A step with another network of the same form as its teacher.
  private static func step(
    _ method: String, _ more: String, batch: Int = 5, epsilon: Double = 0.05, teacher: UInt64 = 99,
    attack: String = ""
  ) throws -> StepCase {
    var step = try StepCase(
      method, extra: section(more) + "\n" + attack, batch: batch, epsilon: epsilon)
    step.teacher = try StepCase(method, seed: teacher).network
    return step
  }

  static let smooth = [
    ("ibp", "of: features, bounds: 0.5"), ("ibp", "of: features, bounds: 1"),
    ("fast", "of: features, bounds: 0"), ("fast", "of: logits, temperature: 3"),
    ("crown-ibp", "of: features, bounds: 0.25"),
    // Attacks of one long step end in corners, which do not move with the weights.
    ("mtl-ibp", "of: features"), ("mtl-ibp", "of: logits"), ("cc-ibp", "of: features"),
    ("exp-ibp", "of: logits"), ("sabr", "of: features"), ("sabr", "of: logits"),
  ]

  @Test("The gradient agrees with differences of the loss, method by method", arguments: smooth)
  func differences(method: String, more: String) throws {
    let attacks = ["mtl-ibp", "cc-ibp", "exp-ibp", "sabr"].contains(method)
    let step = try Self.step(
      method, more, attack: attacks ? "attack: {steps: 1, step-size: 4}" : "")
    let result = try step.run(Tensor<Double>.self)
    #expect(try #require(result.distillation) > 0)
    let size = 1e-6
    for (place, id) in step.network.trainableParameters.enumerated() {
      let value = step.network.parameters[id.index].value
      for element in stride(from: 0, to: value.count, by: max(1, value.count / 4)) {
        func loss(_ shift: Double) throws -> Double {
          var moved = value
          moved.withMutableElements { $0[element] += shift }
          return try step.run(Tensor<Double>.self, replacing: [id.index: moved]).loss
        }
        let slope = try (loss(size) - loss(-size)) / (2 * size)
        let found = result.gradients[place].scalars[element]
        #expect(
          abs(found - slope) <= 2e-5 * max(1, abs(slope)),
          "\(step.network.parameters[id.index].name)[\(element)]: \(found), differences give \(slope)"
        )
      }
    }
  }

  @Test(
    "It is the same sixteen examples side by side, whatever the batch", arguments: smooth,
    [1, 16, 21])
  func layouts(_ form: (String, String), batch: Int) throws {
    let step = try Self.step(form.0, form.1, batch: batch)
    let expected = try step.run(Tensor<Double>.self)
    let found = try step.run(Lanes<Double>.self)
    let (a, b) = (try #require(found.distillation), try #require(expected.distillation))
    #expect(abs(a - b) <= 1e-9 * max(1, abs(b)))
    #expect(abs(found.loss - expected.loss) <= 1e-9 * max(1, abs(expected.loss)))
    for (a, b) in zip(found.gradients, expected.gradients) {
      let largest = b.scalars.reduce(1) { max($0, abs($1)) }
      let isClose = zip(a.plain.scalars, b.scalars).allSatisfy { abs($0 - $1) <= 1e-8 * largest }
      #expect(isClose)
    }
  }

  @Test("The loss is that without a teacher, and the weight times the term")
  func weighted() throws {
    for (method, more) in Self.smooth {
      let step = try Self.step(method, more)
      var plain = try StepCase(method)
      plain.settings = step.settings
      let (with, without) = (
        try step.run(Tensor<Double>.self), try plain.run(Tensor<Double>.self)
      )
      let term = try #require(with.distillation)
      #expect(without.distillation == nil)
      #expect(abs(with.loss - without.loss - 0.7 * term) <= 1e-12 * max(1, with.loss))
    }
  }

  @Test("Features that are zero have the distance 1, the teacher's own 0, and a radius adds itself")
  func distances() {
    typealias T = Tensor<Double>
    let teacher = T([2, 3], [1, -2, 0, 3, 0.5, -1])
    func distance(_ center: [Double], _ radius: [Double]? = nil) -> Double {
      featureDistance(
        Tracked(T([2, 1, 3], center)), radius: radius.map { Tracked(T([2, 1, 3], $0)) },
        from: teacher
      ).base.scalars[0]
    }
    #expect(distance(.init(repeating: 0, count: 6)) == 1)
    #expect(distance(teacher.scalars) == 0)
    let squares = teacher.scalars.reduce(0) { $0 + $1 * $1 }
    #expect(
      abs(distance(teacher.scalars, .init(repeating: 0.5, count: 6)) - 1.5 / squares) <= 1e-15)
    // A teacher of zeros divides by nothing.
    let zero = featureDistance(Tracked(T([1, 2], [0, 0])), from: T([1, 2], [0, 0]))
    #expect(zero.base.scalars == [0])
  }

  @Test("A divergence is that of the definition, and 0 from a teacher that says the same")
  func divergence() {
    typealias T = Tensor<Double>
    let (z, t) = ([1.0, -2, 0.5, 3, 0, -1], [0.5, 0.5, -1, 700, -700, 0])
    func value(_ own: [Double], _ other: [Double], _ temperature: Double) -> Double {
      logitDivergence(
        Tracked(T([2, 1, 3], own)), from: T([2, 3], other), temperature: temperature
      ).base.scalars[0]
    }
    for temperature in [0.5, 1, 4] {
      var expected = 0.0
      for row in 0..<2 {
        func logs(_ x: [Double]) -> [Double] {
          let y = x[3 * row..<3 * row + 3].map { $0 / temperature }
          let top = y.max() ?? 0
          let sum = top + y.reduce(0) { $0 + Double.exp($1 - top) }.logarithm
          return y.map { $0 - sum }
        }
        let (p, q) = (logs(t), logs(z))
        expected += zip(p, q).reduce(0) { $0 + Double.exp($1.0) * ($1.0 - $1.1) }
      }
      expected *= temperature * temperature / 2
      #expect(abs(value(z, t, temperature) - expected) <= 1e-12 * max(1, expected))
      // The same distribution, whatever is added to all of its logits.
      #expect(abs(value(z.map { $0 + 3 }, z, temperature)) <= 1e-12)
    }
  }

  @Test(
    "No input of the region has features farther off than the worst ends say", arguments: 0..<20)
  func worstEnds(seed: Int) throws {
    typealias Base = Tensor<Double>
    let epsilon = 0.03
    var step = try StepCase(
      "ibp", extra: Self.section("of: features, bounds: 1"), epsilon: epsilon, seed: UInt64(seed))
    step.teacher = try StepCase("ibp", seed: UInt64(seed) + 500).network
    let training = step.training(Base.self)
    let worst = try #require(try step.run(Base.self).distillation)
    // Normalisations go by the statistics of the clean batch, in the bounds as well.
    let network = step.network
    let pass = network.normalizedPass(step.images, network.parameters.map(\.value))
    let features = try #require(training.comparedNode)
    let answer = try #require(training.teacher).answer(to: step.images)
    var random = SplitMix64(seed: UInt64(seed), stream: 7)
    var largest = 0.0
    for trial in 0..<40 {
      let moved = Base(
        step.images.shape,
        step.images.scalars.map { pixel in
          // Corners and points between.
          let move =
            trial % 2 == 0 ? random.uniform(in: -1...1) : random.integer(below: 2) == 0 ? -1 : 1
          return min(1, max(0, pixel + epsilon * Double(move)))
        })
      var found: Base?
      _ = network.evaluate(moved, pass.parameters) { if $0 == features { found = $1 } }
      let distance = featureDistance(Tracked(try #require(found)), from: answer).base.scalars[0]
      #expect(distance <= worst * (1 + 1e-9), "seed \(seed), trial \(trial)")
      largest = max(largest, distance)
    }
    #expect(largest > 0 && worst < 1e6, "seed \(seed): \(largest) of \(worst)")
  }

  @Test("Without a region, students are compared at the images, whatever the share of the bounds")
  func noRegion() throws {
    let distances = try ["0", "0.5", "1"].map { share in
      try #require(
        try Self.step("mtl-ibp", "of: features, bounds: \(share)", epsilon: 0)
          .run(Tensor<Double>.self).distillation)
    }
    #expect(distances[0] > 0 && distances.allSatisfy { $0 == distances[0] })
  }

  @Test("Features are what the last linear layer reads, and pixels are none")
  func features() throws {
    let network = try StepCase("ibp").network
    let features = try #require(network.features)
    #expect(network.nodes[features].operation is ReLU && network.nodes[features].shape.count == 6)
    var flat = Network(input: [1, 1, 2, 2])
    try flat.add(Reshape(to: [1, 4]), [0])
    let weight = flat.addParameter("w", Tensor<Double>(repeating: 1, [4, 3]))
    try flat.add(Linear(weight: weight, bias: nil), [flat.output])
    #expect(flat.features == nil)
    #expect(
      network.obstacle(toFeaturesOf: flat)
        == "it has no hidden layer before a last linear one; expected distillation.of: logits")
    #expect(
      flat.obstacle(toFeaturesOf: network)
        == "the network has no hidden layer before a last linear one; expected distillation.of: logits"
    )
    var rectified = network
    try rectified.add(ReLU(), [network.output])
    #expect(rectified.features == nil)
  }
}

extension Double {
  fileprivate static func exp(_ x: Double) -> Double { Foundation.exp(x) }
  fileprivate var logarithm: Double { Foundation.log(self) }
}
