import Tensors

/// What the roundings of a number system may cost, by the standard model of floating-point arithmetic.
///
/// Source: Higham, "Accuracy and stability of numerical algorithms" (2002), section 3.1 and lemma 3.1: a sum of n products, in any
/// order and with or without fused steps, is off by at most `gamma(n) = n u / (1 - n u)` times the sum of the products' sizes; where
/// numbers are too small to be rounded relatively, each step adds half of the smallest number.
struct UnitRoundoff: Sendable {
  /// The relative error of one rounding to nearest.
  let unit: Double
  /// The smallest positive number.
  let least: Double

  init<T: TensorAlgebra>(of type: T.Type) {
    let isFloat = OutwardRounding(to: type).isFloat
    unit = isFloat ? 0x1p-24 : 0x1p-53
    least = isFloat ? 0x1p-149 : 0x1p-1074
  }

  /// Roundings beside the sums themselves: of parameters that are converted, of ends from middles, and of what is charged.
  private static let others = 10

  /// What a sum of `terms` products costs, as a part of the sum of their sizes, which may itself have been computed.
  ///
  /// - Soundness: `gamma(n) * exact <= price * computed` for n of `terms` and `others`: a computed sum of sizes is at least
  ///   `1 - gamma(n)` times the exact one.
  func price(terms: Int) -> Double {
    let part = Double(terms + Self.others) * unit
    guard part < 0.25 else { return .infinity }
    let gamma = part / (1 - part)
    // Beside the roundings here, the price is rounded to the number system and multiplied in it.
    return gamma / (1 - gamma) * (1 + 16 * max(unit, 0x1p-40))
  }

  /// What `terms` products, too small to be rounded relatively, may cost where the other factors are at most `largest`.
  func floor(terms: Int, largest: Double) -> Double {
    2 * Double(terms + Self.others) * least * (1 + largest)
  }
}
