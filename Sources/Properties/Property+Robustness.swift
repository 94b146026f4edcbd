import Files

extension Property {
  /// The property that no input of a region is given another label.
  ///
  /// It has one disjunct for each other class, in order: `Y_j >= Y_label`, or `Y_j > Y_label`.
  ///
  /// - Parameters:
  ///   - label: The right class, counted from 0.
  ///   - classes: The number of classes, which are all the outputs.
  ///   - region: Where the inputs lie.
  ///   - tiesViolate: Whether another output that equals the label's is a violation.
  /// - Throws: `InputError` when there are fewer than two classes or the label is not one of them.
  public static func robustness(
    label: Int, classes: Int, region: Region, tiesViolate: Bool = true
  ) throws(InputError) -> Property {
    guard classes >= 2 else {
      throw InputError("network", "has \(classes) outputs, robustness of a label needs 2 or more")
    }
    guard (0..<classes).contains(label) else {
      throw InputError("label", "\(label) is not a class, expected 0 to \(classes - 1)")
    }
    let conditions = (0..<classes).filter { $0 != label }.enumerated().map { place, other in
      let terms: [LinearConstraint.Term] =
        label < other ? [.init(label, 1), .init(other, -1)] : [.init(other, -1), .init(label, 1)]
      return Condition(
        constraints: [LinearConstraint(outputs: terms, bound: 0, isStrict: !tiesViolate)],
        disjunct: place, line: 0)
    }
    return Property(
      source: "label \(label)", inputCount: region.count, outputCount: classes,
      groups: [RegionGroup(region: region, conditions: conditions)])
  }
}
