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

  /// Reads one flat array of numbers, or an array of flat arrays; or a `.npy` file, which is cut into examples.
  ///
  /// - Parameter count: The numbers of an example.
  static func batch(_ path: String, count: Int) throws(InputError) -> [[Double]] {
    if path.hasSuffix(".npy") {
      let values = try array(path).values
      guard count > 0, !values.isEmpty, values.count % count == 0 else { return [values] }
      return stride(from: 0, to: values.count, by: count).map { [Double](values[$0..<$0 + count]) }
    }
    let data = try readFile(path)
    let inside = data.drop { $0 != UInt8(ascii: "[") }.dropFirst()
    return inside.firstMark == UInt8(ascii: "[")
      ? try decode([[Double]].self, data, path) : [try decode([Double].self, data, path)]
  }

  /// Numbers with the shape that a file gives them.
  struct Array {
    var values: [Double]
    /// Nil for a flat list, which may have any shape.
    var shape: [Int]?
  }

  /// Reads an array of any shape: a `.npy` file, or JSON with arrays in arrays.
  static func array(_ path: String) throws(InputError) -> Array {
    if path.hasSuffix(".npy") || path.hasSuffix(".npy.gz") {
      let array = try NumberArray(npy: path)
      return Array(values: array.values, shape: array.shape)
    }
    let wrong = InputError(path, "not an array of numbers, expected a .npy file or JSON")
    let data = try readFile(path)
    guard let content = try? JSONSerialization.jsonObject(with: data, options: .fragmentsAllowed)
    else { throw wrong }
    var (values, shape): ([Double], [Int]) = ([], [])
    func add(_ item: Any, depth: Int) -> Bool {
      if let items = item as? [Any] {
        if depth == shape.count, values.isEmpty { shape.append(items.count) }
        return depth < shape.count && items.count == shape[depth]
          && items.allSatisfy { add($0, depth: depth + 1) }
      }
      guard depth == shape.count, let number = item as? Double else { return false }
      values.append(number)
      return true
    }
    guard add(content, depth: 0), values.count == shape.reduce(1, *) else { throw wrong }
    return Array(values: values, shape: shape.count == 1 ? nil : shape)
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
