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
