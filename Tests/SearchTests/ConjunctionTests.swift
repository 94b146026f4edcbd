import Foundation
import Networks
import Properties
import Search
import Tensors
import Testing

@testable import TestSupport

@Suite("Constraints that are impossible together are ruled out together")
struct ConjunctionTests {
  private struct Silent: CounterexampleHunter {
    func witness(at point: [Float]) -> Witness? { nil }
    func hunt(seconds: Double) -> Witness? { nil }
  }

  /// A random network whose outputs are a function, and the function less some offsets.
  private func network(_ offsets: [Double], _ random: inout SplitMix64) throws -> Network {
    let (inputs, width) = (3, 12)
    var network = Network(input: [1, inputs])
    func numbers(_ count: Int) -> [Double] {
      (0..<count).map { _ in Double(Float.random(in: -1...1, using: &random)) }
    }
    func layer(_ from: Int, _ rows: Int, _ columns: Int) throws -> Int {
      let weight = network.addParameter(
        "w\(network.parameters.count)", Tensor([rows, columns], numbers(rows * columns)))
      let bias = network.addParameter(
        "b\(network.parameters.count)", Tensor([columns], numbers(columns)))
      return try network.add(Linear(weight: weight, bias: bias), [from])
    }
    let first = try network.add(ReLU(), [layer(0, inputs, width)])
    let second = try network.add(ReLU(), [layer(first, width, width)])
    let value = try layer(second, width, 1)
    let spread = network.addParameter(
      "spread", Tensor([1, offsets.count], offsets.map { _ in 1 }))
    let shift = network.addParameter("shift", Tensor([offsets.count], offsets.map { -$0 }))
    try network.add(Linear(weight: spread, bias: shift), [value])
    return network
  }

  /// The sub-problems that it takes to show that all constraints exclude each other.
  private func visited(
    _ condition: [LinearConstraint], _ network: Network, _ split: SplitKind
  ) throws -> Int? {
    let region = try Region(lower: [-1, -1, -1], upper: [1, 1, 1])
    var options = SearchOptions()
    options.split = split
    options.deadline = Date(timeIntervalSinceNow: 60)
    let result = CompleteSearch(network, precision: .float, options: options)
      .decide([Question(region: region, conditions: [condition])], Silent())
    return result.outcome == .impossible ? result.progress.visited : nil
  }

  @Test(
    "A function that cannot be low and high at once needs no part", arguments: SplitKind.allCases)
  func pairs(split: SplitKind) throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let network = try network([0, 0.05], &random)
      // f <= l and f - 0.05 >= l.
      let limit = Double.random(in: -0.5...0.5, using: &random)
      let condition = [
        LinearConstraint(outputs: [.init(0, 1)], bound: limit),
        LinearConstraint(outputs: [.init(1, -1)], bound: -limit),
      ]
      #expect(try visited(condition, network, split) == 1, "seed \(seed)")
    }
  }

  @Test(
    "Constraints of very different sizes are weighed against each other",
    arguments: SplitKind.allCases)
  func scales(split: SplitKind) throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let network = try network([0, 0.05, 0.2], &random)
      let condition = [
        LinearConstraint(outputs: [.init(0, 100)], bound: 0),
        LinearConstraint(outputs: [.init(1, -0.01)], bound: 0),
        LinearConstraint(outputs: [.init(2, 3)], bound: 30),
      ]
      let visited = try #require(try visited(condition, network, split), "seed \(seed)")
      #expect(visited <= 3, "seed \(seed): \(visited)")
    }
  }

  @Test("What is possible together is not ruled out", arguments: SplitKind.allCases)
  func possible(split: SplitKind) throws {
    for seed in 0..<20 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let network = try network([0, -0.05], &random)
      let middle = network.evaluate(
        Tensor<Double>([1, 1, 3], [0, 0, 0]), network.parameters(as: Tensor<Double>.self)
      ).scalars
      // Both hold in the middle: f <= f(0) and f + 0.05 >= f(0).
      let condition = [
        LinearConstraint(outputs: [.init(0, 1)], bound: middle[0] + 1e-3),
        LinearConstraint(outputs: [.init(1, -1)], bound: -middle[0]),
      ]
      let region = try Region(lower: [-1, -1, -1], upper: [1, 1, 1])
      var options = SearchOptions()
      options.split = split
      options.deadline = Date(timeIntervalSinceNow: 0.2)
      let result = CompleteSearch(network, precision: .float, options: options)
        .decide([Question(region: region, conditions: [condition])], Silent())
      #expect(result.outcome != .impossible, "seed \(seed)")
    }
  }
}
