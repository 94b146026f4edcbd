extension Affine {
  /// The sums that the ends of an affine node follow from.
  private struct Sums {
    var lower: [Double]
    var upper: [Double]
    /// The sums of the sizes of the terms of the lower and of the upper ends.
    var lowerSize: [Double]
    var upperSize: [Double]
    /// The sums of the sizes of coefficients times the largest sizes of the inputs.
    var size: [Double]
  }

  /// The intervals of the node, and `v = |W| |x|max + |b|`, rounded up.
  ///
  /// With the positive part P and the negative part -N of the coefficients, the least value over the box is `P l - N u + b`. The
  /// ends l and u are split by sign, so that every product is of numbers that are not negative, and no product is lost in a
  /// difference: an end that is small beside the other one keeps its digits.
  ///
  /// - Soundness: For all inputs within their intervals, and all coefficients within their roundings, the values lie within. The
  ///   sums have at most `fanIn` products, and each result at most six more roundings for each term.
  func enclosure(
    _ inputs: [Enclosure], count: Int, _ matrices: Matrices
  ) -> (Enclosure, size: [Double]) {
    var sums = sums(inputs, count, matrices)
    if let offset {
      for (place, value) in offset.enumerated() {
        sums.lower[place] += value
        sums.upper[place] += value
        sums.lowerSize[place] += abs(value)
        sums.upperSize[place] += abs(value)
        sums.size[place] += abs(value)
      }
    }
    let isExact = isExactSum(inputs, sums.size)
    let absolute =
      mayUnderflow(inputs) && !isExact ? Double(4 * fanIn + 16) * Rounding.tiny : 0
    let gamma =
      isExact ? 0 : Rounding.gamma(fanIn + 6 * terms.count + 2 + coefficientRoundings)
    var result = Enclosure(lower: sums.lower, upper: sums.upper)
    for place in 0..<count {
      let fixed = absolute + (offsetError?[place] ?? 0)
      let below = (gamma * sums.lowerSize[place] + fixed) * Rounding.inflation
      let above = (gamma * sums.upperSize[place] + fixed) * Rounding.inflation
      // Nothing was computed where all terms are 0; a lone offset of subnormal size is exact.
      // Nor was anything rounded in sums of whole multiples of one power of two.
      if below != 0 { result.lower[place] = (result.lower[place] - below).down }
      if above != 0 { result.upper[place] = (result.upper[place] + above).up }
    }
    if terms.allSatisfy({ $0.map is DiagonalMap }) && coefficientRoundings == 0 {
      result.cut(to: elementwise(inputs, count))
    }
    return (result, sums.size.map { $0 * Rounding.inflation + absolute })
  }

  /// The intervals of a node that moves elements: they move too.
  func moved(_ inputs: [Enclosure], count: Int, _ matrices: Matrices) -> Enclosure {
    var result = Enclosure(
      lower: offset ?? [Double](repeating: 0, count: count),
      upper: offset ?? [Double](repeating: 0, count: count))
    for (term, input) in zip(terms, inputs) {
      let (lower, upper) = (
        term.map.parts(of: input.lower, matrices), term.map.parts(of: input.upper, matrices)
      )
      // Of the two parts, and of all terms, one at most is not 0.
      for place in 0..<count {
        result.lower[place] += lower.positive[place] - upper.negative[place]
        result.upper[place] += upper.positive[place] - lower.negative[place]
      }
    }
    return result
  }

  /// The intervals where every element depends on one element of each input, rounded outward step by step.
  private func elementwise(_ inputs: [Enclosure], _ count: Int) -> Enclosure {
    var result = Enclosure(
      lower: offset ?? [Double](repeating: 0, count: count),
      upper: offset ?? [Double](repeating: 0, count: count))
    for (term, input) in zip(terms, inputs) {
      guard let map = term.map as? DiagonalMap else { continue }
      for place in 0..<count {
        let factor = map.factor(place)
        let (low, high) =
          factor >= 0
          ? (input.lower[place], input.upper[place]) : (input.upper[place], input.lower[place])
        result.lower[place] = Rounding.sumDown(
          result.lower[place], Rounding.productDown(factor, low))
        result.upper[place] = Rounding.sumUp(
          result.upper[place], Rounding.productUp(factor, high))
      }
    }
    return result
  }

  private func sums(_ inputs: [Enclosure], _ count: Int, _ matrices: Matrices) -> Sums {
    let zeros = [Double](repeating: 0, count: count)
    var sums = Sums(lower: zeros, upper: zeros, lowerSize: zeros, upperSize: zeros, size: zeros)
    for (term, input) in zip(terms, inputs) {
      let isPositive = input.lower.allSatisfy { $0 >= 0 }
      let (low, high) = (
        term.map.parts(of: isPositive ? input.lower : input.lower.map { max(0, $0) }, matrices),
        term.map.parts(of: isPositive ? input.upper : input.upper.map { max(0, $0) }, matrices)
      )
      for place in 0..<count {
        let (p, n) = (low.positive[place], high.negative[place])
        sums.lower[place] += p - n
        sums.lowerSize[place] += p + n
        let (q, m) = (high.positive[place], low.negative[place])
        sums.upper[place] += q - m
        sums.upperSize[place] += q + m
        if isPositive { sums.size[place] += q + n }
      }
      guard !isPositive else { continue }
      let (below, above) = (
        term.map.parts(of: input.lower.map { max(0, -$0) }, matrices),
        term.map.parts(of: input.upper.map { max(0, -$0) }, matrices)
      )
      let largest = term.map.parts(of: input.largest, matrices)
      for place in 0..<count {
        let (p, n) = (below.positive[place], above.negative[place])
        sums.lower[place] -= p - n
        sums.lowerSize[place] += p + n
        let (q, m) = (above.positive[place], below.negative[place])
        sums.upper[place] -= q - m
        sums.upperSize[place] += q + m
        sums.size[place] += largest.positive[place] + largest.negative[place]
      }
    }
    return sums
  }

  /// Whether no sum is rounded, in whatever order: all products and offsets are multiples of a power of two, and all sums of their
  /// sizes below 2^53 of it, such as sums of whole numbers.
  ///
  /// - Parameter size: The sums of the sizes of all terms, nearly.
  private func isExactSum(_ inputs: [Enclosure], _ size: [Double]) -> Bool {
    guard coefficientRoundings == 0, offsetError == nil else { return false }
    var unit = offset?.commonUnit ?? .infinity
    for (term, input) in zip(terms, inputs) {
      // Of few bits, or the sums have too many; most inputs are seen not to be at their first element.
      let least = (input.largest.max() ?? 0) * 0x1p-40
      let isCoarse = [input.lower, input.upper].allSatisfy { ends in
        ends.allSatisfy { $0 == 0 || $0.lastBit >= least }
      }
      guard isCoarse else { return false }
      unit = min(unit, term.map.unit * min(input.lower.commonUnit, input.upper.commonUnit))
    }
    return unit > 0x1p-900 && (size.max() ?? 0) < 0x1p52 * unit
  }

  /// Whether some product of a coefficient and an end may be so small that its rounding is not relative.
  private func mayUnderflow(_ inputs: [Enclosure]) -> Bool {
    zip(terms, inputs).contains { term, input in
      let least = min(input.lower.smallestSize, input.upper.smallestSize)
      return least < .infinity && term.map.smallest < .infinity
        && term.map.smallest * least < 0x1p-900
    }
  }

  /// What rows lose where they go back through the node: with `q`, at most `|a| q + absolute`.
  ///
  /// With the computed row `a'`, `a y = a' x + (a W - a') x + a b`. A coefficient of `a'` is a sum of at most `fanOut` products, so
  /// `|a W - a'|` is at most `gamma |a| |W|`, and 2^-1075 for each product; times `|x|max` and summed up this is `gamma |a| |W| |x|max`.
  /// Coefficients that are wrong by k u of their size add k roundings. The product `a b` has its own gamma.
  ///
  /// - Soundness: For all inputs within their intervals, and every row, what is charged is at least the difference of the row's value
  ///   here and that of the computed rows at the inputs with the computed constant.
  func charge(
    _ inputs: [Enclosure], size: [Double], errors: [Double]?
  ) -> Charge? {
    let roundings = coefficientRoundings + fanOut
    let isAdded = offset?.contains { $0 != 0 } ?? false
    guard roundings > 0 || isAdded || errors != nil else { return nil }
    let gamma = Rounding.gamma(roundings)
    let offsetGamma = Rounding.gamma(size.count)
    let q = size.indices.map { place in
      let own = gamma * size[place] + (errors?[place] ?? 0) + (offsetError?[place] ?? 0)
      let added = offsetGamma * abs(offset?[place] ?? 0)
      return (own + added) * Rounding.inflation + 4 * Rounding.tiny
    }
    var absolute = Double(2 * size.count) * Rounding.tiny
    for (term, input) in zip(terms, inputs) {
      absolute += Double(term.map.fanOut) * Rounding.tiny * input.largestSum
    }
    return Charge(errors: q, absolute: absolute * Rounding.inflation + Rounding.tiny)
  }
}
