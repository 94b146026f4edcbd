import TestSupport
import Testing

@testable import Properties

@Suite("Inputs that equalities tie are solved for")
struct TiesTests {
  private let declarations = """
    (declare-const X_0 Real) (declare-const X_1 Real) (declare-const X_2 Real) (declare-const Y_0 Real)
    (assert (<= -1 X_0 1)) (assert (<= -1 X_1 1)) (assert (<= -1 X_2 2)) (assert (<= Y_0 0))

    """

  private func untied(_ text: String) throws -> UntiedProperty? {
    try parsed(declarations + text).untied()
  }

  @Test("Without an equality nothing changes")
  func none() throws {
    #expect(try untied("") == nil)
    #expect(try untied("(assert (<= X_0 X_1))") == nil)
    #expect(try untied("(assert (or (= X_0 X_1) (= X_0 X_2)))") == nil)
    #expect(try untied("(assert (= X_0 0.5))") == nil)
  }

  @Test("An equality of two inputs leaves the box that both have")
  func two() throws {
    let result = try #require(try untied("(assert (= X_0 X_2))"))
    #expect(result.ties.free == [0, 1])
    #expect(result.ties.matrix == [1, 0, 1, 0, 1, 0] && result.ties.offsets == [0, 0, 0])
    #expect(result.property.groups[0].region.upper == [1, 1])
    #expect(result.property.disjuncts[0].constraints.map(\.description) == ["Y_0 <= 0"])
    #expect(result.ties.inputs(at: [0.25, -0.5]) == [0.25, -0.5, 0.25])
  }

  @Test("Chains are followed, and constants reach all of the chain")
  func chains() throws {
    let result = try #require(
      try untied("(assert (= X_0 (* 2 X_1))) (assert (= X_1 (+ X_2 0.25)))"))
    #expect(result.ties.free.count == 1)
    let point = result.ties.inputs(at: [result.ties.free == [2] ? 0.125 : 0])
    #expect(result.original.isSatisfied(input: point, output: [-1]) == 0, "\(point)")
    let pinned = try #require(
      try untied("(assert (= X_0 0.5)) (assert (= X_1 (- X_0 0.25))) (assert (= X_2 (* 2 X_1)))"))
    #expect(pinned.property.groups[0].region.lower == [0.5, 0.25, 0.5])
    #expect(pinned.property.groups[0].region.upper == [0.5, 0.25, 0.5])
  }

  @Test("The box of an input that depends on several becomes inequalities")
  func several() throws {
    let result = try #require(try untied("(assert (= X_0 (+ X_1 X_2)))"))
    // X_2 = X_0 - X_1 cannot exceed 2, but can fall short of -1.
    #expect(
      result.property.disjuncts[0].constraints.map(\.description) == [
        "X_0 - X_1 >= -1", "Y_0 <= 0",
      ])
  }

  @Test("Equalities that exclude each other, or the box, leave nothing")
  func contradictions() throws {
    #expect(
      try #require(try untied("(assert (= X_0 X_1)) (assert (= X_0 (+ X_1 0.1)))")).property.isEmpty
    )
    #expect(try #require(try untied("(assert (= X_0 (+ X_1 3)))")).property.isEmpty)
    #expect(
      try #require(try untied("(assert (= (+ X_0 X_1) 2)) (assert (= (- X_0 X_1) 2))")).property
        .isEmpty)
  }

  @Test("An equality with a decimal has no exact solution in binary numbers, and none is claimed")
  func decimals() throws {
    let result = try #require(try untied("(assert (= X_0 (+ X_1 0.1)))"))
    var random = SplitMix64(seed: 4)
    for _ in 0..<200 {
      let free = result.ties.free.map { _ in Double.random(in: -0.9...0.9, using: &random) }
      let point = result.ties.inputs(at: free)
      #expect(result.original.isSatisfied(input: point, output: [-1]) == nil)
      #expect(result.original.isSatisfied(input: point, output: [-1], inputTolerance: 1e-12) == 0)
    }
  }

  @Test("Points of the free inputs are the points of the property that satisfy the equalities")
  func agreement() throws {
    var (met, missed) = (0, 0)
    for seed in 0..<400 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      func sum() -> String {
        let terms = (0..<3).map { "(* \(Int.random(in: -2...2, using: &random)) X_\($0))" }
        return "(+ \(terms.joined(separator: " ")))"
      }
      func bound() -> String { "\(Double(Int.random(in: -4...4, using: &random)) / 4)" }
      var text = "(assert (= \(sum()) \(bound())))"
      if Bool.random(using: &random) { text += "(assert (= \(sum()) \(bound())))" }
      text += "(assert (\(Bool.random(using: &random) ? "<" : "<=") \(sum()) \(bound())))"
      guard let result = try untied(text) else { continue }
      // All points of a grid, by the property as it is read.
      for index in 0..<9 * 9 * 13 {
        let grid = [index % 9, index / 9 % 9, index / 81].map { Double($0 - 4) / 4 }
        let isMet = result.original.isSatisfied(input: grid, output: [-1]) != nil
        let free = result.ties.free.map { grid[$0] }
        let isMetFree =
          !result.property.isEmpty
          && result.property.isSatisfied(input: free, output: [-1]) != nil
        if isMet {
          met += 1
          #expect(isMetFree, "seed \(seed): \(grid)\n\(text)")
          #expect(result.ties.inputs(at: free) == grid, "seed \(seed)")
        } else {
          missed += 1
        }
      }
    }
    #expect(met > 300 && missed > 300, "\(met), \(missed)")
  }
}
