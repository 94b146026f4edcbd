import Proofs
import Properties

extension PreparedClaim {
  /// Checks that an input lies in the region and violates the property, under every meaning that the claim names.
  ///
  /// - Throws: `Rejection` with the reason where that is not shown.
  func checkCounterexample(_ input: NumberArray) throws(Rejection) {
    let layout = analysis.steps[0].layout
    guard input.count == layout.count else {
      throw Rejection(
        "the counterexample has \(input.count) elements, the network's input \(layout.count)")
    }
    let exact = (0..<input.count).map(input.exact)
    try requireInside(exact)
    if analysis.isSingle {
      let areFloats = exact.allSatisfy { value in
        let nearest = value.nearest
        return nearest.isFinite && Double(Float(nearest)) == nearest && Rational(nearest) == value
      }
      guard areFloats else { throw Rejection("the counterexample does not consist of floats") }
    }
    var point = analysis
    point.region = RegionEnclosure(point: RegionEnclosure.intervals(input), layout)
    guard let state = try point.state(of: Part(), within: nil, []) else {
      throw Rejection("the counterexample has no value")
    }
    for (index, constraints) in conditions.enumerated() {
      // Each constraint's bound less its sum: not below 0 where it holds.
      var functions: [FunctionRow] = []
      for constraint in constraints {
        functions.append(
          FunctionRow(
            [constraint], weights: [Rational(-1)], condition: index,
            output: point.steps[point.output].layout, input: layout))
      }
      let values = point.leastValues(functions, over: state, RowHints(stopsAtBends: true))
      let holds = zip(values, constraints).allSatisfy { value, constraint in
        value.isFinite && (constraint.isStrict ? value > 0 : value >= 0)
      }
      if holds { return }
    }
    throw Rejection("the counterexample is not shown to violate the property")
  }

  /// Refuses an input outside the region, without rounding.
  private func requireInside(_ input: [Rational]) throws(Rejection) {
    switch claim.region {
    case .box(let lower, let upper):
      for (index, value) in input.enumerated()
      where value < lower.exact(index) || value > upper.exact(index) {
        throw Rejection("element \(index) of the counterexample is outside the region")
      }
    case .pixels(let pixels):
      let (epsilon, shape) = (pixels.epsilon.value, analysis.inputShape)
      let own = shape.first == 1 ? Array(shape.dropFirst()) : shape
      let size = max(1, input.count / max(1, own.first ?? 1))
      func number(_ list: [ExactNumber], _ element: Int, _ missing: Rational) -> Rational {
        list.isEmpty ? missing : list[list.count == 1 ? 0 : element / size].value
      }
      var distances: [Rational] = []
      for (index, value) in input.enumerated() {
        let pixel =
          value * number(pixels.deviation, index, .one)
          + number(pixels.mean, index, .zero)
        let isInside =
          pixels.lowest.map { pixel >= $0.value } ?? true
          && pixels.highest.map { pixel <= $0.value } ?? true
        guard isInside else {
          throw Rejection("element \(index) of the counterexample is outside the region's limits")
        }
        let distance = pixel - pixels.center.exact(index)
        distances.append(distance.sign < 0 ? -distance : distance)
      }
      let isNear: Bool
      switch pixels.norm {
      case .infinity: isNear = distances.allSatisfy { $0 <= epsilon }
      case .one: isNear = distances.reduce(.zero, +) <= epsilon
      case .two: isNear = distances.reduce(.zero) { $0 + $1 * $1 } <= epsilon * epsilon
      }
      guard isNear else {
        throw Rejection("the counterexample is too far from the region's center")
      }
    case .tokens: throw Rejection("no rule for counterexamples of tokens")
    }
  }
}
