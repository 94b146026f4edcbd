import Foundation
import TestSupport
import Testing

@testable import Properties

@Suite(.needsShared("benchmarks/instances.csv"))
struct BenchmarkFileTests {
  @Test(arguments: SharedBenchmarks.instances)
  func everyInstanceIsRead(_ instance: SharedBenchmarks.Instance) throws {
    let result = try Property(contentsOf: SharedBenchmarks.path(instance["vnnlib"]))
    #expect(result.inputCount == Int(instance["n_inputs"]))
    #expect(!result.isEmpty)
    #expect(result.warnings.isEmpty)
    #expect(result.describe().utf8.count < 2000)
    for group in result.groups {
      #expect(group.region.count == result.inputCount)
      #expect(group.region.contains(group.region.center))
    }
    #expect(result.disjuncts.allSatisfy { !$0.constraints.isEmpty && $0.line > 0 })
  }

  @Test(arguments: SharedBenchmarks.instances.filter { !$0["cex"].isEmpty })
  func everyPublishedCounterexampleSatisfiesItsProperty(
    _ instance: SharedBenchmarks.Instance
  ) throws {
    let result = try Property(contentsOf: SharedBenchmarks.path(instance["vnnlib"]))
    let witness = try Witness(contentsOf: SharedBenchmarks.path(instance["cex"]))
    #expect(witness.input.count == result.inputCount)
    // The inputs were rounded to 32 bits, which can move them over the end of a box.
    let found = result.isSatisfied(
      input: witness.input, output: witness.output, inputTolerance: 1e-6)
    #expect(found != nil)
  }

  @Test func theLargestFilesAreGrouped() throws {
    let learned = try Property(
      contentsOf: SharedBenchmarks.path("nn4sys/vnnlib/cardinality_0_500_128.vnnlib.gz"))
    #expect(learned.groups.count == 500)
    #expect(learned.disjuncts.count == 1000)
    let detector = try Property(
      contentsOf: SharedBenchmarks.path("yolo/vnnlib/TinyYOLO_prop_000024_eps_1_255.vnnlib.gz"))
    #expect(detector.inputCount == 8112)
    #expect(detector.outputCount == 21125)
    #expect(detector.disjuncts[0].rows.count == 5)
  }

  // MARK: - Unusual syntax

  @Test(arguments: SharedBenchmarks.names(in: "syntax", suffix: ".vnnlib"))
  func everyUnusualFileIsRead(_ name: String) throws {
    let result = try Property(contentsOf: SharedBenchmarks.path(name))
    #expect(!result.isEmpty)
  }

  @Test(arguments: [
    "constant_left", "scientific", "crlf", "one_line", "comments", "declared_out_of_order",
  ])
  func differentWritingsOfOneQueryAreEqual(_ name: String) throws {
    let expected = try Property(contentsOf: SharedBenchmarks.path("malformed/ok.vnnlib"))
    let result = try Property(contentsOf: SharedBenchmarks.path("syntax/\(name).vnnlib"))
    #expect(result.groups.map(\.region) == expected.groups.map(\.region))
    #expect(
      result.disjuncts.map { $0.constraints.map(\.description) }
        == expected.disjuncts.map { $0.constraints.map(\.description) })
  }

  // MARK: - Malformed files

  @Test(arguments: [
    ("unbalanced", "line 10: unexpected end of file, expected ) to close the assertion of line 10"),
    (
      "bad_operator",
      "line 10: unknown operator =>, expected <=, >=, <, >, =, and, or, not, distinct"
    ),
    (
      "missing_bound",
      "line 3: X_1 has no upper bound, expected an assertion such as (assert (<= X_1 1.0))"
    ),
    ("unknown_variable", "line 11: unknown variable Z_0, declare it before it is used"),
    ("huge_exponent", "line 7: X_0 bound is not finite, expected a number below 1.8e308 in size"),
    ("nan_bound", "line 7: not a number: nan, expected a decimal such as -0.5 or 1e-3"),
    ("empty", "no variables declared, expected (declare-const X_0 Real) and so on"),
    (
      "no_output_constraint",
      "no output is constrained, so every input would be a counterexample; "
        + "expected an assertion about some Y_i"
    ),
  ])
  func malformedFiles_Fail(_ name: String, _ message: String) {
    let path = SharedBenchmarks.path("malformed/\(name).vnnlib")
    #expect(refusal { _ = try Property(contentsOf: path) } == "\(path): \(message)")
  }

  @Test func corruptGzip_Fails() {
    let path = SharedBenchmarks.path("malformed/corrupt.vnnlib.gz")
    #expect(
      refusal { _ = try Property(contentsOf: path) }
        == "\(path): corrupt gzip data: it ends too early")
  }

  @Test func lowerAboveUpperIsAnEmptyPropertyWithAWarning() throws {
    let result = try Property(
      contentsOf: SharedBenchmarks.path("malformed/lower_above_upper.vnnlib"))
    #expect(result.isEmpty)
    #expect(
      result.warnings == [
        "the input set is empty, so the property holds trivially: "
          + "X_0 >= 0.75 (line 6) contradicts X_0 <= 0.5 (line 7)"
      ])
  }

  @Test func tooManyInputs_Fails() throws {
    let path = SharedBenchmarks.path("malformed/too_many_inputs.vnnlib")
    let result = try Property(contentsOf: path)
    #expect(
      refusal { try result.matches(inputs: 2, outputs: 2) }
        == "\(path): property has 3 inputs, network has 2")
  }
}
