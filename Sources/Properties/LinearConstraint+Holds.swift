extension LinearConstraint {
  /// Whether the inequality holds at an input and its output, as its file states it.
  ///
  /// Without a tolerance the answer is that of exact arithmetic on the decimals of the file and the doubles given:
  /// the sum is computed to about 100 bits, and without rounding where its sign hangs on more. With a tolerance, which may be
  /// exceeded by rounding, about 100 bits of the rounded coefficients decide. NaN makes it false.
  ///
  /// - Parameter tolerance: How far the sum may exceed its bound; a strict inequality is then taken for a plain one.
  public func holds(input: [Double], output: [Double], tolerance: Double = 0) -> Bool {
    var sum = CompensatedSum()
    var size = abs(bound)
    for term in inputs {
      sum.add(product: term.coefficient, input[term.index])
      size += abs(term.coefficient * input[term.index])
    }
    for term in outputs {
      sum.add(product: term.coefficient, output[term.index])
      size += abs(term.coefficient * output[term.index])
    }
    sum.add(-bound)
    if tolerance != 0 {
      sum.add(-tolerance)
      return sum.isAtMostZero
    }
    let value = sum.high + sum.low
    if value.isFinite && size.isFinite && abs(value) > size * unit + Self.leastClear {
      return value < 0
    }
    guard let excess = exactExcess(input: input, output: output) else {
      return isStrict ? sum.isBelowZero : sum.isAtMostZero
    }
    return isStrict ? excess.sign < 0 : excess.sign <= 0
  }

  /// What the computed sum may be off by, for each unit of the sizes of what is added.
  ///
  /// - Soundness: A sum of `n` products in twice the precision is off by less than `n^2 2^-102` of their sizes (Ogita, Rump
  ///   and Oishi 2005); coefficients that were rounded by `2^-53` of their own each, and the bound by twice that.
  private var unit: Double {
    let terms = Double(inputs.count + outputs.count + 8)
    return exactness == .same ? terms * terms * 0x1p-100 : 0x1p-50 + terms * terms * 0x1p-100
  }

  /// Below this, products may have underflowed.
  private static let leastClear = 0x1p-900

  /// The sum less the bound without rounding; nil where a value is not finite.
  private func exactExcess(input: [Double], output: [Double]) -> Rational? {
    exactForm?.excess(input: input, output: output)
  }

  /// The inequality without rounding; nil where a number is not finite.
  var exactForm: ExactInequality? {
    switch exactness {
    case .rounded(let stated): return stated
    case .same:
      func exact(_ terms: [Term]) -> [ExactInequality.Term] {
        terms.compactMap { term in
          Rational(term.coefficient).map {
            ExactInequality.Term(index: term.index, coefficient: $0)
          }
        }
      }
      guard let limit = Rational(bound) else { return nil }
      let form = ExactInequality(inputs: exact(inputs), outputs: exact(outputs), bound: limit)
      return form.inputs.count == inputs.count && form.outputs.count == outputs.count ? form : nil
    }
  }
}
