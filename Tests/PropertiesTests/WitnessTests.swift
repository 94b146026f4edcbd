import Files
import Foundation
import TestSupport
import Testing

@testable import Properties

@Suite struct WitnessTests {
  private func read(_ text: String) throws(InputError) -> Witness {
    try Witness(parsing: Data(text.utf8), source: "w.txt")
  }

  @Test func aWitnessIsWrittenInTheCompetitionsFormat() {
    let witness = Witness(input: [1, -0.5], output: [2.5])
    #expect(witness.resultText == "sat\n((X_0 1.0)\n (X_1 -0.5)\n (Y_0 2.5))\n")
  }

  @Test func floatsReadBackExactly() throws {
    var generator = SplitMix64(seed: 5)
    let values = (0..<2000).map { _ in
      Float(bitPattern: UInt32.random(in: 0...(.max), using: &generator))
    }
    .filter(\.isFinite)
    let witness = Witness(input: values, output: [-0.0, .leastNonzeroMagnitude])
    let again = try read(witness.resultText)
    #expect(again.input.map(\.bitPattern) == witness.input.map(\.bitPattern))
    #expect(again.output.map(\.bitPattern) == witness.output.map(\.bitPattern))
    #expect(again.input.map { Float($0) } == values)
  }

  @Test func theOrderOfPairsDoesNotMatter() throws {
    #expect(
      try read("sat ((Y_0 3) (X_1 2) (X_0 1))") == Witness(input: [1.0, 2], output: [3.0]))
  }

  @Test(arguments: [
    ("unsat", "line 1: unexpected unsat, expected sat and a counterexample"),
    ("", "line 1: unexpected end of file, expected sat and a counterexample"),
    ("sat", "line 1: unexpected end of file, expected ((X_0 ...)"),
    ("sat\n((X_0 1)", "line 2: unexpected end of file, expected (X_i ...)"),
    ("sat\n((X_0 nan))", "line 2: unexpected nan, expected a finite number"),
    ("sat\n((X_0 1e999))", "line 2: unexpected 1e999, expected a finite number"),
    ("sat\n((X_0 1)\n(X_0 1))", "line 3: X_0 appears twice"),
    ("sat\n((X_0 1 2))", "line 2: unexpected 2, expected )"),
    ("sat\n((Z_0 1))", "line 2: unexpected Z_0, expected X_i or Y_i"),
    ("sat\n((X_1 1))", "X_0 is missing"),
  ])
  func aWrongWitness_Fails(_ text: String, _ message: String) {
    #expect(refusal { _ = try read(text) } == "w.txt: \(message)")
  }
}
