import Bounds
import Foundation
import Networks
import Properties
import Tensors
import Testing

@testable import Search
@testable import TestSupport

/// Whatever a search gives up comes by one place with what rules it out; here it is checked at points.
@Suite("What a search closes is ruled out by what it says, and covers the region")
struct ClosingTests {
  /// A question about a small network, and points of its region.
  private struct Question {
    let small: SmallNetwork
    let network: Network
    let prepared: PreparedQuestion
    var points: [[Double]]

    init?(seed: UInt64) throws {
      small = SmallNetwork(seed: seed)
      guard !small.isSatisfiable(shift: 1e-3) else { return nil }
      network = try small.network()
      let given = try small.question()
      prepared = PreparedQuestion(given, RoundingProbe(network).samples(over: [given.region])[0])
      var random = SplitMix64(seed: seed, stream: 11)
      let (lower, upper) = (given.region.lower, given.region.upper)
      points = (0..<60).map { _ in
        zip(lower, upper).map { Double(Float($0 + ($1 - $0) * .random(in: 0...1, using: &random))) }
      }
    }

    /// Everything that a search with a strategy closes; nil where it does not rule out all conditions.
    func closings<Strategy: SplittingStrategy>(
      _ strategy: Strategy
    ) -> [ClosedPart<Strategy.Part>]? {
      var closings: [ClosedPart<Strategy.Part>] = []
      var options = SearchOptions()
      options.deadline = Date(timeIntervalSinceNow: 20)
      var search = TreeSearch(strategy, [prepared], options) { closings.append($0) }
      let (outcome, _) = search.run(hunt: { _ in nil }, progress: { _ in })
      return outcome == .impossible ? closings : nil
    }

    /// Whether a reason holds at a point of what it rules out.
    func holds(_ reason: ClosingReason, of condition: Int, at point: [Double]) -> Bool {
      let output = small.output(at: point)
      let excesses = prepared.conditions[condition].map { $0.excess(at: output) }
      switch reason {
      case .bound(_, let factors):
        return factors.count == excesses.count && factors.allSatisfy { $0 >= 0 }
          && zip(factors, excesses).reduce(0) { $0 + $1.0 * $1.1 } > 0
      case .clipped: return excesses.contains { $0 > 0 }
      }
    }
  }

  private func condition(_ reason: ClosingReason) -> Int {
    switch reason {
    case .bound(let condition, _), .clipped(let condition): condition
    }
  }

  private func contains<S: TensorScalar>(_ box: SubBox<S>, _ point: [Double]) -> Bool {
    zip(point, zip(box.lower, box.upper)).allSatisfy { Double($1.0) <= $0 && $0 <= Double($1.1) }
  }

  @Test("Boxes of inputs", arguments: [Precision.float, .double])
  func boxes(precision: Precision) throws {
    switch precision {
    case .float: try boxes(Float.self, precision)
    case .double: try boxes(Double.self, precision)
    }
  }

  private func boxes<S: TensorScalar>(_: S.Type, _ precision: Precision) throws {
    var (bounds, clips) = (0, 0)
    for seed in 0..<250 as Range<UInt64> {
      guard let question = try Question(seed: seed) else { continue }
      let strategy = InputSplitting<S>(
        question.network, [question.prepared], SearchOptions(), precision, confirm: { _ in nil })
      guard let closings = question.closings(strategy) else { continue }
      #expect(abs(closings.reduce(0) { $0 + $1.share } - 1) < 1e-6, "seed \(seed)")
      for point in question.points {
        for place in question.prepared.conditions.indices {
          var isCovered = false
          for closed in closings where contains(closed.part, point) {
            let reason = closed.reasons.first { condition($0) == place }
            if let reason {
              isCovered = true
              #expect(question.holds(reason, of: place, at: point), "seed \(seed), \(reason)")
              if case .bound = reason { bounds += 1 }
            } else if let rest = closed.rest, closed.part.open.contains(Int32(place)),
              !contains(rest, point)
            {
              isCovered = true
              clips += 1
              #expect(
                question.holds(.clipped(condition: place), of: place, at: point), "seed \(seed)")
            }
          }
          #expect(isCovered, "seed \(seed): a point was never closed")
        }
      }
    }
    #expect(bounds > 2000 && clips > 200, "\(bounds) bounds, \(clips) clipped")
  }

  @Test("Signs of neurons")
  func neurons() throws {
    var (bounds, clips) = (0, 0)
    for seed in 0..<250 as Range<UInt64> {
      guard let question = try Question(seed: seed),
        let strategy = try NeuronSplitting<Double>(
          question.network, [question.prepared], SearchOptions(), confirm: { _ in nil }),
        let closings = question.closings(strategy)
      else { continue }
      #expect(abs(closings.reduce(0) { $0 + $1.share } - 1) < 1e-6, "seed \(seed)")
      let parameters = question.network.parameters(as: Tensor<Double>.self)
      for point in question.points {
        var values: [Int32: [Double]] = [0: point]
        for node in question.network.nodes.indices.dropFirst() {
          var network = question.network
          network.setOutput(node, named: "cut")
          values[Int32(node)] = network.evaluate(Tensor([1, 1, 2], point), parameters).scalars
        }
        // A point at which a neuron is 0, up to rounding, is on both sides.
        func contains(_ part: NeuronProblem<Double>) -> Bool {
          part.splits.allSatisfy { split in
            let value = values[split.node]?[Int(split.element)] ?? .nan
            return split.isPositive ? value >= Double(split.point) : value <= Double(split.point)
          }
        }
        for place in question.prepared.conditions.indices {
          let covering = closings.filter { Int($0.part.root) == place && contains($0.part) }
          #expect(!covering.isEmpty, "seed \(seed): a point was never closed")
          for closed in covering {
            #expect(closed.reasons.count == 1 && closed.rest == nil)
            for reason in closed.reasons {
              #expect(question.holds(reason, of: place, at: point), "seed \(seed), \(reason)")
              if case .bound = reason { bounds += 1 } else { clips += 1 }
            }
          }
        }
      }
    }
    #expect(bounds > 2000 && clips > 50, "\(bounds) bounds, \(clips) clipped")
  }
}
