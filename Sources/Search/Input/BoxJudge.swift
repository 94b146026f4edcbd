import Bounds
import Properties
import Tensors

/// Decides which conditions are impossible in a box, and what is left of the box.
///
/// - Soundness: A condition is given up only when a lower bound of one of its constraints clears the limit
///   by the tolerance of `Judgement`, with the noise that was measured over the region and at the middle of the
///   box, and by many roundings of the values that met in the plane; else in double.
struct BoxJudge<S: TensorScalar> {
  let box: SubBox<S>
  let situation: PreparedQuestion
  private(set) var planes: BoxPlanes
  private let precision: Precision
  private let isFinite: Bool
  /// What each constraint of each open condition needs and has.
  private(set) var conditions: [Standing] = []
  /// Whether a condition is met at the middle of the box up to rounding in double.
  private(set) var isTied = false
  /// The function to bound and to split by next.
  var push: BoxPush
  /// The coefficients over outputs of the functions whose planes come after those of the rows.
  private(set) var combined: [[Double]] = []
  /// The outputs of the relaxed network where each row is least, where combinations are to be weighed by them.
  let relaxed: [[Double]]
  /// The search for the weights of one condition, by its place.
  var search: (condition: Int, weights: WeightSearch)?

  /// A row of outputs and what it may be at most.
  struct Requirement {
    var place: Int
    var bound: Double
    var scale: Double
    var noise: Double
    /// The sum of the sizes of its coefficients.
    var weight: Double
    /// The size of the values that meet in the plane's bound.
    var size = 0.0
    /// What the plane must clear beyond the limit before it may cut the box.
    var tolerance = 0.0
    /// A factor for each constraint of the condition, of which the row is the sum.
    var parts: [Double]
  }

  struct Standing {
    var condition: Int32
    var requirements: [Requirement] = []
    var margin = -Double.infinity
    private(set) var judgement = Judgement.possible
    /// What rules it out, where it is impossible.
    private(set) var reason: ClosingReason?
    /// A factor for each constraint with which together they are nearest to being impossible; empty for one alone.
    var weights: [Double] = []

    /// Notes that the bound of the sum of its constraints with some factors rules it out.
    fileprivate mutating func close(by factors: [Double]) {
      judgement = .impossible
      reason = .bound(condition: Int(condition), factors: factors)
    }

    /// Notes whether more digits are needed to judge it.
    fileprivate mutating func setNear(_ isNear: Bool) { judgement = isNear ? .near : .possible }
  }

  init(
    _ box: SubBox<S>, _ situation: PreparedQuestion, _ places: [Int: Int], _ planes: BoxPlanes,
    _ outputs: (computed: [Double], exact: [Double]), _ precision: Precision, isFinite: Bool,
    relaxed: [[Double]] = []
  ) {
    self.box = box
    self.situation = situation
    self.planes = planes
    self.precision = precision
    self.isFinite = isFinite
    self.relaxed = relaxed
    push = BoxPush(place: 0)
    var measured = situation.sample
    for (computed, exact) in zip(outputs.computed, outputs.exact) {
      let error = abs(computed - exact)
      measured.noise = error.isFinite ? max(measured.noise, error) : .infinity
    }
    for condition in box.open {
      let constraints = situation.conditions[Int(condition)]
      var standing = Standing(condition: condition)
      var isMet = true
      for (index, (constraint, requirement)) in zip(
        constraints, situation.table.conditions[Int(condition)]
      ).enumerated() {
        let scale = constraint.scale(at: outputs.exact)
        isMet = isMet && constraint.excess(at: outputs.exact) <= Judgement.slack * scale
        consider(
          Requirement(
            place: places[requirement.row] ?? 0, bound: requirement.bound, scale: scale,
            noise: measured.noise(weight: constraint.weight), weight: constraint.weight,
            parts: constraints.indices.map { $0 == index ? 1 : 0 }),
          &standing)
      }
      isTied = isTied || isMet
      combine(&standing)
      conditions.append(standing)
    }
    push = nextPush
  }

  /// Takes up a requirement with its plane.
  ///
  /// - Soundness: The condition is ruled out only where the requirement's bound clears its limit by the tolerance, which
  ///   leaves room for the rounding of the bound.
  private func consider(_ given: Requirement, _ standing: inout Standing) {
    var requirement = given
    let margin = self.margin(requirement)
    requirement.size = planes.size(of: requirement.place, over: box)
    requirement.tolerance =
      Judgement.tolerance(
        scale: requirement.scale, noise: requirement.noise, precision: precision)
      + (precision == .float ? 2e-6 : Self.slackInDouble) * requirement.size
    standing.requirements.append(requirement)
    let tolerance = requirement.tolerance
    guard isFinite, margin.isFinite, tolerance.isFinite else { return }
    standing.margin = max(standing.margin, margin)
    if margin > tolerance && margin > 0 {
      standing.close(by: requirement.parts)
    } else if precision == .float,
      margin >= -tolerance - Self.reach * planes.paid[requirement.place],
      standing.judgement == .possible
    {
      standing.setNear(true)
    }
  }

  /// Looks for the combination of a condition's requirements that is nearest to being impossible.
  ///
  /// - Soundness: Each requirement counts with its tolerance taken off, so a combination that is positive clears the sum of
  ///   them.
  private func combine(_ standing: inout Standing) {
    let requirements = standing.requirements
    guard requirements.count > 1, standing.judgement != .impossible, standing.margin.isFinite,
      requirements.allSatisfy({ $0.tolerance.isFinite })
    else { return }
    let center = box.lower.indices.map { Double(box.lower[$0]) / 2 + Double(box.upper[$0]) / 2 }
    let radius = box.lower.indices.map {
      max(Double(box.upper[$0]) - center[$0], center[$0] - Double(box.lower[$0]))
    }
    var middles: [Double] = []
    var reaches: [Double] = []
    for requirement in requirements {
      let row = requirement.place * planes.inputs
      var middle = planes.constants[requirement.place] - requirement.bound - requirement.tolerance
      for i in center.indices {
        middle += planes.coefficients[row + i] * center[i]
        reaches.append(planes.coefficients[row + i] * radius[i])
      }
      middles.append(middle)
    }
    guard middles.allSatisfy(\.isFinite), reaches.allSatisfy(\.isFinite) else { return }
    let units = requirements.map(Self.unit)
    let blend = PlaneBlend(middles: middles, reaches: reaches, units: units)
    standing.weights = situation.conditions[Int(standing.condition)].indices.map { place in
      zip(blend.weights, requirements).reduce(0) { $0 + $1.0 * $1.1.parts[place] }
    }
    if blend.value > 0 {
      standing.close(by: standing.weights)
    } else {
      standing.margin = max(standing.margin, blend.value)
    }
  }

  /// How many times what a bound was charged in float it is expected to gain in double at most.
  private static var reach: Double { 1 }

  /// What a bound in double must clear beside the slack, as a part of the values that met in the plane.
  private static var slackInDouble: Double { 1e-14 }

  /// What the most possible condition needs next: the combination of its constraints that is nearest to being impossible.
  private var nextPush: BoxPush {
    let open = conditions.indices.filter { conditions[$0].judgement != .impossible }
    guard let worst = open.min(by: { conditions[$0].margin < conditions[$1].margin }) else {
      return BoxPush(place: 0)
    }
    let standing = conditions[worst]
    let best = standing.requirements.max { margin($0) < margin($1) }?.place ?? 0
    guard standing.requirements.count > 1, !standing.weights.isEmpty else {
      return BoxPush(place: best)
    }
    return BoxPush(place: best, condition: worst, weights: standing.weights)
  }

  /// The coefficients of the function to bound next, over outputs.
  func coefficients(_ outputs: Int) -> [Double] {
    var sum = [Double](repeating: 0, count: outputs)
    guard let condition = push.condition else { return sum }
    let requirements = situation.table.conditions[Int(conditions[condition].condition)]
    for (weight, requirement) in zip(push.weights, requirements) {
      for term in situation.table.rows[requirement.row] {
        sum[term.index] += weight * term.coefficient
      }
    }
    return sum
  }

  /// Takes up the plane below the function that was to be bounded.
  ///
  /// - Parameters:
  ///   - plane: The plane; its place is after all others.
  ///   - output: The outputs of the relaxed network where it is least, where they are known.
  mutating func take(_ plane: BoxPlanes, coefficients: [Double], output: [Double] = []) {
    guard let condition = push.condition else { return }
    planes.append(plane)
    combined.append(coefficients)
    var standing = conditions[condition]
    var sum = Requirement(
      place: planes.count - 1, bound: 0, scale: 0, noise: 0, weight: 0, parts: push.weights)
    for (weight, requirement) in zip(push.weights, standing.requirements) where weight > 0 {
      sum.bound += weight * requirement.bound
      sum.scale += weight * requirement.scale
      sum.noise += weight * requirement.noise
      sum.weight += weight * requirement.weight
    }
    consider(sum, &standing)
    combine(&standing)
    conditions[condition] = standing
    guard !output.isEmpty, var weights = search?.weights else {
      push.place = planes.count - 1
      return
    }
    weights.take(
      bound: margin(sum) - (standing.requirements.last?.tolerance ?? 0),
      of: zip(push.weights, weights.units).map { $0 * $1 }, at: values(of: condition, at: output))
    search?.weights = weights
    push = nextPush
  }

  /// Whether a condition hangs on rounding.
  var isNear: Bool { conditions.contains { $0.judgement == .near } }

  /// Whether an open condition holds at an output.
  func isViolated(at output: UnsafeBufferPointer<Double>) -> Bool {
    situation.isViolated(at: output, box.open)
  }

  /// Judges what hung on rounding by bounds in double.
  ///
  /// - Parameter bounds: One for each row, those of combinations last.
  /// - Soundness: As for `Judgement` in double, with many roundings of the values that met in the plane taken off.
  mutating func judgeCarefully(_ bounds: UnsafeBufferPointer<Double>) {
    for index in conditions.indices where conditions[index].judgement == .near {
      conditions[index].setNear(false)
      for requirement in conditions[index].requirements {
        let margin =
          bounds[requirement.place] - requirement.bound - Self.slackInDouble * requirement.size
        let judgement = Judgement(
          margin: margin, scale: requirement.scale, noise: requirement.noise, precision: .double,
          isCharged: false)
        if judgement == .impossible { conditions[index].close(by: requirement.parts) }
      }
    }
  }

  /// By how much the bound of a requirement clears its limit.
  func margin(_ requirement: Requirement) -> Double {
    planes.bounds[requirement.place] - requirement.bound
  }
}
