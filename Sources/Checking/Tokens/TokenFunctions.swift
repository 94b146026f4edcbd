/// Functions of one number with errors that are known, computed in plain doubles where intervals would take long.
enum TokenFunction {
  /// `exp(-x)` for x from 0 on, and by which part of itself it may be wrong; from 700 on 0, which is wrong by at most 2^-1000.
  ///
  /// `x = 2^k t` with t at most 1/4, exactly. In `1 - t/1 (1 - t/2 (1 - ...))`, 14 times, each number is from 3/4 to 1; with e for what one of them
  /// may be wrong by, the next one is wrong by at most `u + (2.01 u + e) / 4`, so none by more than 2.1 u; what is left out is below 2^-60 u. That is
  /// less than 3 u of a number above 3/4, and k squares double that and add u each: at most `4 2^k u`.
  static func exponential(ofMinus x: Double) -> (value: Double, error: Double) {
    guard x < 700 else { return (0, 0) }
    var (t, squares) = (x, 0)
    while t > 0.25 {
      t /= 2
      squares += 1
    }
    var value = 1.0
    for n in (1...14).reversed() { value = 1 - t / Double(n) * value }
    for _ in 0..<squares { value *= value }
    return (value, 1.02 * 4 * Double(1 << squares) * Rounding.unit)
  }

  /// What the value of `exponential` from 700 on may be wrong by.
  static let vanishing = 0x1p-1000

  /// At least the largest slope of erf, `2 / sqrt(pi)`.
  private static let steepest = 1.12837916710

  /// `erf(x)`, and by how much it may be wrong.
  ///
  /// From 0 on `erf(x) = 2 / sqrt(pi) exp(-x^2) sum_n 2^n x^(2n+1) / (1 3 5 ... (2n+1))`, whose terms are above 0 (Abramowitz and Stegun, 7.1.6).
  /// A term has 3 roundings more than the one before; the sum ends where the next terms fall by half each and the last is below 2^-60 of it, so that
  /// less than that is left out. From 6 on `1 - erf(x) <= exp(-x^2) < 2^-51`.
  static func erf(_ x: Double) -> (value: Double, error: Double) {
    let size = abs(x)
    guard size < 6 else { return (x < 0 ? -1 : 1, 0x1p-51) }
    let square = size * size
    var (term, sum, n) = (size, size, 0)
    while term > sum * 0x1p-60 || 2 * square > Double(2 * n + 3) / 2 {
      n += 1
      term *= 2 * square / Double(2 * n + 1)
      sum += term
    }
    let power = exponential(ofMinus: square)
    let value = min(1, 1.1283791670955126 * power.value * sum)
    // Three roundings for each term and one for each sum; 40 for the square in the exponent, the constant, products and what is left out.
    let error = (power.error + Rounding.gamma(4 * n + 40)) * 1.01 * value + Rounding.tiny
    return (x < 0 ? -value : value, error)
  }

  /// At least the largest slope of `x (1 + erf(c x))`, twice that of GELU: `2 (P(z) + z p(z))` at `z = sqrt(2)`, with the normal distribution P and its density p.
  static let gateSlope = 2 * 1.12890415

  /// `k x (1 + erf(c x))` of all elements.
  static func gated(_ rows: TokenRows, _ gate: TokenGraph.Gate) -> TokenRows {
    var result = rows
    for place in rows.center.indices {
      let x = rows.center[place]
      let argument = gate.sharpness * x
      let share = erf(argument)
      let value = gate.factor * x * (1 + share.value)
      result.center[place] = value
      // The sharpness and the argument are rounded.
      let shareError = share.error + steepest * 3 * Rounding.unit * abs(argument)
      result.radius[place] = TokenRows.radius(
        abs(gate.factor)
          * (gateSlope * rows.radius[place] + abs(x) * (shareError + 4 * Rounding.unit))
          + 4 * Rounding.unit * abs(value) + 2 * Rounding.tiny)
    }
    return result
  }

  /// The softmax of each row of logits, over the first tokens up to its own where `isCausal`, and 0 behind.
  ///
  /// - Returns: nil where logits are known too badly.
  static func softmax(_ logits: TokenRows, isCausal: Bool) -> TokenRows? {
    var result = logits
    for row in 0..<logits.count {
      let base = row * logits.width
      let length = isCausal ? row + 1 : logits.width
      let places = base..<base + length
      let most = logits.center[places].max() ?? 0
      var (sum, wrong) = (0.0, 0.0)
      for place in places {
        let x = most - logits.center[place]
        let power = exponential(ofMinus: x)
        // The difference is rounded; exp(r) - 1 <= r + r^2 for r up to 1.
        let moved = logits.radius[place] + Rounding.unit * abs(x)
        guard moved <= 0.125 else { return nil }
        let relative = (power.error + moved + 2 * moved * moved + 2 * moved * power.error)
        (result.center[place], result.radius[place]) = (power.value, relative)
        sum += power.value
        wrong += power.value * relative
      }
      wrong =
        (wrong / sum + Rounding.gamma(length + 2)) * Rounding.inflation
        + Double(length) * vanishing
      guard wrong < 0.5 else { return nil }
      for place in places {
        let (value, relative) = (result.center[place], result.radius[place])
        let weight = value / sum
        result.center[place] = weight
        result.radius[place] =
          TokenRows.radius(
            weight * ((relative + wrong) / (1 - wrong) + 4 * Rounding.unit)) + 4 * vanishing
      }
      for place in base + length..<base + logits.width {
        (result.center[place], result.radius[place]) = (0, 0)
      }
    }
    return result
  }
}
