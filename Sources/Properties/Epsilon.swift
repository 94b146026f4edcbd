import Files

/// Distances as people write them on a command line.
public enum Epsilon {
  /// Reads a distance written as a number, `0.03`, or as a fraction, `8/255`.
  ///
  /// - Parameter source: The option to name in an error.
  /// - Returns: The distance, finite and not negative; a fraction is divided in double precision.
  /// - Throws: `InputError` when the text is neither, is negative, or is not finite.
  public static func parse(
    _ text: String, source: String = "epsilon"
  ) throws(InputError) -> Double {
    let problem = InputError(
      source,
      "'\(text)' is not a distance, expected a number such as 0.03 or a fraction such as 8/255")
    let parts = text.split(separator: "/", omittingEmptySubsequences: false).map { part in
      decimal(Array(part.utf8)[...])
    }
    let value: Double
    switch parts.count {
    case 1:
      guard let number = parts[0] else { throw problem }
      value = number
    case 2:
      guard let numerator = parts[0], let denominator = parts[1] else { throw problem }
      guard denominator != 0 else {
        throw InputError(source, "'\(text)' divides by zero, expected a fraction such as 8/255")
      }
      value = numerator / denominator
    default: throw problem
    }
    guard value.isFinite else {
      throw InputError(source, "'\(text)' is not finite, expected a number such as 0.03")
    }
    guard value >= 0 else {
      throw InputError(source, "'\(text)' is negative, expected a distance of 0 or more")
    }
    return abs(value)
  }
}
