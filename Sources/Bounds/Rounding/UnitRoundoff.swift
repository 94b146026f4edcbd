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
  /// The size that smaller numbers are taken to have, so that what they lose by being too small to be rounded relatively is a part of
  /// their size. Its products with weights are not so small yet: processors are slow on those.
  let smallest: Double

  init<T: TensorAlgebra>(of type: T.Type) {
    let isFloat = OutwardRounding(to: type).isFloat
    unit = isFloat ? 0x1p-24 : 0x1p-53
    least = isFloat ? 0x1p-149 : 0x1p-1074
    smallest = isFloat ? 0x1p-60 : 0x1p-500
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

  /// By what part of the sizes of numbers half widths must be increased that are then summed up, so that the sum is increased by what `terms`
  /// products cost.
  ///
  /// - Soundness: With `r` the half widths, `x` the sizes and `p` the price, `|W| (r + q x)` is at least `|W| r + p |W| x` after its own
  ///   rounding, which takes off at most `gamma(n) (1 + q) |W| x`, where q is `p (1 + 2 p)` and three roundings more.
  func reach(terms: Int) -> Double {
    let price = price(terms: terms + 3)
    return price < 0.25 ? price * (1 + 2 * price) : .infinity
  }

  /// The same for sizes that are then added up over all elements of a shape.
  func price(terms: Int, summedOver shape: Shape) -> Double {
    // A sum of n terms, none negative, is at least 1 - gamma(n) times the exact one.
    let part = Double(shape.rowTerms) * unit
    return part < 0x1p-7 ? price(terms: terms) * (1 + 0x1p-6) : .infinity
  }

  /// What `terms` products, too small to be rounded relatively, may cost where what they are multiplied by is at most `largest`.
  func floor(terms: Int, largest: Double = 1) -> Double {
    2 * Double(terms + Self.others) * least * (1 + largest)
  }
}

extension Shape {
  /// The terms of a kernel's sum over all coefficients of a row.
  var rowTerms: Int {
    // Sixteen sums side by side, and the rest of every line of an image.
    count / 16 + 16 * (image?.height ?? 1) + 34
  }
}
