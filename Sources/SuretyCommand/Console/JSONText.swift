import Foundation
import Surety

/// JSON as the program writes it.
enum JSONText {
  /// Encodes a value as one object on one line, keys in order.
  ///
  /// JSON has no infinity and no NaN; they become the strings `inf`, `-inf` and `nan`.
  static func data(_ value: some Encodable) throws(InputError) -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    do {
      return try encoder.encode(value)
    } catch {
      throw InputError("--json", "the result cannot be written as JSON")
    }
  }
}
