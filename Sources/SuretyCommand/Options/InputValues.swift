import Foundation
import Surety

/// Numbers in JSON files.
enum InputValues {
  /// A region's middle, or a box.
  enum Place {
    case center([Double])
    case box(Region)
  }

  /// Reads a flat array, or `{"lower": [...], "upper": [...]}`.
  static func place(_ path: String) throws(InputError) -> Place {
    let content = try content(of: path)
    if let object = content as? [String: Any] {
      guard let lower = object["lower"], let upper = object["upper"] else {
        throw InputError(
          path, "expected the keys \"lower\" and \"upper\", each a flat array of numbers")
      }
      return .box(
        try Region(
          lower: numbers(lower, path, "lower"), upper: numbers(upper, path, "upper"), source: path))
    }
    return .center(try numbers(content, path, ""))
  }

  /// Reads one flat array of numbers, or an array of flat arrays.
  static func batch(_ path: String) throws(InputError) -> [[Double]] {
    let content = try content(of: path)
    guard let items = content as? [Any], items.first is [Any] else {
      return [try numbers(content, path, "")]
    }
    var rows: [[Double]] = []
    for (index, item) in items.enumerated() {
      rows.append(try numbers(item, path, "array \(index)"))
    }
    return rows
  }

  private static func content(of path: String) throws(InputError) -> Any {
    let data = try readFile(path)
    do {
      return try JSONSerialization.jsonObject(with: data, options: [.fragmentsAllowed])
    } catch {
      throw InputError(path, "not valid JSON, expected a flat array of numbers")
    }
  }

  private static func numbers(
    _ content: Any, _ path: String, _ part: String
  ) throws(InputError) -> [Double] {
    guard let items = content as? [Any] else {
      throw InputError(path, place: part, "expected a flat array of numbers")
    }
    var values: [Double] = []
    values.reserveCapacity(items.count)
    for (index, item) in items.enumerated() {
      let place = part.isEmpty ? "element \(index)" : "\(part), element \(index)"
      // A truth value is a number to Foundation, of the type of a character.
      guard let number = item as? NSNumber, String(cString: number.objCType) != "c" else {
        throw InputError(path, place: place, "is not a number, expected a flat array of numbers")
      }
      guard number.doubleValue.isFinite else {
        throw InputError(path, place: place, "is not finite")
      }
      values.append(number.doubleValue)
    }
    return values
  }
}
