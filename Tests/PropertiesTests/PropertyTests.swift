import Files
import Foundation
import Testing

@testable import Properties

@Suite struct PropertyTests {
  @Test func countsAreComparedWithTheNetwork() throws {
    let result = try property("(assert (<= Y_0 Y_1))")
    try result.matches(inputs: 2, outputs: 2)
    #expect(
      refusal { try result.matches(inputs: 3, outputs: 2) }
        == "p.vnnlib: property has 2 inputs, network has 3")
    #expect(
      refusal { try result.matches(inputs: 2, outputs: 10) }
        == "p.vnnlib: property has 2 outputs, network has 10")
  }

  @Test func coefficientsThatVanishInBoundsAreRefused() throws {
    for coefficient in ["1e-40", "-1e-50", "1e-330", "1e31"] {
      let result = try property("(assert (<= (* \(coefficient) Y_0) 1))")
      let message = refusal { try result.matches(inputs: 2, outputs: 2) }
      #expect(message.contains("the coefficient"), "\(message)")
      #expect(message.contains("1e-30 to 1e30"), "\(message)")
    }
    try property("(assert (<= (* 1e-20 Y_0) 1e-40))").matches(inputs: 2, outputs: 2)
  }

  @Test func satisfactionIsExactAtTheEdge() throws {
    let result = try property(
      "(assert (or (and (<= Y_0 Y_1)) (and (>= (+ Y_0 Y_1) 0.75) (<= X_0 0))))")
    #expect(result.isSatisfied(input: [0.5, 0], output: [1, 1]) == 0)
    #expect(result.isSatisfied(input: [0.5, 0], output: [1 + .ulpOfOne, 1]) == nil)
    #expect(result.isSatisfied(input: [0, 0], output: [0.5, 0.25]) == 1)
    #expect(result.isSatisfied(input: [0, 0], output: [0.5, 0.25.nextDown]) == nil)
    #expect(result.isSatisfied(input: [0.5 + .ulpOfOne, 0], output: [1, 1]) == nil)
    #expect(
      result.isSatisfied(input: [0.5 + .ulpOfOne, 0], output: [1, 1], inputTolerance: 1e-9) == 0)
    #expect(result.isSatisfied(input: [0.5, 0], output: [1.01, 1], tolerance: 0.02) == 0)
    #expect(result.isSatisfied(input: [0], output: [1, 1]) == nil)
    #expect(result.isSatisfied(input: [0, 0], output: [-.infinity, 1]) == nil)
    #expect(result.isSatisfied(input: [0, 0], output: [.nan, 1]) == nil)
  }

  @Test func theFirstSatisfiedDisjunctInTheFileIsGiven() throws {
    let result = try property(
      """
      (assert (or (and (<= X_0 0) (<= Y_0 -1)) (and (>= X_0 0) (<= Y_0 0)) (and (<= X_0 0) (<= Y_0 1))))
      """)
    #expect(result.isSatisfied(input: [0, 0], output: [0, 0]) == 1)
    #expect(result.isSatisfied(input: [-0.1, 0], output: [0, 0]) == 2)
  }

  @Test func mixedConstraintsUseInputsAndOutputs() throws {
    let result = try property("(assert (>= (- Y_0 X_0) 1))")
    #expect(result.isSatisfied(input: [0.25, 0], output: [1.25, 0]) == 0)
    #expect(result.isSatisfied(input: [0.5, 0], output: [1.25, 0]) == nil)
  }

  @Test func robustnessHasADisjunctForEachOtherClass() throws {
    let region = try Region(lower: [0], upper: [1])
    let result = try Property.robustness(label: 1, classes: 3, region: region)
    #expect(result.disjuncts.map { $0.constraints[0].description } == ["Y_0 >= Y_1", "Y_1 <= Y_2"])
    #expect(result.isSatisfied(input: [0.5], output: [0, 1, 0.5]) == nil)
    #expect(result.isSatisfied(input: [0.5], output: [0, 1, 1]) == 1)
    #expect(result.groups[0].rows.dense(outputCount: 3) == [-1, 1, 0, 0, 1, -1])
    #expect(
      refusal { _ = try Property.robustness(label: 3, classes: 3, region: region) }
        == "label: 3 is not a class, expected 0 to 2")
    #expect(
      refusal { _ = try Property.robustness(label: 0, classes: 1, region: region) }
        == "network: has 1 outputs, robustness of a label needs 2 or more")
  }

  @Test func equalRowsAreShared() throws {
    let result = try property(
      "(assert (or (and (<= Y_0 1) (<= Y_1 2)) (and (<= Y_0 3)) (and (>= Y_0 4))))")
    let rows = result.groups[0].rows
    #expect(rows.count == 3)
    #expect(rows.conditions.map { $0.map(\.row) } == [[0, 1], [0], [2]])
    #expect(rows.conditions.map { $0.map(\.bound) } == [[1, 2], [3], [-4]])
  }

  @Test func inputTermsAreTakenAtTheirBestForOutputsAlone() throws {
    let result = try property("(assert (<= (+ Y_0 (* 2 X_0) (* -1 X_1)) 1))")
    let requirement = result.disjuncts[0].rows.conditions[0][0]
    // Y_0 <= 1 - 2 X_0 + X_1 <= 1 + 1 + 0.5.
    #expect(requirement.outputBound(over: result.groups[0].region) == 2.5)
  }

  @Test func thePropertyIsEchoedInPlainWords() throws {
    let region = try Region.ball(
      around: [Double](repeating: 0.5, count: 784), radius: 0.03, norm: .infinity)
    let result = try Property.robustness(label: 0, classes: 10, region: region)
    #expect(
      result.describe(limit: 2) == """
        784 inputs, 10 outputs; one box of inputs, width at most 0.06 (mean 0.06)
        The property holds if no input in the box makes any of these 9 conditions true:
          Y_0 <= Y_1
          Y_0 <= Y_2
          ... and 7 more
        """)
    #expect(
      try property("(assert (and (<= Y_0 Y_1)\n(<= (* 2 Y_0) 1)))").describe() == """
        2 inputs, 2 outputs; one box of inputs, width at most 1 (mean 1)
        The property holds if no input in the box makes this condition true:
          Y_0 <= Y_1 and 2 Y_0 <= 1 (line 9)
        """)
    #expect(
      try property("(assert (>= X_0 1))(assert (<= Y_0 Y_1))").describe()
        == "2 inputs, 2 outputs; no input satisfies the assertions, so the property holds trivially"
    )
    let ball = try Region.ball(around: [0, 0], radius: 0.5, norm: .two)
    #expect(
      try Property.robustness(label: 0, classes: 2, region: ball).describe().hasPrefix(
        "2 inputs, 2 outputs; an l2 ball of radius 0.5 within a box, width at most 1 (mean 1)\n"))
  }

  @Test func boxesOfFewInputsAreWrittenOut() throws {
    let result = try property(
      "(assert (or (and (<= X_0 0) (<= Y_0 0)) (and (>= X_0 0) (<= Y_0 1))))")
    #expect(
      result.describe() == """
        2 inputs, 2 outputs; 2 boxes of inputs, width at most 1 (mean 0.75)
        The property holds if no input in its box makes any of these 2 conditions true:
          X_0 in [-0.5, 0.0] and X_1 in [-0.5, 0.5] and Y_0 <= 0 (line 9)
          X_0 in [0.0, 0.5] and X_1 in [-0.5, 0.5] and Y_0 <= 1 (line 9)
        """)
  }
}
