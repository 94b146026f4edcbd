import Proofs
import Properties

/// The function of a condition: what has to be above 0 for every input, so that the condition is impossible.
struct FunctionRow: Sendable {
  /// A coefficient of the function, rounded to nearest.
  struct Term: Sendable {
    var place: Int
    var coefficient: Double
    /// Whether it was rounded.
    var isRounded: Bool
  }

  /// Which condition.
  var condition: Int
  var outputs: [Term]
  var inputs: [Term]
  /// The constant, rounded down.
  var constant: Double
  /// Whether it suffices that the function is at least 0, because a strict constraint has a weight above 0.
  var sufficesZero: Bool

  /// The sum of constraints, each less its bound, times weights.
  ///
  /// - Precondition: The network has the outputs and inputs that they name, as those of a prepared claim.
  init(
    _ constraints: [OutputProperty.Constraint], weights: [Rational], condition: Int,
    output: Layout, input: Layout
  ) {
    var (outputs, inputs) = ([Int: [Rational]](), [Int: [Rational]]())
    var constant: [Rational] = []
    sufficesZero = false
    for (constraint, weight) in zip(constraints, weights) where !weight.isZero {
      for term in constraint.outputs {
        outputs[term.index, default: []].append(weight * term.coefficient.value)
      }
      for term in constraint.inputs {
        inputs[term.index, default: []].append(weight * term.coefficient.value)
      }
      constant.append(-(weight * constraint.bound.value))
      if constraint.isStrict && weight.sign > 0 { sufficesZero = true }
    }
    self.condition = condition
    self.outputs = Self.terms(outputs, output)
    self.inputs = Self.terms(inputs, input)
    self.constant = Self.sum(constant[...]).roundedDown
  }

  /// The sum by halves: fractions grow with every addition, and one after the other takes cubic time.
  private static func sum(_ numbers: ArraySlice<Rational>) -> Rational {
    guard numbers.count > 1 else { return numbers.first ?? .zero }
    let middle = numbers.startIndex + numbers.count / 2
    return sum(numbers[..<middle]) + sum(numbers[middle...])
  }

  private static func terms(_ exact: [Int: [Rational]], _ layout: Layout) -> [Term] {
    exact.sorted { $0.key < $1.key }.map { index, numbers in
      let value = sum(numbers[...])
      let nearest = value.nearest
      return Term(
        place: layout.place(of: index), coefficient: nearest,
        isRounded: Rational(nearest) != value)
    }
  }

  /// Whether a lower bound of the function shows that the condition is impossible.
  func isImpossible(above bound: Double) -> Bool {
    bound.isFinite && (bound > 0 || (sufficesZero && bound >= 0))
  }

  /// Whether it is a multiple of the difference of two elements of one group, and no input or constant is added.
  func isComparison(in groups: [Int]) -> Bool {
    guard outputs.count == 2, inputs.isEmpty, constant == 0, !outputs.contains(where: \.isRounded)
    else { return false }
    return outputs[0].coefficient == -outputs[1].coefficient
      && groups[outputs[0].place] == groups[outputs[1].place]
  }

  /// The constant less what the rounding of the coefficients may change over intervals.
  func constant(over state: PartState, output: Int) -> Double {
    var result = constant
    for (terms, node) in [(outputs, output), (inputs, 0)] {
      for term in terms where term.isRounded {
        let largest = state.enclosures[node]?.largest[term.place] ?? .infinity
        let error = abs(term.coefficient) * (Rounding.unit * Rounding.inflation) + Rounding.tiny
        result = Rounding.sumDown(
          result, -(error * largest * Rounding.inflation + Rounding.tiny))
      }
    }
    return result
  }
}

extension Analysis {
  /// For each function, a number that it is at least, over the part.
  ///
  /// A softmax keeps the order of the elements of a group. So where the output is one, and a function compares two elements of a
  /// group, a bound of the same difference before the softmax is given: above 0, or at least 0, where the function is.
  func leastValues(
    _ functions: [FunctionRow], over state: PartState, _ hints: RowHints = RowHints()
  ) -> [Double] {
    var result: [Double] = []
    for from in stride(from: 0, to: functions.count, by: rowsAtOnce) {
      let part = from..<min(functions.count, from + rowsAtOnce)
      var start: [(node: Int, rows: Rows)] = []
      func add(_ terms: [[FunctionRow.Term]], at node: Int) {
        guard terms.contains(where: { !$0.isEmpty }) else { return }
        var rows = Rows(steps[node].layout, count: terms.count)
        for (row, list) in terms.enumerated() {
          for term in list {
            rows.values[row * steps[node].layout.count + term.place] = term.coefficient
          }
        }
        start.append((node, rows))
      }
      let order = steps[output].order
      let isComparison = functions[part].map { own in
        order.map { own.isComparison(in: $0.groups) } ?? false
      }
      add(zip(functions[part], isComparison).map { $1 ? [] : $0.outputs }, at: output)
      if let order {
        add(zip(functions[part], isComparison).map { $1 ? $0.outputs : [] }, at: order.source)
      }
      add(functions[part].map(\.inputs), at: 0)
      result += leastValues(
        start, functions[part].map { $0.constant(over: state, output: output) }, over: state,
        hints.rebased(to: part))
    }
    return result
  }
}

extension RowHints {
  /// The hints of some of the rows, counted from the first of them.
  fileprivate func rebased(to part: Range<Int>) -> RowHints {
    func rebased<Value>(_ rows: [Int: Value]) -> [Int: Value] {
      var result: [Int: Value] = [:]
      for (row, value) in rows where part.contains(row) { result[row - part.lowerBound] = value }
      return result
    }
    var hints = self
    hints.slopes = slopes.mapValues(rebased)
    hints.multipliers = rebased(multipliers)
    return hints
  }
}
