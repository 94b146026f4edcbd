import Files
import Foundation
import Testing

@testable import Bounds
@testable import Search
@testable import TestSupport

@Suite("Weights of several functions")
struct WeightTests {
  private func columns(_ random: inout SplitMix64) -> [[Double]] {
    let rows = Int.random(in: 1...5, using: &random)
    let isCoarse = Int.random(in: 0..<2, using: &random) == 0
    return (0..<Int.random(in: 1...7, using: &random)).map { _ in
      (0..<rows).map { _ in
        isCoarse
          ? Double(Int.random(in: -2...2, using: &random))
          : Double.random(in: -3...1, using: &random)
      }
    }
  }

  @Test("A game's mixture and its opposite meet: neither side can do better")
  func games() {
    for seed in 0..<3000 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let columns = columns(&random)
      let game = MatrixGame(columns: columns)
      #expect(game.mixture.allSatisfy { $0 >= 0 } && game.mixture.count == columns[0].count)
      #expect(abs(game.mixture.reduce(0, +) - 1) < 1e-12, "seed \(seed)")
      // The bound from above is reached by the mixture, so both are best.
      let value =
        columns.map { column in zip(column, game.mixture).reduce(0) { $0 + $1.0 * $1.1 } }.min()
        ?? 0
      #expect(abs(value - game.upper) < 1e-9, "seed \(seed): \(value), \(game.upper)")
    }
  }

  @Test("The search finds the top of a concave function of the weights, and knows that it did")
  func tops() {
    for seed in 0..<500 as Range<UInt64> {
      var random = SplitMix64(seed: seed, stream: 2)
      let points = columns(&random)
      let units = points[0].map { _ in Double.random(in: 0.01...100, using: &random) }
      var search = WeightSearch(units: units)
      var tried = 0
      func look(_ weights: [Double]) {
        let bounds = points.map { point in
          zip(point, weights).reduce(0) { $0 + $1.0 * $1.1 }
        }
        let least = bounds.indices.min { bounds[$0] < bounds[$1] } ?? 0
        // Values are given as those of the functions, which are not in units.
        search.take(
          bound: bounds[least], of: weights, at: zip(points[least], units).map { $0 * $1 })
        tried += 1
      }
      look(units.map { _ in 1 / Double(units.count) })
      while tried < 60, let next = search.next() { look(next) }
      #expect(tried < 60, "seed \(seed)")
      #expect(abs(search.value - MatrixGame(columns: points).upper) < 1e-7, "seed \(seed)")
    }
  }

  @Test("What no weights can pass bounds the value of all weights")
  func uppers() {
    for seed in 0..<500 as Range<UInt64> {
      var random = SplitMix64(seed: seed, stream: 3)
      let points = columns(&random)
      var search = WeightSearch(units: points[0].map { _ in 1 })
      for point in points {
        search.take(bound: -100, of: point.map { _ in 0 }, at: point.map { $0 + 100 })
      }
      // A cut is moved so that it has the bound at its own weights, here all 0.
      _ = search.next()
      for _ in 0..<50 {
        let drawn = points[0].map { _ in Double.random(in: 0...1, using: &random) }
        let sum = drawn.reduce(0, +)
        let value =
          points.map { point in
            zip(point, drawn).reduce(0) { $0 + $1.0 * $1.1 / sum }
          }.min() ?? 0
        #expect(value <= search.upper + 1e-9, "seed \(seed)")
      }
    }
  }

  @Test("A part that was written is read with all that it knows")
  func storage() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/part"
    let problem = NeuronProblem<Float>(
      root: 3,
      splits: [
        NeuronSplit(node: 2, element: 7, isPositive: true),
        NeuronSplit(node: 4, element: 1, isPositive: false, point: -0.25),
      ], multipliers: [[0.5, 0], [], [1]], slopes: [[0.25, 1], [], [0]], weights: [0.75, 0.125],
      ends: [-1, 2, 0, 3], margin: -0.5, share: 0.0625)
    try FileSink.write(path) { problem.write(to: &$0) }
    var source = ByteSource(try Data(contentsOf: URL(fileURLWithPath: path)))
    let found = try #require(NeuronProblem<Float>(from: &source))
    #expect(source.isAtEnd)
    #expect(found.root == problem.root && found.splits == problem.splits)
    #expect(found.multipliers == problem.multipliers && found.slopes == problem.slopes)
    #expect(found.weights == problem.weights && found.ends == problem.ends)
    #expect(found.margin == problem.margin && found.share == problem.share)
    var small = found
    small.compact()
    #expect(small.ends.isEmpty && small.slopes.allSatisfy(\.isEmpty))
    #expect(small.multipliers == problem.multipliers)
  }
}
