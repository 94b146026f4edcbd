import Foundation
import TestSupport
import Testing

@testable import Properties

@Suite struct VNNLIBErrorTests {
  @Test(arguments: [
    (
      "(assert (=> Y_0 Y_1))",
      "unknown operator =>, expected <=, >=, <, >, =, and, or, not, distinct"
    ),
    ("(assert (<= Z_0 1.0))", "unknown variable Z_0, declare it before it is used"),
    ("(assert (<= Y_7 1.0))", "unknown variable Y_7, declare it before it is used"),
    ("(assert (<= X_0 nan))", "not a number: nan, expected a decimal such as -0.5 or 1e-3"),
    ("(assert (<= X_0 1.2.3))", "not a number: 1.2.3, expected a decimal such as -0.5 or 1e-3"),
    ("(assert (<= X_0 0x10))", "not a number: 0x10, expected a decimal such as -0.5 or 1e-3"),
    ("(assert (<= X_0 -inf))", "not a number: -inf, expected a decimal such as -0.5 or 1e-3"),
    ("(assert (<= X_0 1e))", "not a number: 1e, expected a decimal such as -0.5 or 1e-3"),
    ("(assert (<= X_0 1e999))", "X_0 bound is not finite, expected a number below 1.8e308 in size"),
    (
      "(assert (>= -1e999 Y_1))", "Y_1 bound is not finite, expected a number below 1.8e308 in size"
    ),
    (
      "(assert (<= (* 1e999 Y_1) 0))",
      "coefficient of Y_1 is not finite, expected a number below 1.8e308 in size"
    ),
    (
      "(assert (<= (* Y_0 Y_1) 0))",
      "a product of variables is not linear, expected (* number variable)"
    ),
    ("(assert (<= (/ Y_0 0) 0))", "expected a number other than 0 after /"),
    ("(assert (<= (/ 1 Y_0) 0))", "expected a number other than 0 after /"),
    ("(assert (<= (^ Y_0 2) 0))", "unknown operator ^ in a sum, expected +, -, *, /"),
    ("(assert (<= Y_0))", "unexpected ), expected a variable or a number"),
    ("(assert (and))", "(and) without a condition"),
    ("(assert Y_0)", "unexpected Y_0, expected a condition in parentheses"),
    ("(assert (<= Y_0 1) (<= Y_1 1))", "unexpected (, expected ) after the assertion"),
    ("(assert (<= Y_0 1)", "unexpected end of file, expected ) to close the assertion of line 9"),
    ("(assert (or (<= Y_0 1)", "unexpected end of file, expected ) to close (or"),
    ("(assert (<= Y_0", "unexpected end of file, expected a variable or a number"),
    ("(assert (<= Y_0 1)))", "unexpected ), expected (assert ...) or (declare-const ...)"),
    (
      "(assert (and (<= Y_0 1) (assert (<= Y_0 1))))",
      "assert inside an assertion, a ) is missing before it"
    ),
    ("(define X_0 Real)", "unknown statement define, expected assert or declare-const"),
    ("(declare-const X_1 Real)", "X_1 is declared twice, first in line 2"),
    ("(declare-const X_2 Int)", "unexpected Int, expected Real"),
    (
      "(declare-const Z_2 Real)",
      "variable Z_2 cannot be declared, expected X_i or Y_i, counted from 0"
    ),
    (
      "(declare-const X_99999999 Real)",
      "X_99999999 is declared, but not every variable before it, expected X_0, X_1, ..."
    ),
    ("(vnnlib-version <2.0>)", "VNN-LIB 2.0 is not read, expected VNN-LIB 1.0 with declare-const"),
  ])
  func aMistakeIsNamedWithItsLine_Fails(_ text: String, _ message: String) {
    #expect(refusal(preamble + text) == "p.vnnlib: line 9: \(message)")
  }

  @Test func nothingDeclared_Fails() {
    let message = "p.vnnlib: no variables declared, expected (declare-const X_0 Real) and so on"
    #expect(refusal("") == message)
    #expect(refusal("; only a comment") == message)
    #expect(refusal("(declare-const X_0 Real)") == "p.vnnlib: no variable Y_0 declared")
    #expect(refusal("(declare-const Y_0 Real)") == "p.vnnlib: no variable X_0 declared")
  }

  @Test func aGapInTheDeclarations_Fails() {
    #expect(
      refusal(preamble + "(declare-const X_3 Real)(assert (<= Y_0 0))")
        == "p.vnnlib: line 9: X_3 is declared but X_2 is not")
  }

  @Test func noOutputConstrained_Fails() {
    #expect(
      refusal(preamble)
        == "p.vnnlib: no output is constrained, so every input would be a counterexample; "
        + "expected an assertion about some Y_i")
  }

  @Test func aMissingBound_Fails() {
    let declared = "(declare-const X_0 Real)\n(declare-const Y_0 Real)\n(assert (<= Y_0 0))\n"
    #expect(
      refusal(declared + "(assert (>= X_0 0))")
        == "p.vnnlib: line 1: X_0 has no upper bound, "
        + "expected an assertion such as (assert (<= X_0 1.0))")
    #expect(
      refusal(declared + "(assert (<= X_0 0))")
        == "p.vnnlib: line 1: X_0 has no lower bound, "
        + "expected an assertion such as (assert (>= X_0 0.0))")
    #expect(refusal(declared).hasPrefix("p.vnnlib: line 1: X_0 has no bounds, "))
    #expect(
      refusal(declared + "(assert (>= X_0 0))(assert (or (<= X_0 1)\n(<= Y_0 7)))")
        == "p.vnnlib: line 1: X_0 has no upper bound in the disjunct of line 5, "
        + "expected an assertion such as (assert (<= X_0 1.0))")
  }

  @Test func deepNestingIsRefusedBeforeTheStackEnds_Fails() {
    let message = "p.vnnlib: line 9: nested deeper than 200 parentheses"
    let deep = 1_000_000
    #expect(refusal(preamble + "(assert " + String(repeating: "(and ", count: deep)) == message)
    #expect(refusal(preamble + "(assert (<= " + String(repeating: "(- ", count: deep)) == message)
  }

  @Test func aLongWordIsCutInTheMessage_Fails() {
    let word = String(repeating: "a", count: 5000)
    #expect(
      refusal(preamble + "(assert (\(word)))")
        == "p.vnnlib: line 9: unknown operator \(word.prefix(40))..., expected <=, >=, <, >, =, and, or, not, distinct"
    )
  }

  @Test func everyPrefixOfAPropertyIsReadOrRefusedOnOneLine() throws {
    let text = preamble + "(assert (or (and (<= (+ Y_0 (* 2 Y_1)) -1.5e-1)) (> X_0 Y_0))) ; end"
    for count in 0..<text.utf8.count {
      let prefix = String(decoding: text.utf8.prefix(count), as: UTF8.self)
      #expect(!refusal(prefix).contains("\n"))
    }
  }

  @Test func bytesChangedAtRandomNeverCrashTheReader() {
    var generator = SplitMix64(seed: 7)
    let text = Array((preamble + "(assert (or (and (<= (- Y_0 Y_1) 1)) (= X_0 Y_0)))").utf8)
    for _ in 0..<3000 {
      var bytes = text
      for _ in 0..<Int.random(in: 1...6, using: &generator) {
        let place = Int.random(in: bytes.indices, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      let answer = refusal {
        _ = try Property(parsing: Data(bytes), source: "p.vnnlib")
      }
      #expect(answer.isEmpty || answer.hasPrefix("p.vnnlib: "))
    }
  }
}
