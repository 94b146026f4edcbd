import Foundation

/// A number for people: three or four digits.
func shortNumber(_ value: Double) -> String {
  if value == 0 { return "0" }
  if abs(value) >= 1e5 || abs(value) < 1e-3 {
    let text = String(format: "%.2e", value)
    // 1.50e-04 as 1.5e-4.
    return text.replacing(#/\.?0*e([+-])0*(\d)/#) { "e\($0.1 == "-" ? "-" : "")\($0.2)" }
  }
  let text = String(format: "%.\(abs(value) >= 100 ? 1 : abs(value) >= 1 ? 3 : 4)f", value)
  return text.contains(".") ? text.replacing(#/\.?0+$/#, with: "") : text
}

/// A number of three digits with its sign, for people.
func signedNumber(_ value: Double) -> String {
  guard value != 0, value.isFinite else { return value.isFinite ? "0" : "\(value)" }
  let unit = pow(10, floor(log10(abs(value))) - 2)
  let short = shortNumber((abs(value) / unit).rounded() * unit)
  return value < 0 ? "−\(short)" : "+\(short)"
}

/// A part as a percentage.
func percent(_ value: Double) -> String { String(format: "%.1f %%", 100 * value) }

/// A mark of an axis of parts, as a percentage.
func percentTick(_ value: Double) -> String { "\(shortNumber((1e3 * value).rounded() / 10)) %" }

/// Seconds for people, in minutes and hours where there are many.
func duration(_ seconds: Double) -> String {
  if seconds < 1 { return seconds == 0 ? "0 s" : String(format: "%.2g s", max(1e-4, seconds)) }
  if seconds < 100 { return String(format: "%.1f s", seconds) }
  let minutes = Int((seconds / 60).rounded())
  return minutes < 120 ? "\(minutes) min" : "\(minutes / 60) h \(minutes % 60) min"
}

/// A radius as people write it: in 255ths where it is some and no short decimal.
func radiusText(_ value: Double) -> String {
  let (parts, decimal) = (value * 255, shortNumber(value))
  let isShort = decimal.count <= 4 && Double(decimal) == value
  if value > 0, parts < 64, abs(parts - parts.rounded()) < 1e-6, !isShort {
    return "\(Int(parts.rounded()))/255"
  }
  return decimal
}

/// To which side a number is rounded that must not say too much.
enum Rounding {
  /// For what was proved: a larger number was not.
  case down
  /// For what was found: a smaller number was not.
  case up
}

/// A radius that was found; in 255ths where it is a whole number of them, else of four digits.
func radiusText(_ value: Double, _ rounding: Rounding) -> String {
  let text = radiusText(value)
  return text.hasSuffix("/255") ? text : fourDigits(value, rounding)
}

/// A number of at most four digits, rounded to the side on which it stays true.
func fourDigits(_ value: Double, _ rounding: Rounding) -> String {
  let text = shortNumber(value)
  guard value > 0, value.isFinite, Double(text) != value else { return text }
  var exponent = Int(floor(log10(value)))
  // Thousandths of the power of ten below the number.
  var count = (value * pow(10, Double(3 - exponent))).rounded()
  func written() -> String { NumberText(count: count, exponent: exponent).text }
  func isWrong() -> Bool {
    guard let number = Double(written()) else { return false }
    return rounding == .down ? number > value : number < value
  }
  if isWrong() { count += rounding == .down ? -1 : 1 }
  if count >= 10_000 { (count, exponent) = (1_000, exponent + 1) }
  return written()
}

/// A positive number of four digits as text: thousandths of a power of ten.
private struct NumberText {
  var count: Double
  var exponent: Int

  /// The text, read back as exactly this number of thousandths.
  var text: String {
    let thousandths = String(Int(count))
    guard exponent >= -4, exponent < 4 else {
      let digits = Self.trimmed("\(thousandths.prefix(1)).\(thousandths.dropFirst())")
      return "\(digits)e\(exponent + thousandths.count - 4)"
    }
    let places = 3 - exponent
    guard places > 0 else { return thousandths }
    let padded = String(repeating: "0", count: max(0, places + 1 - thousandths.count)) + thousandths
    return Self.trimmed("\(padded.dropLast(places)).\(padded.suffix(places))")
  }

  private static func trimmed(_ text: String) -> String {
    text.replacing(#/\.?0+$/#, with: "")
  }
}

/// A number as an attribute of a picture has it.
func coordinate(_ value: Double) -> String { String(format: "%.1f", value) }
