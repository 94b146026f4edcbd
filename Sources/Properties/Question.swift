/// A region, and the ways to violate a property in it, any of which would do.
///
/// This is what every analysis is asked: whether some input of the region gives an output that meets a condition.
public struct Question: Sendable, Hashable {
  /// Where the inputs lie.
  public var region: Region
  /// The conditions; all constraints of one, over outputs alone, would have to hold together.
  public var conditions: [[LinearConstraint]]

  /// Creates a question.
  ///
  /// - Precondition: No constraint has terms over inputs. `Property.questions` writes those over outputs of a network that
  ///   passes its input on.
  public init(region: Region, conditions: [[LinearConstraint]]) {
    precondition(
      conditions.allSatisfy { $0.allSatisfy(\.inputs.isEmpty) }, "Constraints over outputs alone")
    self.region = region
    self.conditions = conditions
  }
}

extension Property {
  /// Whether a condition speaks about inputs beyond their box.
  public var mixesInputsAndOutputs: Bool {
    groups.contains { $0.conditions.contains { $0.constraints.contains { !$0.inputs.isEmpty } } }
  }

  /// The questions that the property consists of, one a region; it holds where the answer to each is no.
  ///
  /// Where `mixesInputsAndOutputs`, they are about outputs followed by inputs.
  public var questions: [Question] {
    groups.map { group in
      Question(
        region: group.region,
        conditions: group.conditions.map { condition in
          condition.constraints.map { $0.overOutputsAndInputs(outputCount: outputCount) }
        })
    }
  }
}

extension LinearConstraint {
  /// The constraint on outputs followed by inputs.
  fileprivate func overOutputsAndInputs(outputCount: Int) -> LinearConstraint {
    guard !inputs.isEmpty else { return self }
    let moved = inputs.map { Term($0.index + outputCount, $0.coefficient) }
    return LinearConstraint(outputs: outputs + moved, bound: bound, line: line)
  }
}
