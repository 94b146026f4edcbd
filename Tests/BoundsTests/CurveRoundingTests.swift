import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// Bounds in single precision of networks with curves, products and choices, against values in double precision: over points and tiny
/// boxes nothing but rounding is between the two, and it is charged.
@Suite struct CurveRoundingTests {
  /// How wide the boxes are.
  enum Width: Double, CaseIterable {
    case point = 0
    case unit = 0x1p-23
    case small = 0x1p-8
    case wide = 0.25
  }

  /// The most that values in double precision may be off, as a part of the largest that is met.
  private static let allowance = 0x1p-40

  @Test("No bound is on the wrong side", arguments: ZooNetwork.allCases)
  func insideBounds(_ kind: ZooNetwork) throws {
    for seed in 0..<8 {
      let network = try kind.network(seed: UInt64(seed) &* 71 &+ 3)
      var g = SplitMix64(seed: UInt64(seed))
      for width in Width.allCases {
        let center = (0..<network.inputShape.count).map { _ in
          Double(Float(Double.random(in: -1...1, using: &g)))
        }
        let region = try Region(
          lower: center, upper: center.map { Double(Float($0 + width.rawValue)) })
        try check(network, region, &g, "\(kind) \(seed) \(width)")
      }
    }
  }

  private func check(
    _ network: Network, _ region: Region, _ g: inout SplitMix64, _ place: String
  ) throws {
    let bounder = Bounder<Tensor<Float>>(network)
    let inputs = InputSet<Tensor<Float>>([region], shape: network.inputShape)
    let size = network.outputShape.count
    let functions = OutputFunctions<Tensor<Float>>.outputsAndNegations(size, examples: 1)
    let points = (0..<4).map { _ in network.values(at: region.sample(&g)) }
    for method in BoundMethod.allCases where method != .forward {
      let state = try bounder.state(over: inputs, by: method)
      for values in points {
        var largest = 1.0
        for (id, interval) in state.intervals.enumerated() {
          largest = values[id].scalars.reduce(largest) { max($0, abs($1)) }
          guard let interval else { continue }
          let (lower, upper) = (
            interval.lower.valuesBelow.scalars, interval.upper.valuesAbove.scalars
          )
          for (element, value) in values[id].scalars.enumerated() {
            let allowance = Self.allowance * largest
            let at = "\(place) \(method) node \(id) \(network.nodes[id].operation?.name ?? "")"
            #expect(!(lower[element] > value + allowance), "\(at)")
            #expect(!(upper[element] < value - allowance), "\(at)")
          }
        }
      }
      let bounds = try bounder.lowerBounds(of: functions, over: inputs, by: method)
      let lower = bounds.lower.valuesBelow.scalars
      guard bounds.isFinite[0] else { continue }
      for values in points {
        let largest = values.reduce(1) { $1.scalars.reduce($0) { max($0, abs($1)) } }
        for (output, value) in values[network.output].scalars.enumerated() {
          let allowance = Self.allowance * largest
          #expect(!(lower[output] > value + allowance), "\(place) \(method) output")
          #expect(!(lower[size + output] > -value + allowance), "\(place) \(method) negated output")
        }
      }
    }
  }
}
