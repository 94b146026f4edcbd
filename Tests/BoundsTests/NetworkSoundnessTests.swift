import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// A network, a kind of region and a size.
struct SoundnessCase: Sendable, CustomTestStringConvertible {
  var kind: ZooNetwork
  var norm: Norm
  var radius: Double
  var testDescription: String { "\(kind) \(norm) \(radius)" }
  /// Slopes are optimised over boxes, and over balls of inputs that are not images.
  var supportsSlopeOptimization: Bool { norm == .infinity || kind.inputShape.rank != 4 }

  static let all: [SoundnessCase] = ZooNetwork.allCases.flatMap { kind in
    [
      SoundnessCase(kind: kind, norm: .infinity, radius: 0.02),
      SoundnessCase(kind: kind, norm: .infinity, radius: 0.3),
      SoundnessCase(kind: kind, norm: .infinity, radius: 2),
      SoundnessCase(kind: kind, norm: .two, radius: 0.3),
      SoundnessCase(kind: kind, norm: .one, radius: 0.5),
    ]
  }
}

@Suite("Bounds of small networks with every operation")
struct NetworkSoundnessTests {
  @Test("Sampled values lie inside the bounds of every method", arguments: SoundnessCase.all)
  func sampledValuesAreInside(test: SoundnessCase) throws {
    try check(test, Tensor<Double>.self, tolerance: 1e-11)
    try check(test, Tensor<Float>.self, tolerance: 2e-5)
  }

  private func check<S>(_ test: SoundnessCase, _ type: Tensor<S>.Type, tolerance: Double) throws {
    for seed in 0..<2 as Range<UInt64> {
      let network = try test.kind.network(seed: seed)
      var generator = SplitMix64(seed: seed + 100)
      let regions = try randomRegions(
        2, network.inputShape, radius: test.radius, test.norm, &generator)
      let inputs = InputSet<Tensor<S>>(regions, shape: network.inputShape)
      let bounder = Bounder<Tensor<S>>(network)
      var states = [
        "ibp": try bounder.intervals(over: inputs), "crown": try bounder.crown(over: inputs),
        "forward": try bounder.forward(over: inputs),
      ]
      if test.supportsSlopeOptimization {
        states["alpha-crown"] = try bounder.alphaCROWN(over: inputs)
      }
      var outputs: [String: OutputBounds] = [:]
      for (name, state) in states {
        outputs[name + " rows"] = try bounder.outputBounds(state)
        outputs[name + " interval"] = state.intervals[network.output].map { OutputBounds($0) }
      }
      if test.supportsSlopeOptimization {
        outputs["alpha rows"] = OutputBounds(
          try bounder.optimizedLowerBounds(
            of: .outputsAndNegations(3, examples: 2), try #require(states["crown"])))
      }
      for example in 0..<2 {
        for _ in 0..<60 {
          let values = network.values(at: regions[example].sample(&generator))
          let output = try #require(values.last).scalars
          for (name, bounds) in outputs {
            for i in output.indices {
              let (low, high) = (bounds.lower[example * 3 + i], bounds.upper[example * 3 + i])
              let slack = tolerance * (1 + abs(low) + abs(high))
              // A NaN or infinite bound says that nothing is known; it must not be the wrong side.
              if low > output[i] + slack || high < output[i] - slack {
                Issue.record(
                  "\(name) seed \(seed) output \(i): \(output[i]) not in \(low)...\(high)")
                return
              }
            }
          }
          for (name, state) in states {
            for (id, value) in values.enumerated() {
              guard let interval = state.intervals[id] else { continue }
              if let message = outside(value, interval, example, tolerance) {
                Issue.record("\(name) seed \(seed) \(network.nodes[id].name): \(message)")
                return
              }
            }
          }
        }
      }
    }
  }

  /// Where a value lies outside an example's interval, if anywhere.
  private func outside(
    _ value: Tensor<Double>, _ interval: Interval<some TensorAlgebra>, _ example: Int,
    _ tolerance: Double
  ) -> String? {
    let values = value.scalars
    let lower = interval.lower.values.scalars.dropFirst(example * values.count)
    let upper = interval.upper.values.scalars.dropFirst(example * values.count)
    let scale =
      1
      + (lower.prefix(values.count) + upper.prefix(values.count)).reduce(0) {
        $1.isFinite ? max($0, abs($1)) : $0
      }
    for ((value, low), high) in zip(zip(values, lower), upper) {
      if low > value + tolerance * scale || high < value - tolerance * scale {
        return "\(value) not in \(low)...\(high)"
      }
    }
    return nil
  }

  @Test("No method returns bounds that reach beyond a cheaper one's", arguments: SoundnessCase.all)
  func boundsAreNested(test: SoundnessCase) throws {
    for seed in 0..<2 as Range<UInt64> {
      let network = try test.kind.network(seed: seed)
      var generator = SplitMix64(seed: seed + 200)
      let regions = try randomRegions(
        2, network.inputShape, radius: test.radius, test.norm, &generator)
      let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
      let bounder = Bounder<Tensor<Double>>(network)
      let (ibp, crown) = (
        try bounder.intervals(over: inputs), try bounder.crown(over: inputs)
      )
      let forward = try bounder.forward(over: inputs)
      for id in network.nodes.indices {
        let known = OutputBounds(try #require(ibp.intervals[id]))
        for state in [crown, forward] {
          let found = OutputBounds(try #require(state.intervals[id]))
          for i in known.lower.indices where known.lower[i].isFinite && known.upper[i].isFinite {
            let slack = 1e-9 * (1 + abs(known.lower[i]) + abs(known.upper[i]))
            #expect(found.lower[i] >= known.lower[i] - slack)
            #expect(found.upper[i] <= known.upper[i] + slack)
          }
        }
      }
    }
  }

  @Test("At a point every method returns the value", arguments: ZooNetwork.allCases)
  func pointsAreExact(kind: ZooNetwork) throws {
    for seed in 0..<4 as Range<UInt64> {
      let network = try kind.network(seed: seed)
      var generator = SplitMix64(seed: seed + 300)
      let regions = try randomRegions(1, network.inputShape, radius: 0, .infinity, &generator)
      let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
      let bounder = Bounder<Tensor<Double>>(network)
      let output = try #require(network.values(at: regions[0].center).last).scalars
      for state in [try bounder.intervals(over: inputs), try bounder.forward(over: inputs)] {
        let rows = try bounder.outputBounds(state)
        let interval = OutputBounds(try #require(state.intervals[network.output]))
        for bounds in [rows, interval] {
          #expect(largestRelativeDifference(bounds.lower, output, floor: 1) < 1e-9)
          #expect(largestRelativeDifference(bounds.upper, output, floor: 1) < 1e-9)
        }
      }
    }
  }
}
