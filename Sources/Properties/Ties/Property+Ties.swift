extension Property {
  /// The property over the inputs that equalities leave free; nil where no equality that all disjuncts share ties inputs.
  ///
  /// The boxes of the inputs that are solved for become bounds of the free ones: of a single one where they depend on one
  /// alone, rounded outward, and inequalities otherwise.
  ///
  /// - Soundness: Each input that violates the property has free inputs that violate the new one, up to the rounding of
  ///   coefficients to doubles. The opposite has to be confirmed on the original.
  public func untied() -> UntiedProperty? {
    let equations = sharedEqualities
    guard !equations.isEmpty else { return nil }
    var system = TieSystem()
    for equation in equations { system.add(fixing(equation)) }
    if system.isContradictory { return untied([:], groups: []) }
    // An input that has one value only stays, with a box of one point.
    let tied = system.solved.filter { !$0.value.terms.isEmpty }
    let pinned = system.solved.filter { $0.value.terms.isEmpty }.mapValues(\.constant)
    guard !system.solved.isEmpty else { return nil }
    let ties = InputTies(tied, inputCount: inputCount)
    return untied(tied, groups: groups.compactMap { ties.group($0, tied, pinned) }, ties)
  }

  private func untied(
    _ tied: [Int: TieSystem.Equation], groups: [RegionGroup], _ ties: InputTies? = nil
  ) -> UntiedProperty {
    let ties = ties ?? InputTies([:], inputCount: inputCount)
    // Disjuncts are counted anew, because some may have gone.
    var count = 0
    let numbered = groups.map { group in
      RegionGroup(
        region: group.region,
        conditions: group.conditions.map { condition in
          defer { count += 1 }
          return Condition(
            constraints: condition.constraints, disjunct: count, line: condition.line)
        })
    }
    return UntiedProperty(
      original: self,
      property: Property(
        source: source, inputCount: ties.free.count, outputCount: outputCount, groups: numbered,
        emptyRegions: emptyRegions, warnings: warnings), ties: ties)
  }

  /// The equalities over inputs that hold in every disjunct.
  private var sharedEqualities: [TieSystem.Equation] {
    guard let first = groups.first?.conditions.first else { return [] }
    var shared = first.equalities
    for group in groups {
      for condition in group.conditions {
        guard !shared.isEmpty else { return [] }
        let own = Set(condition.equalities)
        shared.removeAll { !own.contains($0) }
      }
    }
    return shared.map { form in
      TieSystem.Equation(
        terms: Dictionary(uniqueKeysWithValues: form.inputs.map { ($0.index, $0.coefficient) }),
        constant: form.bound)
    }
  }

  /// An equation with inputs that have one value in all regions put in.
  private func fixing(_ given: TieSystem.Equation) -> TieSystem.Equation {
    var equation = given
    for (input, coefficient) in given.terms {
      guard let region = groups.first?.region, region.lower[input] == region.upper[input],
        groups.allSatisfy({
          $0.region.lower[input] == region.lower[input]
            && $0.region.upper[input] == region.upper[input]
        }), let value = Rational(region.lower[input])
      else { continue }
      equation.terms[input] = nil
      equation.constant = equation.constant - coefficient * value
    }
    return equation
  }
}

extension Condition {
  /// The sums over inputs that must equal their bound: those that may neither exceed it nor fall short of it.
  fileprivate var equalities: [ExactInequality] {
    let alone = constraints.filter { $0.outputs.isEmpty && $0.inputs.count > 1 && !$0.isStrict }
    guard alone.count > 1 else { return [] }
    let forms = alone.compactMap(\.exactForm)
    let all = Set(forms)
    var found: [ExactInequality] = []
    var seen = Set<ExactInequality>()
    for form in forms where all.contains(form.negated) && !seen.contains(form) {
      seen.formUnion([form, form.negated])
      // Of the two, the one that starts with a positive coefficient, whichever the file has first.
      found.append((form.inputs.first?.coefficient.sign ?? 0) > 0 ? form : form.negated)
    }
    return found
  }
}

extension ExactInequality {
  /// The inequality that holds the other way round, as a bound from below.
  fileprivate var negated: ExactInequality {
    func negated(_ terms: [Term]) -> [Term] {
      terms.map { Term(index: $0.index, coefficient: -$0.coefficient) }
    }
    return ExactInequality(inputs: negated(inputs), outputs: negated(outputs), bound: -bound)
  }
}
