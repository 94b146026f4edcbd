import Bounds
import Foundation
import Networks
import Properties
import Search
import Tensors
import Testing

@testable import TestSupport

@Suite("Huge and tiny numbers never make a search say what is not so")
struct HostileNumbersTests {
  private struct NoHunter: CounterexampleHunter {
    func witness(at point: [Float]) -> Witness? { nil }
    func hunt(seconds: Double) -> Witness? { nil }
  }

  /// The network with its inputs in other units, and the box in them.
  private func rescaled(_ small: SmallNetwork, by unit: Double) throws -> (Network, Question) {
    var network = try small.network()
    let first = network.parameters[0].value
    network.setValue(
      first.scaled(by: 1 / unit, adding: 0), of: ParameterID(0))
    // Ends that floats do not have are moved to those that they do, outward, so that the box only grows.
    let lower = small.lower.map { end -> Double in
      let float = Float(end * unit)
      return Double(Double(float) > end * unit ? float.nextDown : float)
    }
    let upper = small.upper.map { end -> Double in
      let float = Float(end * unit)
      return Double(Double(float) < end * unit ? float.nextUp : float)
    }
    return (
      network,
      Question(region: try Region(lower: lower, upper: upper), conditions: small.conditions)
    )
  }

  @Test(
    "Boxes as large as floats go, and as small as subnormal ones",
    arguments: [1e-38, 1e-30, 1e-10, 1e10, 1e30, 1e37], [Precision.float, .double])
  func units(unit: Double, precision: Precision) throws {
    var decided = 0
    for seed in 3000..<3028 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      let (network, situation) = try rescaled(small, by: unit)
      for split in SplitKind.allCases {
        var options = SearchOptions()
        options.split = split
        options.deadline = Date(timeIntervalSinceNow: 0.2)
        let result = CompleteSearch(network, precision: precision, options: options)
          .decide([situation], NoHunter())
        guard result.outcome == .impossible else { continue }
        decided += 1
        #expect(!small.isSatisfiable(shift: -1e-3), "seed \(seed), \(split)")
      }
    }
    #expect(decided > 5 || unit < 1e-30 || unit > 1e30, "\(decided)")
  }
}
