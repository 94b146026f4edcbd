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
    let data = try readFile(path)
    guard data.firstMark == UInt8(ascii: "{") else {
      return .center(try decode([Double].self, data, path))
    }
    let box = try decode(Box.self, data, path)
    return .box(try Region(lower: box.lower, upper: box.upper, source: path))
  }

  /// Reads one flat array of numbers, or an array of flat arrays.
  static func batch(_ path: String) throws(InputError) -> [[Double]] {
    let data = try readFile(path)
    let inside = data.drop { $0 != UInt8(ascii: "[") }.dropFirst()
    return inside.firstMark == UInt8(ascii: "[")
      ? try decode([[Double]].self, data, path) : [try decode([Double].self, data, path)]
  }

  private struct Box: Decodable {
    var lower: [Double]
    var upper: [Double]
  }

  private static func decode<Content: Decodable>(
    _ type: Content.Type, _ data: Data, _ path: String
  ) throws(InputError) -> Content {
    do {
      return try JSONDecoder().decode(type, from: data)
    } catch {
      throw problem(error, path)
    }
  }

  private static func problem(_ error: any Error, _ path: String) -> InputError {
    switch error {
    case DecodingError.keyNotFound:
      return InputError(
        path, "expected the keys \"lower\" and \"upper\", each a flat array of numbers")
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context):
      let place = context.codingPath.enumerated().map { depth, key in
        guard let index = key.intValue else { return key.stringValue }
        let isInner = depth == context.codingPath.count - 1
        return "\(isInner ? "element" : "array") \(index)"
      }
      return InputError(
        path, place: place.joined(separator: ", "),
        place.isEmpty
          ? "expected a flat array of numbers"
          : "is not a number, expected a flat array of numbers")
    default:
      return InputError(path, "not valid JSON, expected a flat array of numbers")
    }
  }
}

extension Data {
  /// The first byte that is not white space.
  fileprivate var firstMark: UInt8? { first { !" \n\r\t".utf8.contains($0) } }
}
