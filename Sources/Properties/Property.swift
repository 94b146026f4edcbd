import Files

/// A question about a network: can any input of a region give an output that violates a condition?
///
/// The conditions describe the **violation**, as in VNN-LIB: the property is violated (`sat`) if
/// and only if some input and its output satisfy one disjunct, and holds (`unsat`) otherwise.
public struct Property: Sendable {
  /// The file, or what else the property comes from.
  public let source: String
  /// The number of input elements, flattened.
  public let inputCount: Int
  /// The number of output elements, flattened.
  public let outputCount: Int
  /// The disjuncts by region; those of one region are together, because it is bounded once for all
  /// of them.
  public let groups: [RegionGroup]
  /// The number of disjuncts in the file whose region is empty; nothing can satisfy them.
  public let emptyRegions: Int
  /// What a user should know before trusting the verdict, such as an empty input set; one line
  /// each.
  public let warnings: [String]

  init(
    source: String, inputCount: Int, outputCount: Int, groups: [RegionGroup],
    emptyRegions: Int = 0, warnings: [String] = []
  ) {
    self.source = source
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.groups = groups
    self.emptyRegions = emptyRegions
    self.warnings = warnings
  }

  /// Whether nothing can violate the property, because every region is empty.
  public var isEmpty: Bool { groups.isEmpty }

  /// The disjuncts in the order of the file, without those whose region is empty.
  ///
  /// - Complexity: O(n) in the number of disjuncts; the regions and conditions are shared, not
  ///   copied.
  public var disjuncts: [Disjunct] {
    let count = groups.reduce(0) { $0 + $1.conditions.count }
    var result = [Disjunct?](repeating: nil, count: count)
    for group in groups {
      for condition in group.conditions {
        result[condition.disjunct] = Disjunct(
          region: group.region, constraints: condition.constraints, line: condition.line)
      }
    }
    return result.compactMap(\.self)
  }

  /// The sizes of coefficients that bounds in single precision have room for lie between this and one over it.
  private static let largestCoefficient = 0x1p100

  /// Checks that a network has as many inputs and outputs as the property names, and that no coefficient would vanish or overflow in bounds.
  ///
  /// - Throws: `InputError` such as "property has 3 inputs, network has 2".
  public func matches(inputs: Int, outputs: Int) throws(InputError) {
    guard inputs == inputCount else {
      throw InputError(source, "property has \(inputCount) inputs, network has \(inputs)")
    }
    guard outputs == outputCount else {
      throw InputError(source, "property has \(outputCount) outputs, network has \(outputs)")
    }
    for constraint in groups.lazy.flatMap(\.conditions).flatMap(\.constraints) {
      let sizes = (constraint.inputs + constraint.outputs).map(\.coefficient.magnitude)
      let most = Self.largestCoefficient
      guard let size = sizes.first(where: { $0 < 1 / most || $0 > most }) else { continue }
      throw InputError(
        source, place: constraint.line > 0 ? "line \(constraint.line)" : "",
        "the coefficient \(size) is too large or too small; expected a size from 1e-30 to 1e30, which multiplying the inequality by a number gives"
      )
    }
  }
}

/// The disjuncts of a property that share one region.
public struct RegionGroup: Hashable, Sendable {
  /// Where the inputs lie.
  public let region: Region
  /// The conditions, one per disjunct; any of them violates the property.
  public let conditions: [Condition]
}

/// What makes one disjunct true within its region.
public struct Condition: Hashable, Sendable {
  /// The inequalities that must all hold; with none, every input of the region is a violation.
  public let constraints: [LinearConstraint]
  /// The place of the disjunct in `Property.disjuncts`.
  public let disjunct: Int
  /// The line of the file where the disjunct starts; 0 where there is none.
  public let line: Int
}

/// One way to violate a property: a region and inequalities that must all hold.
public struct Disjunct: Hashable, Sendable {
  /// Where the inputs lie.
  public let region: Region
  /// The inequalities that must all hold; with none, every input of the region is a violation.
  public let constraints: [LinearConstraint]
  /// The line of the file where the disjunct starts; 0 where there is none.
  public let line: Int

  /// The inequalities as output rows; a disjunct is impossible where one of its rows stays above
  /// its bound.
  public var rows: OutputRows { OutputRows(of: [constraints]) }
}

extension Property {
  /// Whether every constraint compares two outputs, and says nothing else.
  ///
  /// Then only the order of the outputs matters, which an increasing function of all of them leaves as it is.
  public var comparesOutputs: Bool {
    groups.allSatisfy { group in
      group.conditions.allSatisfy { $0.constraints.allSatisfy(\.comparesOutputs) }
    }
  }
}

extension LinearConstraint {
  /// Whether the constraint says that one output is at most another.
  var comparesOutputs: Bool {
    inputs.isEmpty && bound == 0 && outputs.count == 2
      && outputs[0].coefficient == -outputs[1].coefficient
  }
}

extension Property {
  /// The first disjunct that an input and its output satisfy, as an index into `disjuncts`; nil for
  /// none.
  ///
  /// Boxes are compared exactly and sums to about 100 bits, so the answer can confirm a
  /// counterexample. An input or output of the wrong length, or with an element that is not finite,
  /// satisfies nothing.
  ///
  /// - Parameters:
  ///   - tolerance: How far a sum may exceed its bound.
  ///   - inputTolerance: How far an input may lie outside its box, or a sum with inputs exceed its
  ///     bound; a decimal such as 0.1 is no 32-bit float, so a witness in float may need some 1e-7.
  public func isSatisfied(
    input: [Double], output: [Double], tolerance: Double = 0, inputTolerance: Double = 0
  ) -> Int? {
    guard input.count == inputCount, output.count == outputCount,
      input.allSatisfy(\.isFinite), output.allSatisfy(\.isFinite)
    else { return nil }
    var first: Int?
    for group in groups where group.region.contains(input, tolerance: inputTolerance) {
      let condition = group.conditions.first { condition in
        condition.constraints.allSatisfy { constraint in
          constraint.holds(
            input: input, output: output,
            tolerance: constraint.inputs.isEmpty ? tolerance : max(tolerance, inputTolerance))
        }
      }
      if let condition { first = min(first ?? .max, condition.disjunct) }
    }
    return first
  }
}
