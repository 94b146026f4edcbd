import Files
import Foundation
import Testing

@testable import Properties

@Suite struct VNNLIBTests {
  @Test func aComparisonOfOutputsIsOneConstraint() throws {
    let result = try property("(assert (<= Y_0 Y_1))")
    #expect(result.inputCount == 2)
    #expect(result.outputCount == 2)
    #expect(result.groups.count == 1)
    #expect(result.groups[0].region.lower == [-0.5, -0.5])
    #expect(result.groups[0].region.upper == [0.5, 0.5])
    let expected = LinearConstraint(
      outputs: [.init(0, 1), .init(1, -1)], bound: 0, line: 9)
    #expect(result.disjuncts.map(\.constraints) == [[expected]])
    #expect(result.disjuncts.map(\.line) == [9])
    #expect(result.warnings.isEmpty)
  }

  @Test(arguments: [
    ("(<= Y_0 0.5)", "Y_0 <= 0.5"),
    ("(>= Y_0 0.5)", "Y_0 >= 0.5"),
    ("(< Y_0 Y_1)", "Y_0 < Y_1"),
    ("(> Y_0 Y_1)", "Y_0 > Y_1"),
    ("(>= 0.5 Y_0)", "Y_0 <= 0.5"),
    ("(<= (- Y_0 Y_1) 0.25)", "Y_0 - Y_1 <= 0.25"),
    ("(>= (+ Y_0 (* 2.0 Y_1)) -100.0)", "Y_0 + 2 Y_1 >= -100"),
    ("(<= (* Y_1 3) 6)", "3 Y_1 <= 6"),
    ("(<= Y_0 (- 1.5))", "Y_0 <= -1.5"),
    ("(<= (- Y_0) 1.5)", "Y_0 >= -1.5"),
    ("(<= (+ Y_0 1) (+ Y_1 3))", "Y_0 - Y_1 <= 2"),
    ("(<= (- Y_0 Y_1 1) 0)", "Y_0 - Y_1 <= 1"),
    ("(<= (* 2 (+ Y_0 (* -0.5 Y_1) 0.25)) 1)", "2 Y_0 - Y_1 <= 0.5"),
    ("(<= Y_0 (/ 1 4))", "Y_0 <= 0.25"),
    ("(<= (/ Y_0 4) 1)", "0.25 Y_0 <= 1"),
    ("(<= (+ Y_0 Y_0) 1)", "2 Y_0 <= 1"),
    ("(<= (+ Y_1 Y_0 (- Y_1)) 1)", "Y_0 <= 1"),
    ("(<= (+ X_0 Y_0) 1)", "X_0 + Y_0 <= 1"),
    ("(<= (- Y_1 (* 2 X_1)) X_0)", "X_0 + 2 X_1 - Y_1 >= 0"),
  ])
  func linearArithmeticIsCollected(_ text: String, _ expected: String) throws {
    let result = try property("(assert \(text))")
    #expect(words(result) == [expected])
  }

  @Test func anEqualityIsTwoConstraints() throws {
    #expect(words(try property("(assert (= Y_0 0.5))")) == ["Y_0 <= 0.5", "Y_0 >= 0.5"])
  }

  @Test func aChainedComparisonComparesNeighbours() throws {
    let result = try property("(assert (<= 0 X_0 0.25)) (assert (<= 0 Y_0 1))")
    #expect(result.groups[0].region.lower == [0, -0.5])
    #expect(result.groups[0].region.upper == [0.25, 0.5])
    #expect(words(result) == ["Y_0 >= 0", "Y_0 <= 1"])
  }

  @Test func boundsOfOneInputFoldIntoTheBox() throws {
    let result = try property(
      "(assert (<= (* 2 X_0) 0.5)) (assert (<= (- X_1) 0.25)) (assert (<= Y_0 0))")
    #expect(result.groups[0].region.lower == [-0.5, -0.25])
    #expect(result.groups[0].region.upper == [0.25, 0.5])
    #expect(words(result) == ["Y_0 <= 0"])
  }

  @Test func divisionsOfBoundsRoundOutward() throws {
    let result = try property(
      "(assert (<= (* 3 X_0) 1)) (assert (>= (* 3 X_1) -1)) (assert (<= Y_0 0))")
    let third = 1.0 / 3
    let region = result.groups[0].region
    #expect(region.upper[0] >= third && region.upper[0] <= third.nextUp)
    #expect(region.upper[0].addingProduct(-1, third) >= 0)
    // 1/3 rounds down, so the exact third lies above it.
    #expect(region.upper[0] == third.nextUp)
    #expect(region.lower[1] == -third.nextUp)
  }

  @Test func inputConstraintsOverSeveralInputsStay() throws {
    let result = try property("(assert (<= (+ X_0 X_1) 0.5)) (assert (<= Y_0 0))")
    #expect(words(result) == ["X_0 + X_1 <= 0.5", "Y_0 <= 0"])
    #expect(result.disjuncts[0].constraints[0].outputs.isEmpty)
  }

  @Test func theTighterOfTwoBoundsHolds() throws {
    let result = try property(
      "(assert (<= X_0 0.25)) (assert (<= X_0 0.75)) (assert (>= X_0 -9)) (assert (<= Y_0 0))")
    #expect(result.groups[0].region.upper[0] == 0.25)
    #expect(result.groups[0].region.lower[0] == -0.5)
  }

  @Test func everyWayToWriteANumberIsRead() throws {
    let result = try property(
      "(assert (>= X_0 -1.25E-1)) (assert (<= X_0 +1e-1)) (assert (<= X_1 .25)) (assert (<= Y_0 5.))"
    )
    #expect(result.groups[0].region.lower[0] == -0.125)
    #expect(result.groups[0].region.upper == [0.1, 0.25])
    #expect(words(result) == ["Y_0 <= 5"])
  }

  @Test func declareFunAndStatementsOfSMTLIBAreRead() throws {
    let text = """
      \u{FEFF}(set-logic QF_LRA) (set-info :source (a (b)))
      (declare-fun X_0 () Real)
      (declare-fun Y_0 () Real)
      (assert (and (<= 0 X_0) (<= X_0 1)))
      (assert (<= Y_0 0))
      (check-sat)
      """
    let result = try parsed(text)
    #expect(result.groups[0].region == (try Region(lower: [0], upper: [1])))
    #expect(result.disjuncts[0].line == 5)
  }

  @Test func aPropertyThatOnlyTouchesTwoOutputsKnowsThemAll() throws {
    let result = try parsed(
      preamble + "(declare-const Y_3 Real)(declare-const Y_2 Real)(assert (<= Y_3 0))")
    #expect(result.outputCount == 4)
    #expect(result.disjuncts[0].rows.dense(outputCount: 4) == [0, 0, 0, 1])
  }
}

// MARK: - And over or

@Suite struct DisjunctionTests {
  @Test func disjunctsOfOneBoxAreOneGroup() throws {
    let result = try property("(assert (or (and (<= Y_0 Y_1))\n (and (<= Y_0 1) (<= Y_1 2))))")
    #expect(result.groups.count == 1)
    #expect(result.disjuncts.map(\.line) == [9, 10])
    #expect(result.disjuncts.map { $0.constraints.count } == [1, 2])
  }

  @Test func disjunctsWithBoundsHaveTheirOwnBoxes() throws {
    let result = try property(
      """
      (assert (or (and (<= X_0 0) (<= Y_0 0))
                  (and (>= X_0 0) (<= Y_0 1))
                  (and (<= X_0 0) (<= Y_0 2))
                  (and (<= X_0 7) (<= Y_0 3))))
      """)
    #expect(result.groups.map { $0.conditions.map(\.disjunct) } == [[0, 2], [1], [3]])
    #expect(result.groups.map { $0.region.upper[0] } == [0, 0.5, 0.5])
    #expect(result.groups.map { $0.region.lower[0] } == [-0.5, 0, -0.5])
    #expect(result.disjuncts.map { $0.constraints[0].bound } == [0, 1, 2, 3])
  }

  @Test func boundsMayComeFromTheDisjunctsAlone() throws {
    let result = try parsed(
      """
      (declare-const X_0 Real) (declare-const Y_0 Real)
      (assert (or (and (>= X_0 0) (<= X_0 1) (<= Y_0 0)) (and (>= X_0 2) (<= X_0 3) (>= Y_0 1))))
      """)
    #expect(result.groups.map(\.region.lower) == [[0], [2]])
    #expect(result.groups.map(\.region.upper) == [[1], [3]])
  }

  @Test func severalDisjunctionsMultiply() throws {
    let result = try property(
      """
      (assert (or (<= X_0 -0.25) (>= X_0 0.25)))
      (assert (or (<= Y_0 0) (and (<= Y_0 1) (or (<= Y_1 0) (<= Y_1 1)))))
      """)
    #expect(result.groups.count == 2)
    #expect(result.disjuncts.count == 6)
    #expect(result.groups[0].conditions.map { $0.constraints.count } == [1, 2, 2])
  }

  @Test func conditionsOutsideTheDisjunctionJoinEveryDisjunct() throws {
    let result = try property("(assert (or (<= Y_0 0) (<= Y_0 1)))\n(assert (<= Y_1 2))")
    #expect(
      result.disjuncts.map { $0.constraints.map(\.description) } == [
        ["Y_1 <= 2", "Y_0 <= 0"], ["Y_1 <= 2", "Y_0 <= 1"],
      ])
    #expect(result.groups[0].rows.rows.count == 2)
  }

  @Test func anEmptyBoxIsDroppedWithAWarning() throws {
    let result = try property("(assert (>= X_0 0.75)) (assert (<= Y_0 0))")
    #expect(result.isEmpty)
    #expect(result.emptyRegions == 1)
    #expect(result.disjuncts.isEmpty)
    #expect(
      result.warnings == [
        "the input set is empty, so the property holds trivially: "
          + "X_0 >= 0.75 (line 9) contradicts X_0 <= 0.5 (line 6)"
      ])
    #expect(result.isSatisfied(input: [0.6, 0], output: [-1, 0]) == nil)
  }

  @Test func anEmptyDisjunctIsDroppedAndCounted() throws {
    let result = try property("(assert (or (and (>= X_0 0.75) (<= Y_0 0)) (<= Y_0 1)))")
    #expect(result.emptyRegions == 1)
    #expect(result.disjuncts.map { $0.constraints[0].bound } == [1])
    #expect(
      result.warnings == [
        "1 of 2 disjuncts have an empty input set: "
          + "X_0 >= 0.75 (line 9) contradicts X_0 <= 0.5 (line 6)"
      ])
  }

  @Test func anAssertionThatIsNeverTrueEmptiesTheProperty() throws {
    let result = try property("(assert (<= Y_0 0))\n(assert (<= 1 0))")
    #expect(result.isEmpty)
    #expect(
      result.warnings == [
        "the assertion of line 10 is never true, so the property holds trivially"
      ])
  }

  @Test func aDisjunctWithoutOutputsIsWarnedAbout() throws {
    let result = try property("(assert (or (<= Y_0 0)\n(<= X_0 0)))")
    #expect(result.disjuncts.map { $0.constraints.count } == [1, 0])
    #expect(
      result.warnings == [
        "the disjunct of line 10 constrains no output, "
          + "so every input that satisfies it is a counterexample"
      ])
    #expect(result.isSatisfied(input: [-0.1, 0], output: [1, 1]) == 1)
  }

  @Test func expansionStopsAtItsLimit_Fails() {
    let pair = "(or (<= Y_0 0) (<= Y_1 0))"
    let text =
      preamble + "(assert (and \([String](repeating: pair, count: 70).joined(separator: " "))))"
    #expect(
      refusal(text)
        == "p.vnnlib: and over or expands to too many disjuncts with too many conditions, "
        + "expected at most 131072 with 16777216; split the file")
    let eighteen =
      preamble + "(assert (and \([String](repeating: pair, count: 18).joined(separator: " "))))"
    #expect(refusal(eighteen).contains("expands to 262144 disjuncts with 4718592 conditions"))
  }
}
