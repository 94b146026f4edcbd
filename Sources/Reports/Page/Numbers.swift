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

/// A number as an attribute of a picture has it.
func coordinate(_ value: Double) -> String { String(format: "%.1f", value) }
