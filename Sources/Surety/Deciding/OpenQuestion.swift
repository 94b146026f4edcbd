import Bounds
import Properties

/// A question, with what is known of each condition.
struct OpenQuestion: Sendable {
  /// The inputs.
  let region: Region
  /// What is asked; all constraints of an entry would have to hold together.
  var conditions: [OpenCondition]
  /// The network's output at the middle of the region, and what single precision loses.
  let sample: RoundingProbe.Sample

  init(_ question: Question, _ sample: RoundingProbe.Sample) {
    region = question.region
    conditions = question.conditions.map { OpenCondition(constraints: $0) }
    self.sample = sample
  }

  /// The places of the conditions that no method has ruled out yet.
  var open: [Int] { conditions.indices.filter { !conditions[$0].isImpossible } }

  /// Whether every condition is ruled out.
  var isAnswered: Bool { conditions.allSatisfy(\.isImpossible) }

  /// The question that is left.
  var rest: Question {
    Question(
      region: region, conditions: conditions.filter { !$0.isImpossible }.map(\.constraints))
  }
}

/// A conjunction of constraints on the outputs.
struct OpenCondition: Sendable {
  /// The constraints, over outputs alone.
  let constraints: [LinearConstraint]
  /// By how much the best bound of a constraint clears its limit; negative when none does.
  var margin = -Double.infinity
  /// Whether a constraint, or a combination of them, was shown to be impossible.
  var isImpossible = false
}

extension OpenQuestion {
  /// Looks at a condition's bounds and records the best margin.
  ///
  /// - Parameters:
  ///   - condition: Its place.
  ///   - requirements: What the bounds must exceed.
  ///   - bounds: The lower bounds of the rows.
  ///   - isCharged: Whether they account for their own rounding.
  /// - Soundness: A condition becomes impossible only when the lower bound of one requirement clears its limit by the
  ///   arithmetic's slack. What a cheaper method ruled out stays so.
  mutating func judge(
    _ condition: Int, _ requirements: [ConditionRows.Requirement], _ bounds: [Double],
    _ precision: Precision, isCharged: Bool
  ) -> Judgement {
    let constraints = conditions[condition].constraints
    let scales = constraints.map { $0.scale(at: sample.output) }
    let noises = constraints.map { sample.noise(weight: $0.weight) }
    var result = Judgement.possible
    for requirement in requirements {
      let margin = bounds[requirement.row] - requirement.bound
      let judgement = Judgement(
        margin: margin, scale: requirement.weighted(scales), noise: requirement.weighted(noises),
        precision: precision,
        // The coefficients of combinations are sums, which were rounded.
        isCharged: isCharged && requirement.parts.count == 1)
      if margin.isFinite {
        conditions[condition].margin = max(conditions[condition].margin, margin)
      }
      switch judgement {
      case .impossible:
        conditions[condition].isImpossible = true
        return .impossible
      case .near: result = .near
      case .possible: break
      }
    }
    return conditions[condition].isImpossible ? .impossible : result
  }
}

extension ConditionRows.Requirement {
  /// The sum of what belongs to the constraints, times their weights.
  fileprivate func weighted(_ values: [Double]) -> Double {
    parts.reduce(0) { $0 + $1.weight * values[$1.constraint] }
  }
}
