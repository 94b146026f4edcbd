import Files

/// Turns what a file asserts into regions and conditions.
struct Assembly {
  private let parser: Parser
  private let source: String
  private var groups: [PendingGroup] = []
  private var groupOf: [[Override]: Int] = [:]
  private var disjunctCount = 0
  private var emptyCount = 0
  private var unconstrainedLine: Int?
  private var firstContradiction: String?
  /// The first disjunct whose inequalities exclude each other.
  private var contradictoryLine: Int?

  private struct PendingGroup {
    var region: Region
    var conditions: [Condition]
  }

  /// An end of a disjunct's box that differs from the box common to all.
  private struct Override: Hashable {
    var index: Int
    var lower: Double
    var upper: Double
    var isOpenBelow: Bool
    var isOpenAbove: Bool
  }

  init(_ parser: Parser) {
    self.parser = parser
    source = parser.tokens.source
  }

  consuming func property() throws(InputError) -> Property {
    try checkDeclarations()
    guard parser.constrainsOutput else {
      throw InputError(
        source,
        "no output is constrained, so every input would be a counterexample; "
          + "expected an assertion about some Y_i")
    }
    if parser.impossible.isEmpty { try addAlternatives() }
    return Property(
      source: source, inputCount: parser.box.lower.count, outputCount: parser.outputLines.count,
      groups: groups.map { RegionGroup(region: $0.region, conditions: $0.conditions) },
      emptyRegions: emptyCount, warnings: warnings)
  }

  private func checkDeclarations() throws(InputError) {
    let inputs = parser.box.declarationLines
    let outputs = parser.outputLines
    guard !inputs.isEmpty || !outputs.isEmpty else {
      throw InputError(
        source, "no variables declared, expected (declare-const X_0 Real) and so on")
    }
    for (name, lines) in [("X", inputs), ("Y", outputs)] {
      guard let last = lines.last else {
        throw InputError(source, "no variable \(name)_0 declared")
      }
      guard let gap = lines.firstIndex(of: 0) else { continue }
      throw InputError(
        source, place: "line \(last)",
        "\(name)_\(lines.count - 1) is declared but \(name)_\(gap) is not")
    }
  }

  // MARK: - Disjuncts

  private mutating func addAlternatives() throws(InputError) {
    let choices = Formula.all(parser.choices)
    let expanded = choices.expandedSize
    let size = ExpandedSize(alternatives: 1, atoms: parser.common.count) * expanded
    guard !size.isTooLarge else {
      throw InputError(
        source,
        "and over or expands to \(ExpandedSize.described(size.alternatives)) disjuncts with "
          + "\(ExpandedSize.described(size.atoms)) conditions, "
          + "expected at most \(ExpandedSize.largest.alternatives) "
          + "with \(ExpandedSize.largest.atoms); split the file")
    }
    var box = parser.box
    let emptyIndex = box.lower.indices.first(where: box.isEmpty(at:))
    let openIndexes = box.lower.indices.filter { box.missingBound(at: $0) != nil }
    for alternative in choices.alternatives {
      let touched = alternative.touchedInputs
      for bound in alternative.bounds { box.tighten(bound) }
      try add(
        alternative, in: box, touched: touched, emptyIndex: emptyIndex, openIndexes: openIndexes)
      for index in touched { box.restore(index, from: parser.box) }
    }
  }

  private mutating func add(
    _ alternative: Alternative, in box: BoundedBox, touched: [Int], emptyIndex: Int?,
    openIndexes: [Int]
  ) throws(InputError) {
    if let index = emptyIndex ?? touched.first(where: box.isEmpty(at:)) {
      emptyCount += 1
      if firstContradiction == nil { firstContradiction = box.contradiction(at: index) }
      return
    }
    for index in openIndexes {
      guard let missing = box.missingBound(at: index) else { continue }
      let within = parser.choices.isEmpty ? "" : " in the disjunct of line \(alternative.line)"
      throw InputError(
        source, place: "line \(box.declarationLines[index])",
        "\(missing.problem)\(within), expected an assertion such as \(missing.remedy)")
    }
    let constraints = parser.common + alternative.constraints
    let region = Region(
      uncheckedLower: box.lower, upper: box.upper, openLower: box.openLower,
      openUpper: box.openUpper)
    let line = alternative.line > 0 ? alternative.line : parser.common.first?.line ?? 0
    guard !constraints.isContradiction(within: region) else {
      emptyCount += 1
      if contradictoryLine == nil { contradictoryLine = line }
      return
    }
    if unconstrainedLine == nil && constraints.allSatisfy(\.outputs.isEmpty) {
      unconstrainedLine = line
    }
    let condition = Condition(constraints: constraints, disjunct: disjunctCount, line: line)
    disjunctCount += 1
    let overrides = touched.compactMap { index -> Override? in
      let (own, common) = (override(at: index, of: box), override(at: index, of: parser.box))
      return own == common ? nil : own
    }
    if let group = groupOf[overrides] {
      groups[group].conditions.append(condition)
    } else {
      groupOf[overrides] = groups.count
      groups.append(PendingGroup(region: region, conditions: [condition]))
    }
  }

  private func override(at index: Int, of box: BoundedBox) -> Override {
    Override(
      index: index, lower: box.lower[index], upper: box.upper[index],
      isOpenBelow: box.openLower.contains(index), isOpenAbove: box.openUpper.contains(index))
  }

  // MARK: - Warnings

  private var warnings: [String] {
    var result: [String] = []
    if let line = parser.impossible.first {
      result.append("the assertion of line \(line) is never true, so the property holds trivially")
    }
    if let firstContradiction {
      result.append(
        groups.isEmpty
          ? "the input set is empty, so the property holds trivially: \(firstContradiction)"
          : "\(emptyCount) of \(emptyCount + disjunctCount) disjuncts have an empty input set: "
            + firstContradiction)
    }
    if let contradictoryLine {
      result.append(
        "the inequalities of the disjunct of line \(contradictoryLine) exclude each other, "
          + "so nothing can satisfy it")
    }
    if let unconstrainedLine {
      result.append(
        "the disjunct of line \(unconstrainedLine) constrains no output, "
          + "so every input that satisfies it is a counterexample")
    }
    return result
  }
}
