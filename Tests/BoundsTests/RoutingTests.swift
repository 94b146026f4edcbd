import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Bounds of which tokens are kept")
struct RoutingTests {
  /// Marks that are sure, as 0 and 1, and those that are not, as nil.
  private func marks<T: TensorAlgebra>(
    _ lower: [Double], _ upper: [Double], _ kept: Int, sums: [Interval<T>] = [], _: T.Type
  ) -> [Double?] {
    let column: Shape = [1, 1, lower.count, 1]
    let scores = Interval(lower: T(Tensor(column, lower)), upper: T(Tensor(column, upper)))
    let found = TopTokens(kept, of: lower.count).interval([scores] + sums, Parameters<T>([]))
    return zip(found.lower.values.scalars, found.upper.values.scalars).map { $0 == $1 ? $0 : nil }
  }

  private func isKept(_ scores: [Double], _ token: Int, _ kept: Int) -> Bool {
    let ahead = scores.indices.filter {
      scores[$0] > scores[token] || (scores[$0] == scores[token] && $0 < token)
    }
    return ahead.count < kept
  }

  @Test("A token's mark is sure exactly where no scores of the intervals change it, ties included")
  func exact() {
    var g = SplitMix64(seed: 61)
    var (sure, open) = (0, 0)
    for _ in 0..<4000 {
      let tokens = Int.random(in: 1...6, using: &g)
      let kept = Int.random(in: 1...tokens, using: &g)
      // Few values, so that ends meet and points are equal.
      let lower = (0..<tokens).map { _ in Double(Int.random(in: 0...4, using: &g)) }
      let upper = lower.map { $0 + Double(Int.random(in: 0...2, using: &g)) }
      let found = marks(lower, upper, kept, Lanes<Double>.self)
      let charged = marks(lower, upper, kept, Tensor<Double>.self)
      let single = marks(lower, upper, kept, Tensor<Float>.self)
      for token in 0..<tokens {
        // A token's place falls when its score rises, and rises with any other's, so these two corners decide.
        var (best, worst) = (lower, upper)
        (best[token], worst[token]) = (upper[token], lower[token])
        let (can, must) = (isKept(best, token, kept), isKept(worst, token, kept))
        let expected: Double? = must ? 1 : can ? nil : 0
        #expect(found[token] == expected)
        #expect(charged[token] == nil || charged[token] == expected)
        #expect(single[token] == nil || single[token] == expected)
        expected == nil ? (open += 1) : (sure += 1)
      }
    }
    #expect(sure > 1000 && open > 1000)
  }

  @Test("Scores that a matrix makes leave room by what met in them, as scores that are sums do")
  func linearScores() throws {
    var network = Network(input: [1, 2, 3])
    let weight = network.addParameter("w", Tensor([3, 1], [1, 1, 1]))
    let scores = try network.add(Linear(weight: weight), [0])
    network.setOutput(try network.add(TopTokens(1, of: 2), [scores]), named: "marks")
    func ends(_ x: [Double]) throws -> ([Double], [Double]) {
      let region = try Region(lower: x, upper: x, source: "point")
      let plain = network.simplified()
      let state = try Bounder<Tensor<Double>>(plain).intervals(
        over: InputSet([region], shape: plain.inputShape))
      let bounds = try #require(state.intervals[plain.output])
      return (bounds.lower.scalars, bounds.upper.scalars)
    }
    // In single precision 1e4 + 1e-4 - 1e4 is 0, and so is the other score.
    let (low, high) = try ends([1e4, 1e-4, -1e4, 1e4, 2e-4, -1e4])
    #expect(low == [0, 0] && high == [1, 1])
    let (known, same) = try ends([1, 2, 3, 1, 2, 4])
    #expect(known == [0, 1] && same == [0, 1])
  }

  @Test("Where rounding is charged, scores must be apart by more than an execution may lose")
  func room() {
    let room = TopTokens.executionRoom
    // Each score is off by a part of its own size, so that two of 1 must be apart by twice that.
    #expect(
      marks([1, 1 + 1.9 * room], [1, 1 + 1.9 * room], 1, Tensor<Double>.self) == [nil, nil])
    #expect(marks([1, 1 + 2.1 * room], [1, 1 + 2.1 * room], 1, Tensor<Double>.self) == [0, 1])
    #expect(marks([1, 1], [1, 1], 1, Tensor<Double>.self) == [nil, nil])
    #expect(marks([0, 0], [0, 0], 1, Tensor<Double>.self) == [1, 0])
    // What scores are sums of may be much larger than they are.
    let sums = Interval<Tensor<Double>>(
      lower: Tensor([1, 1, 2, 2], [100, -99, -60, 61.5]),
      upper: Tensor([1, 1, 2, 2], [100, -99, -60, 61.5]))
    #expect(marks([1, 1.5], [1, 1.5], 1, Tensor<Double>.self) == [0, 1])
    #expect(marks([1, 1.05], [1, 1.05], 1, sums: [sums], Tensor<Double>.self) == [nil, nil])
    #expect(marks([1, 1.5], [1, 1.5], 1, sums: [sums], Tensor<Double>.self) == [0, 1])
  }

  @Test("Ends that are no numbers, or infinite, make nothing sure that may be otherwise")
  func extremes() {
    func check<T: TensorAlgebra>(_: T.Type) {
      // Where room is left for rounding, that of a number that is none is unknown, and so is every mark.
      let last: Double? = T.chargesRounding ? nil : 0
      #expect(marks([.nan, 1, 0], [.nan, 1, 0], 1, T.self) == [nil, nil, last])
      #expect(marks([-.infinity, 5, 1], [.infinity, 6, 2], 1, T.self).prefix(2) == [nil, nil])
      #expect(marks([0, 1, 2], [.nan, 1, 2], 2, T.self)[0] == nil)
      #expect(marks([.nan, 1, 0], [.nan, 1, 0], 3, T.self) == [1, 1, 1])
    }
    check(Tensor<Double>.self)
    check(Tensor<Float>.self)
    check(Lanes<Double>.self)
  }

  @Test("No movement of tokens within the radius changes which are kept, and a little more does")
  func radius() {
    var g = SplitMix64(seed: 62)
    var changed = 0
    for _ in 0..<20 {
      let (tokens, width) = (9, 5)
      let kept = Int.random(in: 1..<tokens, using: &g)
      let weight = (0..<width).map { _ in Double.random(in: -1...1, using: &g) }
      let norm = weight.reduce(0) { $0 + $1 * $1 }.squareRoot()
      let rows = (0..<tokens).map { _ in
        (0..<width).map { _ in Double.random(in: -1...1, using: &g) }
      }
      func scores(_ rows: [[Double]]) -> [Double] {
        rows.map { row in zip(row, weight).reduce(0.25) { $0 + $1.0 * $1.1 } }
      }
      func set(_ rows: [[Double]]) -> [Bool] {
        let scores = scores(rows)
        return rows.indices.map { isKept(scores, $0, kept) }
      }
      func moved(_ directions: [[Double]], by distance: Double) -> [[Double]] {
        zip(rows, directions).map { row, direction in
          let length = direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
          return zip(row, direction).map { $0 + $1 / max(length, 1e-300) * distance }
        }
      }
      let first = set(rows)
      let radius = RoutingRadius.radius(scores: scores(rows), kept: kept, norm: norm * (1 + 1e-12))
      #expect(radius > 0)
      for _ in 0..<500 {
        let directions = rows.map { $0.map { _ in Double.random(in: -1...1, using: &g) } }
        #expect(set(moved(directions, by: radius * (1 - 1e-9))) == first)
      }
      // The gradient of the gap: kept tokens down, the others up.
      let against = first.map { isFirst in weight.map { isFirst ? -$0 : $0 } }
      #expect(set(moved(against, by: radius * (1 - 1e-9))) == first)
      changed += set(moved(against, by: radius * (1 + 1e-6))) == first ? 0 : 1
    }
    #expect(changed == 20)
    #expect(RoutingRadius.radius(scores: [1, 2, 2], kept: 1, norm: 1) == 0)
    #expect(RoutingRadius.radius(scores: [1, 2], kept: 2, norm: 1) == .infinity)
    #expect(RoutingRadius.radius(scores: [1, .nan], kept: 1, norm: 1) == 0)
    #expect(RoutingRadius.radius(scores: [1, 3], kept: 1, norm: 0) > 1e300)
    #expect(RoutingRadius.radius(scores: [.infinity, .infinity], kept: 1, norm: 1) == 0)
  }

  @Test("Tokens of equal scores at the border are both possible, in every region around them")
  func equalTokens() throws {
    // Both tokens are computed alike from inputs of the same box.
    var network = Network(input: [1, 2, 3])
    let weight = network.addParameter("w", Tensor([3], [0.5, -0.25, 1]))
    try network.add(MultiplyConstant(weight), [0])
    try network.add(Reduce(axes: [2], keepingAxes: true, isMean: false), [1])
    try network.add(TopTokens(1, of: 2), [2])
    let plain = network.simplified()
    let region = try Region(
      lower: [0.1, 0.2, 0.3, 0.1, 0.2, 0.3].map { $0 - 1e-7 },
      upper: [0.1, 0.2, 0.3, 0.1, 0.2, 0.3].map { $0 + 1e-7 })
    let state = try Bounder<Tensor<Double>>(plain).crown(
      over: InputSet([region], shape: plain.inputShape))
    let found = try #require(state.intervals[plain.output])
    #expect(found.lower.scalars == [0, 0] && found.upper.scalars == [1, 1])
  }
}
