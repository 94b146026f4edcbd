import Files
import Foundation

/// An array in NumPy's `.npy` format, versions 1 to 3, of either byte order and either order of axes.
///
/// Source: NumPy, "numpy.lib.format" (NEP 1).
struct NumpyArray {
  /// The file, and the array in it where it holds several.
  let path: String
  let shape: [Int]
  /// The values in C order: the last axis moves fastest.
  let values: Values

  enum Values {
    /// Type `u1`.
    case bytes([UInt8])
    /// Types `f2`, `f4` and `f8`.
    case floats([Double])
    /// The signed and unsigned integers other than `u1`.
    case integers([Int])
    /// Type `b1`.
    case booleans([Bool])
  }

  /// Reads a file, and checks that its size is what its header says.
  init(path: String) throws(InputError) { try self.init([UInt8](try readFile(path)), path: path) }

  /// Reads the content of a file.
  init(_ data: [UInt8], path: String) throws(InputError) {
    self.path = path
    guard data.count >= 10, data[0] == 0x93, data[1..<6].elementsEqual("NUMPY".utf8) else {
      throw InputError(path, place: "bytes 0-5", "not a .npy file; expected \\x93NUMPY")
    }
    guard (1...3).contains(data[6]) else {
      throw InputError(path, place: "byte 6", "version \(data[6]) of .npy; expected 1, 2 or 3")
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
    func elements<Word: FixedWidthInteger, Value>(
      _: Word.Type, _ convert: (Word) -> Value
    ) -> [Value] {
      let values = words(of: body, isBigEndian: header.isBigEndian, convert)
      return header.isFortran ? inCOrder(values, header.shape) : values
    }
    switch header.type {
    case "u1": return .bytes(elements(UInt8.self) { $0 })
    case "b1": return .booleans(elements(UInt8.self) { $0 != 0 })
    case "f2": return .floats(elements(UInt16.self) { halfValue($0) })
    case "f4": return .floats(elements(UInt32.self) { Double(Float(bitPattern: $0)) })
    case "f8": return .floats(elements(UInt64.self) { Double(bitPattern: $0) })
    case "i1": return .integers(elements(UInt8.self) { Int(Int8(bitPattern: $0)) })
    case "i2": return .integers(elements(UInt16.self) { Int(Int16(bitPattern: $0)) })
    case "u2": return .integers(elements(UInt16.self) { Int($0) })
    case "i4": return .integers(elements(UInt32.self) { Int(Int32(bitPattern: $0)) })
    case "u4": return .integers(elements(UInt32.self) { Int($0) })
    case "u8": return .integers(elements(UInt64.self) { Int(clamping: $0) })
    default: return .integers(elements(UInt64.self) { Int(Int64(bitPattern: $0)) })
    }
  }

  private static func words<Word: FixedWidthInteger, Value>(
    of body: ArraySlice<UInt8>, isBigEndian: Bool, _ convert: (Word) -> Value
  ) -> [Value] {
    body.withUnsafeBytes { bytes in
      stride(from: 0, to: bytes.count, by: MemoryLayout<Word>.size).map { position in
        let stored = bytes.loadUnaligned(fromByteOffset: position, as: Word.self)
        return convert(isBigEndian ? Word(bigEndian: stored) : Word(littleEndian: stored))
      }
    }
  }

  /// Values whose first axis moves fastest, reordered so that the last one does.
  private static func inCOrder<Value>(_ values: [Value], _ shape: [Int]) -> [Value] {
    guard shape.count > 1, !values.isEmpty else { return values }
    var strides: [Int] = []
    var step = 1
    for size in shape {
      strides.append(step)
      step *= size
    }
    var index = [Int](repeating: 0, count: shape.count)
    var position = 0
    return values.indices.map { _ in
      defer {
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < shape[axis] { break }
          position -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
      return values[position]
    }
  }
}

/// The value of a 16-bit float of IEEE 754, written out because not every machine has the type.
private func halfValue(_ bits: UInt16) -> Double {
  let (exponent, fraction) = (Int(bits >> 10 & 0x1f), Double(bits & 0x3ff))
  let magnitude =
    switch exponent {
    case 0: fraction * 0x1p-24
    case 31: fraction == 0 ? Double.infinity : .nan
    default: (fraction + 1024) * Double(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  return bits >> 15 == 1 ? -magnitude : magnitude
}
