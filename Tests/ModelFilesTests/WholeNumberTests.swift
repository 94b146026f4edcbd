import Files
import Foundation
import Networks
import TestSupport
import Testing

@testable import ModelFiles

/// Whole numbers that no double has, and other constants that runtimes and a careless reader would take for different ones.
@Suite("Constants that are not computed with")
struct WholeNumberTests {
  private static let large: Int64 = 1 << 62

  /// `x` plus 10 where a computation on two whole numbers says so, less 10 elsewhere.
  private func chosen(
    _ type: String, _ a: Int64, _ b: Int64, isNumber: Bool = false
  ) -> ModelBuilder {
    var builder = ModelBuilder()
    builder.model.graph.initializer = [
      ModelBuilder.integers("a", [a]), ModelBuilder.integers("b", [b]),
      ModelBuilder.integers("one", [1]), ModelBuilder.floats("ten", [1], [10]),
      ModelBuilder.floats("less", [1], [-10]),
    ]
    builder.add(type, ["a", "b"], [isNumber ? "n" : "c"], named: "under test")
    if isNumber { builder.add("Equal", ["n", "one"], ["c"], named: "equal") }
    builder.add("Where", ["c", "ten", "less"], ["k"], named: "where")
    builder.add("Add", ["x", "k"], ["y"], named: "sum")
    return builder
  }

  private func output(_ builder: ModelBuilder) throws -> [Double] {
    try ModelFile(parsing: builder.data(), source: "file").network().output([1, 2, 3])
  }

  @Test(
    "Comparisons of numbers beyond 2^53 are refused, and of smaller ones read",
    arguments: ["Equal", "Less", "Greater", "LessOrEqual", "GreaterOrEqual"])
  func comparisons(type: String) throws {
    for (a, b) in [
      (Self.large + 5, Self.large + 6), (1 << 53, (1 << 53) + 1), (-Self.large, Self.large),
    ] as [(Int64, Int64)] {
      #expect(
        try chosen(type, a, b).refusal().contains("node under test (\(type))"), "\(a), \(b)")
    }
    let isHeld = ["Less", "LessOrEqual"].contains(type)
    #expect(
      try output(chosen(type, (1 << 53) - 1, 1 << 53)) == (isHeld ? [11, 12, 13] : [-9, -8, -7]))
  }

  @Test(
    "So is arithmetic, even where the result is small", arguments: ["Add", "Sub", "Div", "Mod"])
  func arithmetic(type: String) throws {
    let builder = chosen(type, (1 << 53) + 1, 1 << 53, isNumber: true)
    let refusal = try builder.refusal()
    #expect(refusal.contains("under test") || refusal.contains("beyond 2^53"), "\(refusal)")
    #expect(try output(chosen("Sub", 8, 7, isNumber: true)) == [11, 12, 13])
  }

  @Test("Casts that wrap, or of what is no double, are refused")
  func casts() throws {
    // From and to: 7 is int64, 13 is uint64, 3 is int8.
    for (value, type) in [(-1, 13), ((1 << 53) + 1, 3), ((1 << 53) + 1, 1)] as [(Int64, Int)] {
      var builder = ModelBuilder()
      builder.model.graph.initializer = [ModelBuilder.integers("a", [value])]
      builder.add("Cast", ["a"], ["u"], named: "under test", [.integer("to", type)])
      builder.add("Cast", ["u"], ["k"], named: "float", [.integer("to", 1)])
      builder.add("Add", ["x", "k"], ["y"], named: "sum")
      #expect(try builder.refusal().contains("under test"), "\(value) to \(type)")
    }
  }

  @Test("The largest number still says to the end")
  func ends() throws {
    var builder = ModelBuilder()
    builder.model.graph.initializer = [
      ModelBuilder.integers("from", [1]), ModelBuilder.integers("to", [.max]),
      ModelBuilder.integers("axis", [1]),
    ]
    builder.add("Slice", ["x", "from", "to", "axis"], ["y"])
    #expect(try output(builder) == [2, 3])
  }

  @Test("An axis that is cut twice is refused")
  func axes() throws {
    var builder = ModelBuilder()
    builder.model.graph.initializer = [
      ModelBuilder.integers("from", [0, 1]), ModelBuilder.integers("to", [2, 3]),
      ModelBuilder.integers("axis", [1, -1]),
    ]
    builder.add("Slice", ["x", "from", "to", "axis"], ["y"])
    #expect(try builder.refusal().contains("axes [1, -1] name one twice"))
  }
}
