import Files

/// The text that describes an array: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumpyHeader {
  /// The kind and the size of an element, without the byte order: `f4`.
  let type: String
  let isBigEndian: Bool
  /// Whether the first axis moves fastest.
  let isFortran: Bool
  let shape: [Int]
  let itemSize: Int
  /// The number of elements.
  let count: Int

  /// The shape as Python writes it.
  var shapeText: String { "(\(shape.map(String.init).joined(separator: ", ")))" }

  private static let known = [
    "b1", "f2", "f4", "f8", "u1", "i1", "i2", "i4", "i8", "u2", "u4", "u8",
  ]

  init(_ text: String, path: String) throws(InputError) {
    guard let order = text.firstMatch(of: /'fortran_order'\s*:\s*(True|False)/)?.output.1,
      let descr = text.firstMatch(of: /'descr'\s*:\s*'([^']*)'/)?.output.1,
      let sizes = text.firstMatch(of: /'shape'\s*:\s*\(([0-9,\s]*)\)/)?.output.1
    else {
      throw InputError(
        path, place: "header", "has no descr, fortran_order or shape of a plain array")
    }
    let type = descr.drop { "<>|=".contains($0) }
    guard Self.known.contains(String(type)), let itemSize = Int(type.dropFirst()) else {
      throw InputError(
        path, place: "header",
        "element type '\(descr)'; expected numbers such as '<f4', '<f8' or '|u1'\(Self.hint(type))")
    }
    var shape: [Int] = []
    var count = 1
    for size in sizes.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let number = Int(size) ?? -1
      let (product, overflow) = count.multipliedReportingOverflow(by: number)
      guard number >= 0, !overflow, product < 1 << 40 else {
        throw InputError(path, place: "header", "impossible size \(size)")
      }
      shape.append(number)
      count = product
    }
    (self.type, self.shape, self.itemSize, self.count) = (String(type), shape, itemSize, count)
    isBigEndian = descr.hasPrefix(">")
    isFortran = order == "True"
  }

  private static func hint(_ type: Substring) -> String {
    switch type.first {
    case "O": " (objects are Python's own and are not read)"
    case "U", "S": " (text; number the classes from 0)"
    default: ""
    }
  }
}
