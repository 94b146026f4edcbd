import Foundation

// What is believed of the machine: doubles are IEEE binary64, rounded to nearest, with gradual underflow. A sum or product then
// differs from the exact one by at most u = 2^-53 of it; a product of numbers that are not 0 also by at most 2^-1075.
//
// A sum of n products, in any order and fused or not, differs from the exact one by at most gamma_n = n u / (1 - n u) times the sum
// of the products' sizes, and n 2^-1075 (Higham, "Accuracy and Stability of Numerical Algorithms", 3.1 and 4.2).

/// Bounds on rounding errors of doubles.
enum Rounding {
  /// Half the distance from 1 to the next double.
  static let unit = 0x1p-53
  /// The least double above 0; two halves of it, so it is more than what a product loses to underflow.
  static let tiny = Double.leastNonzeroMagnitude
  /// A sum of sizes, computed in any order from up to 2^30 of them, times this is at least the exact sum.
  static let inflation = 1 + 0x1p-20

  /// At least gamma_n, and enough more that the product with a computed sum of sizes, rounded, is at least that with the exact one.
  ///
  /// 1.01 n u exceeds n u / (1 - n u)^3 by far, for n up to 2^40.
  static func gamma(_ n: Int) -> Double { 1.01 * Double(n) * unit }

  /// The same for single precision, whose unit is 2^-24; for n up to `mostSingleTerms`.
  static func singleGamma(_ n: Int) -> Double { 1.01 * Double(n) * 0x1p-24 }

  /// n u / (1 - n u) stays below 1.005 n u up to here.
  static let mostSingleTerms = 80_000

  // MARK: To a side

  /// At most `a + b`.
  ///
  /// The error of a sum is a double, which two more sums find exactly (Knuth); only an inexact sum is moved.
  static func sumDown(_ a: Double, _ b: Double) -> Double {
    let sum = a + b
    let ofB = sum - a
    let error = (a - (sum - ofB)) + (b - ofB)
    return error >= 0 ? sum : sum.down
  }

  /// At least `a + b`.
  static func sumUp(_ a: Double, _ b: Double) -> Double { -sumDown(-a, -b) }

  /// At most `a b`.
  static func productDown(_ a: Double, _ b: Double) -> Double {
    let product = a * b
    if a == 0 || b == 0 { return product }
    // Far from underflow the error of a product is a double too.
    guard abs(product) > 0x1p-900 else { return product.down }
    return (-product).addingProduct(a, b) >= 0 ? product : product.down
  }

  /// At least `a b`.
  static func productUp(_ a: Double, _ b: Double) -> Double { -productDown(-a, b) }
}

extension Double {
  /// The double before, of a finite number. Infinity stays: what overflowed must not become a number again.
  var down: Double { isFinite ? nextDown : self }
  /// The power of two that the last bit set stands for; infinite for 0.
  var lastBit: Double {
    guard self != 0 else { return .infinity }
    let zeros = significandBitPattern == 0 ? 52 : significandBitPattern.trailingZeroBitCount
    return isNormal
      ? Double(sign: .plus, exponent: max(Int(exponent) - 52 + zeros, -1074), significand: 1)
      : .leastNonzeroMagnitude
  }
  /// The double behind, of a finite number.
  var up: Double { isFinite ? nextUp : self }
}

/// All real numbers between two ends.
struct Interval {
  var lower: Double
  var upper: Double

  init(_ lower: Double, _ upper: Double) {
    self.lower = lower
    self.upper = upper
  }

  static func + (a: Interval, b: Interval) -> Interval {
    Interval(Rounding.sumDown(a.lower, b.lower), Rounding.sumUp(a.upper, b.upper))
  }

  static prefix func - (a: Interval) -> Interval { Interval(-a.upper, -a.lower) }

  static func - (a: Interval, b: Interval) -> Interval { a + -b }

  static func * (a: Interval, b: Interval) -> Interval {
    let pairs = [
      (a.lower, b.lower), (a.lower, b.upper), (a.upper, b.lower), (a.upper, b.upper),
    ]
    return Interval(
      pairs.map { Rounding.productDown($0.0, $0.1) }.min() ?? -.infinity,
      pairs.map { Rounding.productUp($0.0, $0.1) }.max() ?? .infinity)
  }

  /// The quotient by an interval above 0.
  static func / (a: Interval, b: Interval) -> Interval {
    // A quotient of numbers in the interval lies between the least and the largest of the ends', each rounded once.
    let quotients = [a.lower / b.lower, a.lower / b.upper, a.upper / b.lower, a.upper / b.upper]
    return Interval(
      (quotients.min() ?? -.infinity).down, (quotients.max() ?? .infinity).up)
  }
}
