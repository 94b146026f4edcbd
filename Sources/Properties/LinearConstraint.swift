/// One linear inequality over inputs and outputs: `sum a_i X_i + sum b_j Y_j <= bound`, or `<`.
///
/// Conditions of a property describe its violation. Bounds may read a strict inequality as non-strict, which only enlarges
/// the violation, so a proof stays a proof; whether a point violates the property is asked of `holds`, which is strict.
public struct LinearConstraint: Hashable, Sendable {
  /// A coefficient with the element that it multiplies.
  public struct Term: Hashable, Sendable {
    /// Which element, flattened row-major.
    public let index: Int
    /// What it is multiplied by; finite and not zero.
    public let coefficient: Double

    /// Creates a term.
    public init(_ index: Int, _ coefficient: Double) {
      self.index = index
      self.coefficient = coefficient
    }
  }

  /// The terms over inputs, ordered by index without repetition; empty in most properties.
  public let inputs: [Term]
  /// The terms over outputs, ordered by index without repetition.
  public let outputs: [Term]
  /// The largest value that the sum may take.
  public let bound: Double
  /// Whether the sum must stay below the bound.
  public let isStrict: Bool
  /// What the file states, where doubles do not.
  let exactness: Exactness
  /// The line of the file that states the inequality; 0 where it does not come from a file.
  public let line: Int

  /// Creates an inequality from terms ordered by index.
  public init(
    inputs: [Term] = [], outputs: [Term], bound: Double, isStrict: Bool = false, line: Int = 0
  ) {
    self.inputs = inputs
    self.outputs = outputs
    self.bound = bound
    self.isStrict = isStrict
    self.line = line
    exactness = .same
  }

  /// Creates an inequality from what a file states: its coefficients are rounded to nearest, its bound upward.
  init(_ exact: ExactInequality, isStrict: Bool, line: Int) {
    func rounded(_ terms: [ExactInequality.Term]) -> [Term] {
      terms.map { Term($0.index, $0.coefficient.nearest) }
    }
    inputs = rounded(exact.inputs)
    outputs = rounded(exact.outputs)
    bound = exact.bound.roundedUp
    self.isStrict = isStrict
    self.line = line
    let isSame =
      Rational(bound) == exact.bound
      && zip(inputs + outputs, exact.inputs + exact.outputs).allSatisfy {
        Rational($0.coefficient) == $1.coefficient
      }
    exactness = isSame ? .same : .rounded(exact)
  }
}

extension LinearConstraint: CustomStringConvertible {
  /// The inequality as a person would write it: `Y_3 >= Y_8`, `Y_0 < 0.5`, `2 X_1 - Y_0 <= 3`.
  ///
  /// The first coefficient is shown positive, and a long sum is cut.
  public var description: String {
    let named =
      inputs.map { NamedTerm(name: "X_\($0.index)", coefficient: $0.coefficient) }
      + outputs.map { NamedTerm(name: "Y_\($0.index)", coefficient: $0.coefficient) }
    let equality = isStrict ? "" : "="
    // The bound is rounded up, which would show a 0.3 as a long number.
    let shownBound = exactness.bound?.nearest ?? bound
    guard let first = named.first else { return "0 <\(equality) \(shownBound.plain)" }
    let isFlipped = first.coefficient < 0
    let relation = (isFlipped ? ">" : "<") + equality
    if named.count == 2 && shownBound == 0 && abs(first.coefficient) == 1
      && named[1].coefficient == -first.coefficient
    {
      return "\(first.name) \(relation) \(named[1].name)"
    }
    let shown = 6
    var sum = first.size
    for term in named.dropFirst().prefix(shown - 1) {
      sum += (term.coefficient < 0) == isFlipped ? " + \(term.size)" : " - \(term.size)"
    }
    if named.count > shown { sum += " + \(named.count - shown) more terms" }
    return "\(sum) \(relation) \((isFlipped ? 0 - shownBound : shownBound).plain)"
  }
}

private struct NamedTerm {
  var name: String
  var coefficient: Double

  /// The term without its sign.
  var size: String { abs(coefficient) == 1 ? name : "\(abs(coefficient).plain) \(name)" }
}

extension Double {
  /// The shortest decimal that reads back as the number, without `.0`.
  fileprivate var plain: String {
    let text = "\(self == 0 ? 0 : self)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}
