import TestSupport
import Testing

@testable import Properties

@Suite("Strict inequalities stay strict, and sums are exact")
struct StrictnessTests {
  private func isViolated(_ text: String, input: [Double] = [0, 0], output: [Double]) throws -> Bool
  {
    try property(text).isSatisfied(input: input, output: output) != nil
  }

  @Test("A strict inequality of outputs does not hold where both sides are equal")
  func outputs() throws {
    #expect(try !isViolated("(assert (> Y_0 0.0))", output: [0, 0]))
    #expect(try isViolated("(assert (> Y_0 0.0))", output: [.leastNonzeroMagnitude, 0]))
    #expect(try !isViolated("(assert (< Y_0 Y_1))", output: [1, 1]))
    #expect(try isViolated("(assert (< Y_0 Y_1))", output: [1, 1.0.nextUp]))
    #expect(try isViolated("(assert (<= Y_0 Y_1))", output: [1, 1]))
  }

  @Test("A strict bound of an input leaves its end out, in doubles and in floats")
  func inputs() throws {
    let result = try property("(assert (< X_0 0.25)) (assert (> X_1 -0.125)) (assert (<= Y_0 0))")
    let region = result.groups[0].region
    #expect(region.upper[0] == 0.25 && region.lower[1] == -0.125)
    #expect(!region.contains([0.25, 0]) && region.contains([Double(0.25).nextDown, 0]))
    #expect(!region.contains([0, -0.125]) && region.contains([0, Double(-0.125).nextUp]))
    #expect(region.clipped([9, -9]) == [Float(0.25).nextDown, Float(-0.125).nextUp])
    #expect(region.contains(region.clipped([9, -9]).map { Double($0) }))
    // The box of the preamble is closed.
    #expect(region.contains([-0.5, 0.5]))
  }

  @Test("Of a strict and a plain bound at one number the strict one holds")
  func tighter() throws {
    for text in [
      "(assert (<= X_0 0.25)) (assert (< X_0 0.25))",
      "(assert (> 0.25 X_0)) (assert (<= X_0 0.25))",
    ] {
      let region = try property(text + "(assert (<= Y_0 0))").groups[0].region
      #expect(!region.contains([0.25, 0]))
    }
    let region = try property("(assert (< X_0 0.25)) (assert (<= X_0 0.125)) (assert (<= Y_0 0))")
      .groups[0].region
    #expect(region.contains([0.125, 0]))
  }

  @Test("Disjuncts with open and closed ends are different regions")
  func groups() throws {
    let result = try property(
      "(assert (or (and (< X_0 0.25) (<= Y_0 0)) (and (<= X_0 0.25) (<= Y_0 1)) (<= Y_1 0)))")
    #expect(result.groups.count == 3)
    #expect(result.groups.map { $0.region.contains([0.25, 0]) } == [false, true, true])
  }

  @Test(
    "What excludes itself is empty",
    arguments: [
      "(< X_0 0) (> X_0 0)", "(< X_0 0) (>= X_0 0)", "(<= X_0 0) (> X_0 0)",
      "(< Y_0 0) (> Y_0 0)", "(< Y_0 0) (>= Y_0 0)", "(< Y_0 Y_1) (< Y_1 Y_0)",
      "(< (+ Y_0 Y_1) 1) (>= Y_0 0.5) (>= Y_1 0.5)", "(< (* 0.1 Y_0) 0.3) (> Y_0 3)",
      "(< (+ X_0 X_1) -1)", "(distinct X_0 X_0)", "(not (= Y_0 Y_0))", "(not (<= X_0 0.5))",
      "(< (+ X_0 Y_0) Y_0) (>= X_0 0)",
    ])
  func empty(_ text: String) throws {
    let atoms = text.replacing(") (", with: ")) (assert (")
    let result = try property("(assert \(atoms)) (assert (<= Y_1 9))")
    #expect(result.isEmpty, "\(text)")
    #expect(result.warnings.count == 1, "\(result.warnings)")
  }

  @Test(
    "What does not is not",
    arguments: [
      "(<= X_0 0) (>= X_0 0)", "(<= Y_0 0) (>= Y_0 0)", "(< Y_0 Y_1) (< Y_1 1)",
      "(<= (+ Y_0 Y_1) 1) (>= Y_0 0.5) (>= Y_1 0.5)", "(< (* 0.1 Y_0) 0.3) (>= Y_0 2.9999)",
      "(<= (+ X_0 X_1) -1) (< Y_0 1)",
    ])
  func satisfiable(_ text: String) throws {
    let atoms = text.replacing(") (", with: ")) (assert (")
    #expect(try !property("(assert \(atoms)) (assert (<= Y_1 9))").isEmpty, "\(text)")
  }

  @Test(
    "Negations are carried down to the comparisons",
    arguments: [
      ("(not (<= Y_0 Y_1))", ["Y_0 > Y_1"]), ("(not (> Y_0 1))", ["Y_0 <= 1"]),
      ("(not (not (< Y_0 1)))", ["Y_0 < 1"]),
      ("(not (and (<= Y_0 1) (<= Y_1 2)))", ["Y_0 > 1", "Y_1 > 2"]),
      ("(not (or (<= Y_0 1) (<= Y_1 2)))", ["Y_0 > 1 and Y_1 > 2"]),
      ("(not (= Y_0 1))", ["Y_0 < 1", "Y_0 > 1"]), ("(!= Y_0 1)", ["Y_0 < 1", "Y_0 > 1"]),
      ("(distinct Y_0 1)", ["Y_0 < 1", "Y_0 > 1"]), ("(== Y_0 1)", ["Y_0 <= 1 and Y_0 >= 1"]),
      ("(not (distinct Y_0 1))", ["Y_0 <= 1 and Y_0 >= 1"]),
      ("(not (<= 0 Y_0 1))", ["Y_0 < 0", "Y_0 > 1"]),
    ])
  func negations(_ text: String, _ expected: [String]) throws {
    let result = try property("(assert \(text))")
    #expect(
      result.disjuncts.map { $0.constraints.map(\.description).joined(separator: " and ") }
        == expected)
  }

  @Test("Sums of coefficients and of constants cancel as decimals do")
  func sums() throws {
    // In doubles, 0.1 + 0.2 - 0.3 is 5.6e-17.
    let result = try property(
      "(assert (<= (+ Y_1 (* 0.1 Y_0) (* 0.2 Y_0) (* -0.3 Y_0)) (- (+ 0.1 0.2) 0.3)))")
    #expect(result.disjuncts[0].constraints.map(\.description) == ["Y_1 <= 0"])
    #expect(
      try property("(assert (<= (- (+ (* 1e20 Y_0) Y_1) (* 1e20 Y_0)) 1))").disjuncts[0]
        .constraints.map(\.description) == ["Y_1 <= 1"])
  }

  @Test("A witness is judged by the decimals of the file, not by the doubles near them")
  func decimals() throws {
    // 0.3 as a double is below the decimal, 0.1 above.
    #expect(try isViolated("(assert (< Y_0 0.3))", output: [0.3, 0]))
    #expect(try !isViolated("(assert (>= Y_0 0.3))", output: [0.3, 0]))
    #expect(try isViolated("(assert (> Y_0 0.1))", output: [0.1, 0]))
    #expect(try !isViolated("(assert (<= Y_0 0.1))", output: [0.1, 0]))
    // 3 times the double 0.1 is above 0.3 exactly.
    #expect(try !isViolated("(assert (<= (* 3 Y_0) 0.3))", output: [0.1, 0]))
    #expect(try isViolated("(assert (>= (* 0.1 Y_0) 0.3))", output: [3, 0]))
    #expect(try isViolated("(assert (<= (* 0.1 Y_0) 0.3))", output: [3, 0]))
    #expect(try !isViolated("(assert (< (* 0.1 Y_0) 0.3))", output: [3, 0]))
  }

  @Test("Proofs are made over bounds that are not below the decimals")
  func outward() throws {
    for (text, decimal) in [("(<= Y_0 0.3)", "0.3"), ("(>= Y_0 0.1)", "-0.1")] {
      let constraint = try property("(assert \(text))").disjuncts[0].constraints[0]
      let exact = try #require(Rational(decimal: Array(decimal.utf8)[...]))
      let bound = try #require(Rational(constraint.bound))
      #expect(bound >= exact)
      #expect(constraint.bound == exact.roundedUp)
    }
  }

  @Test("An end that is no double is left out by a hair on the side of proofs")
  func computedEnds() throws {
    let region = try property("(assert (<= (* 3 X_0) 1)) (assert (<= Y_0 0))").groups[0].region
    #expect(region.upper[0] == (1.0 / 3).nextUp)
    #expect(!region.contains([(1.0 / 3).nextUp, 0]) && region.contains([1.0 / 3, 0]))
  }

  @Test("Lines end with LF, CRLF or CR alone", arguments: ["\n", "\r\n", "\r"])
  func lineEnds(_ end: String) throws {
    let lines = [
      "; a comment", "(declare-const X_0 Real) ; another", "(declare-const Y_0 Real)",
      "(assert (>= X_0 0))", "(assert (<= X_0 1))", "(assert (<= Y_0 2)) ; the last",
    ]
    let result = try parsed(lines.joined(separator: end))
    #expect(result.disjuncts[0].constraints.map(\.description) == ["Y_0 <= 2"])
    #expect(result.disjuncts[0].line == 6)
  }
}
