/// One linear inequality over inputs and outputs: `sum a_i X_i + sum b_j Y_j <= bound`.
///
/// Conditions of a property describe its violation. Strict inequalities are read as non-strict, which only
/// enlarges the violation, so a proof stays a proof.
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
  /// The line of the file that states the inequality; 0 where it does not come from a file.
  public let line: Int

  /// Creates an inequality from terms ordered by index.
  public init(inputs: [Term] = [], outputs: [Term], bound: Double, line: Int = 0) {
    self.inputs = inputs
    self.outputs = outputs
    self.bound = bound
    self.line = line
  }

  /// Whether the inequality holds, up to a tolerance in its value.
  ///
  /// The sum is computed to about 100 bits. NaN makes it false.
  public func holds(input: [Double], output: [Double], tolerance: Double = 0) -> Bool {
    var sum = CompensatedSum()
    for term in inputs { sum.add(product: term.coefficient, input[term.index]) }
    for term in outputs { sum.add(product: term.coefficient, output[term.index]) }
    sum.add(-bound)
    if tolerance != 0 { sum.add(-tolerance) }
    return sum.isAtMostZero
  }
}

extension LinearConstraint: CustomStringConvertible {
  /// The inequality as a person would write it: `Y_3 >= Y_8`, `Y_0 <= 0.5`, `2 X_1 - Y_0 <= 3`.
  public var description: String {
    let names =
      inputs.map { ("X_\($0.index)", $0.coefficient) }
      + outputs.map { ("Y_\($0.index)", $0.coefficient) }
    let right = bound == 0 ? "0" : "\(bound)"
    switch names.count {
    case 1 where abs(names[0].1) == 1:
      // 0 - bound rather than -bound, so that no "-0.0" appears.
      return names[0].1 > 0 ? "\(names[0].0) <= \(right)" : "\(names[0].0) >= \(0 - bound)"
    case 2 where bound == 0 && names[0].1 == -names[1].1 && abs(names[0].1) == 1:
      return "\(names[0].0) \(names[0].1 > 0 ? "<=" : ">=") \(names[1].0)"
    default: break
    }
    let shown = 6
    var sum = ""
    for (name, coefficient) in names.prefix(shown) {
      let size = abs(coefficient) == 1 ? name : "\(abs(coefficient)) \(name)"
      let sign = coefficient < 0 ? "-" : "+"
      sum += sum.isEmpty ? (coefficient < 0 ? "-" : "") + size : " \(sign) \(size)"
    }
    if names.count > shown { sum += " + \(names.count - shown) more terms" }
    return "\(sum.isEmpty ? "0" : sum) <= \(right)"
  }
}
