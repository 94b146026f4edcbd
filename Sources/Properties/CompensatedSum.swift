import Foundation

/// A sum of doubles that carries its own rounding error, so that comparisons are all but exact.
///
/// The pair `high + low` is the sum to about 106 bits (Dekker 1971; Ogita, Rump and Oishi 2005).
/// Witnesses lie on the very edge of boxes, balls and output conditions, where a plain sum decides
/// by its rounding.
struct CompensatedSum {
  private(set) var high = 0.0
  private(set) var low = 0.0

  mutating func add(_ value: Double) {
    let sum = exactSum(high, value)
    high = sum.value
    low += sum.error
  }

  mutating func add(product a: Double, _ b: Double) {
    let product = a * b
    add(product)
    low += (-product).addingProduct(a, b)
  }

  /// Whether the sum is at most zero; false when a NaN or an infinity of both signs was added.
  var isAtMostZero: Bool {
    let sum = high + low
    // An overflowing sum leaves NaN in `low` and is judged by `high` alone.
    return low.isNaN ? high <= 0 : sum <= 0
  }

  /// Whether the sum is below zero; likewise.
  var isBelowZero: Bool { low.isNaN ? high < 0 : high + low < 0 }
}

/// A sum with the part that rounding took from it.
struct ExactSum {
  var value: Double
  var error: Double
}

/// The rounded sum and its error, so that `value + error` is `a + b` exactly (Knuth's TwoSum).
func exactSum(_ a: Double, _ b: Double) -> ExactSum {
  let sum = a + b
  let part = sum - a
  return ExactSum(value: sum, error: (a - (sum - part)) + (b - part))
}

/// `a + b`, rounded toward positive infinity.
func sumRoundedUp(_ a: Double, _ b: Double) -> Double {
  let sum = exactSum(a, b)
  return sum.error > 0 ? sum.value.nextUp : sum.value
}

/// `a + b`, rounded toward negative infinity.
func sumRoundedDown(_ a: Double, _ b: Double) -> Double { -sumRoundedUp(-a, -b) }

/// `a * b`, rounded toward positive infinity.
func productRoundedUp(_ a: Double, _ b: Double) -> Double {
  let product = a * b
  if a == 0 || b == 0 || abs(a) == 1 || abs(b) == 1 { return product }
  // The error is exact with a fused multiply-add, unless it underflows.
  let isTooSmall =
    abs(product) < smallestWithExactErrors || (-product).addingProduct(a, b) > 0
  return isTooSmall ? product.nextUp : product
}

/// `a / b`, rounded toward positive infinity, for a nonzero `b`.
func quotientRoundedUp(_ a: Double, _ b: Double) -> Double {
  let quotient = a / b
  if a == 0 || abs(b) == 1 { return quotient }
  // The remainder is exact with a fused multiply-add, unless it underflows.
  let remainder = a.addingProduct(-quotient, b)
  let isTooSmall =
    abs(a) < smallestWithExactErrors || abs(quotient) < smallestWithExactErrors
    || (b > 0 ? remainder > 0 : remainder < 0)
  return isTooSmall ? quotient.nextUp : quotient
}

/// Below this, rounding errors may be too small for a double.
private let smallestWithExactErrors = 0x1p-900

extension Double {
  /// The number in at most four significant digits, for messages.
  var short: String { String(format: "%.4g", self) }
}
