import Bounds
import Properties

/// The violations of one region that no method has ruled out yet.
struct OpenRegion: Sendable {
  /// The inputs.
  let region: Region
  /// Its place in the property.
  var place = 0
  /// What is possible still; all constraints of an entry would have to hold together.
  var conditions: [OpenCondition]
  /// The network's output at the middle of the region, and what single precision loses; nil before it was measured.
  var sample: RoundingProbe.Sample?
}

/// A conjunction of constraints on the outputs that no method has ruled out yet.
struct OpenCondition: Sendable {
  /// The constraints, over outputs alone.
  let constraints: [LinearConstraint]
  /// Its place among the conditions of its region.
  var place = 0
  /// By how much the best bound of a constraint clears its limit; negative when none does.
  var margin = -Double.infinity
  /// Whether a constraint was shown to be impossible.
  var isImpossible = false
}

extension LinearConstraint {
  /// The constraint on outputs followed by inputs, which are the outputs of `Network.keepingInput`.
  func overOutputsAndInputs(outputCount: Int) -> LinearConstraint {
    guard !inputs.isEmpty else { return self }
    let moved = inputs.map { Term($0.index + outputCount, $0.coefficient) }
    return LinearConstraint(outputs: outputs + moved, bound: bound, line: line)
  }
}

extension Property {
  /// Whether a condition speaks about inputs beyond their box.
  var mixesInputsAndOutputs: Bool {
    groups.contains { $0.conditions.contains { $0.constraints.contains { !$0.inputs.isEmpty } } }
  }

  /// Every violation, region by region, over outputs followed by inputs.
  var openRegions: [OpenRegion] {
    groups.enumerated().map { place, group in
      OpenRegion(
        region: group.region, place: place,
        conditions: group.conditions.enumerated().map { place, condition in
          OpenCondition(
            constraints: condition.constraints.map {
              $0.overOutputsAndInputs(outputCount: outputCount)
            }, place: place)
        })
    }
  }
}
