import Files
import Foundation

/// An array in NumPy's `.npy` format, versions 1 and 2, little-endian and in C order.
///
/// Source: NumPy, "numpy.lib.format" (NEP 1).
struct NumpyArray {
  let path: String
  let shape: [Int]
  let values: Values

  enum Values {
    /// Type `u1`.
    case bytes([UInt8])
    /// Types `f4` and `f8`.
    case floats([Double])
    /// The signed and unsigned integers other than `u1`.
    case integers([Int])
  }

  /// Reads a file, and checks that its size is what its header says.
  init(path: String) throws(InputError) {
    self.path = path
    let data = [UInt8](try readFile(path))
    guard data.count >= 10, data[0] == 0x93, data[1..<6].elementsEqual("NUMPY".utf8) else {
      throw InputError(path, place: "bytes 0-5", "not a .npy file; expected \\x93NUMPY")
    }
    guard data[6] == 1 || data[6] == 2 else {
      throw InputError(path, place: "byte 6", "version \(data[6]) of .npy; expected 1 or 2")
    }
    let start = data[6] == 1 ? 10 : 12
    guard data.count >= start else { throw InputError(path, "ends inside the header") }
    let length = data[8..<start].reversed().reduce(0) { $0 << 8 | Int($1) }
    guard data.count - start >= length else {
      throw InputError(path, "ends inside the header, which has \(length) bytes")
    }
    let header = try NumpyHeader(
      String(decoding: data[start..<start + length], as: UTF8.self), path: path)
    shape = header.shape
    values = try Self.decode(data[(start + length)...], header, path: path)
  }

  private static func decode(
    _ body: ArraySlice<UInt8>, _ header: NumpyHeader, path: String
  ) throws(InputError) -> Values {
    guard body.count == header.count * header.itemSize else {
      throw InputError(
        path,
        "\(body.count) bytes after the header; shape \(header.shapeText) of \(header.type) needs "
          + "\(header.count * header.itemSize)")
    }
    switch header.type {
    case "u1": return .bytes(Array(body))
    case "f4": return .floats(elements(of: body, UInt32.self) { Double(Float(bitPattern: $0)) })
    case "f8": return .floats(elements(of: body, UInt64.self) { Double(bitPattern: $0) })
    case "i1": return .integers(body.map { Int(Int8(bitPattern: $0)) })
    case "i2": return .integers(elements(of: body, UInt16.self) { Int(Int16(bitPattern: $0)) })
    case "u2": return .integers(elements(of: body, UInt16.self) { Int($0) })
    case "i4": return .integers(elements(of: body, UInt32.self) { Int(Int32(bitPattern: $0)) })
    case "u4": return .integers(elements(of: body, UInt32.self) { Int($0) })
    case "u8": return .integers(elements(of: body, UInt64.self) { Int(clamping: $0) })
    default: return .integers(elements(of: body, UInt64.self) { Int(Int64(bitPattern: $0)) })
    }
  }

  private static func elements<Word: FixedWidthInteger, Value>(
    of body: ArraySlice<UInt8>, _: Word.Type, _ convert: (Word) -> Value
  ) -> [Value] {
    body.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<Word>.size).map { position in
        convert(
          Word(littleEndian: bytes.loadUnaligned(fromByteOffset: position, as: Word.self)))
      }
    }
  }
}

/// The text that describes an array: `{'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }`.
struct NumpyHeader {
  /// The kind and the size of an element, without the byte order: `f4`.
  let type: String
  let shape: [Int]
  let itemSize: Int
  /// The number of elements.
  let count: Int

  /// The shape as Python writes it.
  var shapeText: String { "(\(shape.map(String.init).joined(separator: ", ")))" }

  init(_ text: String, path: String) throws(InputError) {
    guard let order = text.firstMatch(of: /'fortran_order'\s*:\s*(True|False)/)?.output.1,
      let descr = text.firstMatch(of: /'descr'\s*:\s*'([^']*)'/)?.output.1,
      let sizes = text.firstMatch(of: /'shape'\s*:\s*\(([0-9,\s]*)\)/)?.output.1
    else {
      throw InputError(
        path, place: "header", "has no descr, fortran_order or shape of a plain array")
    }
    guard order == "False" else {
      throw InputError(
        path, place: "header", "Fortran order; save numpy.ascontiguousarray(array) instead")
    }
    let known = ["f4", "f8", "u1", "i1", "i2", "i4", "i8", "u2", "u4", "u8"]
    let type = descr.drop { "<|=".contains($0) }
    guard known.contains(String(type)), let itemSize = Int(type.dropFirst()) else {
      throw InputError(
        path, place: "header",
        "element type '\(descr)'; expected little-endian '<f4', '<f8' or '|u1' (integers for labels)"
      )
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
  }
}
