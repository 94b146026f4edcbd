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
