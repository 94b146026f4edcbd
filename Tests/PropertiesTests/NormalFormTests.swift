import TestSupport
import Testing

@testable import Properties

/// A formula with its own evaluator, which shares nothing with the reader.
private indirect enum Sample {
  case atom(variable: String, isUpper: Bool, value: Double)
  case all([Sample])
  case any([Sample])

  static func random(depth: Int, using generator: inout SplitMix64) -> Sample {
    if depth > 0 && Int.random(in: 0..<3, using: &generator) > 0 {
      let parts = (0..<Int.random(in: 1...3, using: &generator)).map { _ in
        random(depth: depth - 1, using: &generator)
      }
      return Bool.random(using: &generator) ? .all(parts) : .any(parts)
    }
    let names = ["X_0", "X_1", "Y_0", "Y_1"]
    return .atom(
      variable: names.randomElement(using: &generator) ?? "Y_0",
      isUpper: Bool.random(using: &generator),
      value: Double(Int.random(in: -2...2, using: &generator)) / 4)
  }

  var text: String {
    switch self {
    case .atom(let variable, let isUpper, let value):
      "(\(isUpper ? "<=" : ">=") \(variable) \(value))"
    case .all(let parts): "(and \(parts.map(\.text).joined(separator: " ")))"
    case .any(let parts): "(or \(parts.map(\.text).joined(separator: " ")))"
    }
  }

  func holds(_ values: [String: Double]) -> Bool {
    switch self {
    case .atom(let variable, let isUpper, let value):
      isUpper ? values[variable, default: 0] <= value : values[variable, default: 0] >= value
    case .all(let parts): parts.allSatisfy { $0.holds(values) }
    case .any(let parts): parts.contains { $0.holds(values) }
    }
  }
}

@Suite struct NormalFormTests {
  @Test(arguments: 0..<60)
  func theDisjunctsMeanWhatTheFormulaMeans(_ seed: Int) throws {
    var generator = SplitMix64(seed: UInt64(seed))
    let formula = Sample.random(depth: 4, using: &generator)
    let result = try property("(assert \(formula.text))(assert (<= Y_0 9))")
    for _ in 0..<200 {
      // Multiples of 1/8 meet every edge; the box of the preamble is [-0.5, 0.5].
      let point = (0..<4).map { _ in Double(Int.random(in: -5...5, using: &generator)) / 8 }
      let values = ["X_0": point[0], "X_1": point[1], "Y_0": point[2], "Y_1": point[3]]
      let expected = abs(point[0]) <= 0.5 && abs(point[1]) <= 0.5 && formula.holds(values)
      let disjunct = result.isSatisfied(input: [point[0], point[1]], output: [point[2], point[3]])
      #expect((disjunct != nil) == expected, "seed \(seed)")
      // Output rows say the same as the disjuncts.
      let byRows = result.groups.contains { group in
        group.region.contains([point[0], point[1]])
          && group.rows.conditions.contains { requirements in
            requirements.allSatisfy { requirement in
              group.rows.rows[requirement.row].reduce(0) {
                $0 + $1.coefficient * point[2 + $1.index]
              }
                <= requirement.bound
            }
          }
      }
      #expect(byRows == expected, "seed \(seed)")
    }
  }
}
