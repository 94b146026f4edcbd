extension InputTies {
  /// Ties by what the inputs solved for are.
  init(_ solved: [Int: TieSystem.Equation], inputCount: Int) {
    free = (0..<inputCount).filter { solved[$0] == nil }
    var place = [Int](repeating: 0, count: inputCount)
    for (index, input) in free.enumerated() { place[input] = index }
    sums = (0..<inputCount).map { input in
      guard let sum = solved[input] else {
        return TiedInput(
          terms: [.init(index: place[input], coefficient: .one)], constant: .zero)
      }
      let terms = sum.terms.sorted { $0.key < $1.key }.map {
        ExactInequality.Term(index: place[$0.key], coefficient: $0.value)
      }
      return TiedInput(terms: terms, constant: sum.constant)
    }
  }

  /// A group over the free inputs; nil where nothing of its region or of its conditions is left.
  func group(
    _ group: RegionGroup, _ solved: [Int: TieSystem.Equation], _ pinned: [Int: Rational]
  ) -> RegionGroup? {
    var box = FreeBox(group.region, free)
    for (input, value) in pinned {
      guard let place = free.firstIndex(of: input) else { continue }
      box.tighten(place, isUpper: true, value)
      box.tighten(place, isUpper: false, value)
    }
    var bounds: [LinearConstraint] = []
    for input in solved.keys.sorted() {
      guard let low = Rational(group.region.lower[input]),
        let high = Rational(group.region.upper[input])
      else { continue }
      let sum = sums[input]
      if sum.terms.count == 1 {
        let (place, factor) = (sum.terms[0].index, sum.terms[0].coefficient)
        box.tighten(place, isUpper: factor.sign > 0, (high - sum.constant) / factor)
        box.tighten(place, isUpper: factor.sign < 0, (low - sum.constant) / factor)
      } else {
        bounds.append(inequality(sum, high, isStrict: group.region.openUpper.contains(input)))
        bounds.append(
          inequality(
            sum.negated, -low, isStrict: group.region.openLower.contains(input)))
      }
    }
    guard let region = box.region else { return nil }
    let needed = bounds.filter { !$0.isImplied(by: region) }
    let conditions = group.conditions.compactMap { condition -> Condition? in
      var constraints = needed
      for constraint in condition.constraints {
        guard let over = self.constraint(constraint) else { continue }
        if over.inputs.isEmpty && over.outputs.isEmpty {
          let zero = over.holds(input: [], output: [])
          if !zero { return nil }
          continue
        }
        constraints.append(over)
      }
      return Condition(
        constraints: constraints, disjunct: condition.disjunct, line: condition.line)
    }
    return conditions.isEmpty ? nil : RegionGroup(region: region, conditions: conditions)
  }

  private func inequality(
    _ sum: TiedInput, _ most: Rational, isStrict: Bool
  ) -> LinearConstraint {
    LinearConstraint(
      ExactInequality(inputs: sum.terms, outputs: [], bound: most - sum.constant),
      isStrict: isStrict, line: 0)
  }

  /// An inequality over the free inputs; nil where a number is not finite, which only forgoes it.
  private func constraint(_ given: LinearConstraint) -> LinearConstraint? {
    guard !given.inputs.isEmpty else { return given }
    guard let form = given.exactForm else { return nil }
    var terms: [ExactInequality.Term] = []
    var bound = form.bound
    for term in form.inputs {
      bound = bound - term.coefficient * sums[term.index].constant
      terms += sums[term.index].terms.map {
        .init(index: $0.index, coefficient: term.coefficient * $0.coefficient)
      }
    }
    let made = LinearConstraint(
      ExactInequality(inputs: terms.collected, outputs: form.outputs, bound: bound),
      isStrict: given.isStrict, line: given.line)
    return made.bound.isFinite && made.inputs.allSatisfy(\.coefficient.isFinite) ? made : nil
  }
}

extension TiedInput {
  fileprivate var negated: TiedInput {
    TiedInput(
      terms: terms.map { .init(index: $0.index, coefficient: -$0.coefficient) },
      constant: -constant)
  }
}

extension LinearConstraint {
  /// Whether every input of a region's box satisfies the inequality, whatever the output.
  fileprivate func isImplied(by region: Region) -> Bool {
    guard let form = exactForm, outputs.isEmpty else { return false }
    var most = -form.bound
    for term in form.inputs {
      let end = term.coefficient.sign > 0 ? region.upper[term.index] : region.lower[term.index]
      guard let value = Rational(end) else { return false }
      most += term.coefficient * value
    }
    return isStrict ? most.sign < 0 : most.sign <= 0
  }
}

/// A box of free inputs under construction; its ends are rounded outward.
private struct FreeBox {
  private var lower: [Double]
  private var upper: [Double]
  private var exactLower: [Rational?]
  private var exactUpper: [Rational?]
  private var openLower: Set<Int>
  private var openUpper: Set<Int>

  init(_ region: Region, _ free: [Int]) {
    lower = free.map { region.lower[$0] }
    upper = free.map { region.upper[$0] }
    exactLower = lower.map { Rational($0) }
    exactUpper = upper.map { Rational($0) }
    openLower = Set(free.indices.filter { region.openLower.contains(free[$0]) })
    openUpper = Set(free.indices.filter { region.openUpper.contains(free[$0]) })
  }

  /// Moves an end inward. It is closed from then on, whatever it was moved by, which only enlarges the box.
  mutating func tighten(_ place: Int, isUpper: Bool, _ value: Rational) {
    if isUpper {
      guard let known = exactUpper[place], value < known else { return }
      exactUpper[place] = value
      upper[place] = value.roundedUp
      openUpper.remove(place)
    } else {
      guard let known = exactLower[place], value > known else { return }
      exactLower[place] = value
      lower[place] = value.roundedDown
      openLower.remove(place)
    }
  }

  /// The box; nil where it is empty.
  var region: Region? {
    for (low, high) in zip(exactLower, exactUpper) {
      guard let low, let high, low <= high else { return nil }
    }
    return Region(
      uncheckedLower: lower, upper: upper, openLower: openLower, openUpper: openUpper)
  }
}
