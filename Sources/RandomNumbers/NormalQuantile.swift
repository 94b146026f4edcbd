/// The value that a normally distributed number of mean 0 and variance 1 falls below with a probability.
///
/// The relative error is near 1e-15. Only basic arithmetic is used, so that the result is the same
/// everywhere.
///
/// Source: M. Wichura, "Algorithm AS 241: the percentage points of the normal distribution", Applied
/// Statistics 37, 1988, routine PPND16.
///
/// - Precondition: `0 < probability < 1`.
public func normalQuantile(_ probability: Double) -> Double {
  let q = probability - 0.5
  if abs(q) <= 0.425 { return q * Quotient.central(0.180625 - q * q) }
  let tail = q < 0 ? probability : 1 - probability
  let r = (-naturalLogarithm(tail)).squareRoot()
  let size = r <= 5 ? Quotient.middle(r - 1.6) : Quotient.far(r - 5)
  return q < 0 ? -size : size
}

/// The logarithm of a positive normal number, to about two units in the last place.
///
/// The mathematics libraries of two systems may differ in the last digit; this does not.
func naturalLogarithm(_ x: Double) -> Double {
  var exponent = Double(x.exponent)
  var fraction = x.significand
  if fraction > 1.4142135623730951 {
    fraction /= 2
    exponent += 1
  }
  // log m = 2 atanh s with s = (m - 1) / (m + 1), at most 0.172 in size.
  let s = (fraction - 1) / (fraction + 1)
  let square = s * s
  var series = 0.0
  for odd in stride(from: 23.0, through: 3, by: -2) { series = (series + 1 / odd) * square }
  // log 2 in two parts, the first short enough for an exact product.
  return exponent * 0x1.62e42feep-1
    + (exponent * 0x1.a39ef35793c76p-33 + 2 * s * series + 2 * s)
}

/// A quotient of two polynomials.
private struct Quotient {
  /// Coefficients, those of the highest power first.
  var numerator: [Double]
  var denominator: [Double]

  func callAsFunction(_ x: Double) -> Double {
    numerator.reduce(0) { $0 * x + $1 } / denominator.reduce(0) { $0 * x + $1 }
  }

  static let central = Quotient(
    numerator: [
      2.5090809287301226727e3, 3.3430575583588128105e4, 6.7265770927008700853e4,
      4.5921953931549871457e4, 1.3731693765509461125e4, 1.9715909503065514427e3,
      1.3314166789178437745e2, 3.3871328727963666080e0,
    ],
    denominator: [
      5.2264952788528545610e3, 2.8729085735721942674e4, 3.9307895800092710610e4,
      2.1213794301586595867e4, 5.3941960214247511077e3, 6.8718700749205790830e2,
      4.2313330701600911252e1, 1,
    ])
  static let middle = Quotient(
    numerator: [
      7.74545014278341407640e-4, 2.27238449892691845833e-2, 2.41780725177450611770e-1,
      1.27045825245236838258e0, 3.64784832476320460504e0, 5.76949722146069140550e0,
      4.63033784615654529590e0, 1.42343711074968357734e0,
    ],
    denominator: [
      1.05075007164441684324e-9, 5.47593808499534494600e-4, 1.51986665636164571966e-2,
      1.48103976427480074590e-1, 6.89767334985100004550e-1, 1.67638483018380384940e0,
      2.05319162663775882187e0, 1,
    ])
  static let far = Quotient(
    numerator: [
      2.01033439929228813265e-7, 2.71155556874348757815e-5, 1.24266094738807843860e-3,
      2.65321895265761230930e-2, 2.96560571828504891230e-1, 1.78482653991729133580e0,
      5.46378491116411436990e0, 6.65790464350110377720e0,
    ],
    denominator: [
      2.04426310338993978564e-15, 1.42151175831644588870e-7, 1.84631831751005468180e-5,
      7.86869131145613259100e-4, 1.48753612908506148525e-2, 1.36929880922735805310e-1,
      5.99832206555887937690e-1, 1,
    ])
}
