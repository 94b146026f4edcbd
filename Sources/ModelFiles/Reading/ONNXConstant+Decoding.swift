import Foundation
import Tensors

extension ONNXConstant {
  /// Decodes a tensor of a model file.
  ///
  /// - Parameter external: The files beside the model.
  /// - Throws: `ONNXProblem` when the type is not supported, the data cannot be found, or their length does not
  ///   match the shape.
  init(_ tensor: Onnx_TensorProto, _ external: ExternalData) throws(ONNXProblem) {
    guard let type = ElementType(rawValue: Int(tensor.dataType)) else {
      let type = Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)) ?? .undefined
      throw ONNXProblem("data type \(type) is not supported; \(ElementType.names) are")
    }
    guard !tensor.hasSegment else { throw ONNXProblem("a tensor in segments is not supported") }
    let decoder = TensorDecoder(tensor: tensor, external: external)
    let decoded: [Double]
    switch type {
    case .float: decoded = try decoder.decode(tensor.floatData, Double.init(_:))
    case .double: decoded = try decoder.decode(tensor.doubleData, { $0 })
    case .int64: decoded = try decoder.decode(tensor.int64Data, Self.double(_:))
    case .int32: decoded = try decoder.decode(tensor.int32Data, Double.init(_:))
    case .uint32:
      let values = tensor.uint64Data.map { UInt32(truncatingIfNeeded: $0) }
      decoded = try decoder.decode(values, Double.init(_:))
    case .uint64: decoded = try decoder.decode(tensor.uint64Data, Self.double(_:))
    case .boolean: decoded = try decoder.small(UInt8.self) { $0 == 0 ? 0 : 1 }
    case .uint8: decoded = try decoder.small(UInt8.self, Double.init(_:))
    case .int8: decoded = try decoder.small(Int8.self, Double.init(_:))
    case .uint16: decoded = try decoder.small(UInt16.self, Double.init(_:))
    case .int16: decoded = try decoder.small(Int16.self, Double.init(_:))
    case .float16: decoded = try decoder.small(UInt16.self, half(_:))
    case .bfloat16:
      decoded = try decoder.small(UInt16.self) { Double(Float(bitPattern: UInt32($0) << 16)) }
    case .uint4: decoded = try decoder.nibbles { Double($0) }
    case .int4: decoded = try decoder.nibbles { Double($0 < 8 ? Int($0) : Int($0) - 16) }
    }
    let dimensions = tensor.dims.map { Int($0) }
    self.init(values: Tensor(Shape(dimensions), decoded), type: type, name: tensor.name)
    // Every type but 64-bit integers fits a double, and of those what is too large is not computed with.
    isExact = type.isFloat || decoded.allSatisfy { abs($0) <= 0x1p53 }
  }
}

/// Reads the numbers of a tensor from where it keeps them.
private struct TensorDecoder {
  let tensor: Onnx_TensorProto
  let external: ExternalData

  private var dimensions: [Int] { tensor.dims.map { Int($0) } }

  /// Numbers of at most 16 bits, which lie in the low bits of 32-bit ones where they are not raw.
  func small<Element: BitwiseCopyable & FixedWidthInteger>(
    _ type: Element.Type, _ widen: (Element) -> Double
  ) throws(ONNXProblem) -> [Double] {
    try decode(tensor.int32Data.map { Element(truncatingIfNeeded: $0) }, widen)
  }

  func decode<Element: BitwiseCopyable>(
    _ typed: [Element], _ widen: (Element) -> Double
  ) throws(ONNXProblem) -> [Double] {
    let size = MemoryLayout<Element>.size
    let count = try count()
    guard let raw = try raw(count * size) else {
      try require(typed.count, count, "values")
      return typed.map(widen)
    }
    // ONNX stores little-endian numbers, as do all machines that Swift runs on.
    return raw.withUnsafeBytes { bytes in
      (0..<count).map { widen(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self)) }
    }
  }

  /// Numbers of 4 bits, two in a byte, the low one first.
  func nibbles(_ widen: (UInt8) -> Double) throws(ONNXProblem) -> [Double] {
    let count = try count()
    let bytes: [UInt8]
    if let raw = try raw((count + 1) / 2) {
      bytes = [UInt8](raw)
    } else {
      try require(tensor.int32Data.count, (count + 1) / 2, "pairs of values")
      bytes = tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) }
    }
    return (0..<count).map { widen($0 % 2 == 0 ? bytes[$0 / 2] & 15 : bytes[$0 / 2] >> 4) }
  }

  /// The raw bytes, here or in another file; nil where the numbers are stored as such.
  private func raw(_ expected: Int) throws(ONNXProblem) -> Data? {
    if tensor.dataLocation == .external {
      return try external.bytes(of: tensor, expected: expected)
    }
    guard tensor.externalData.isEmpty else {
      throw ONNXProblem("it names another file for its data but does not say that they lie there")
    }
    guard !tensor.rawData.isEmpty else { return nil }
    try require(tensor.rawData.count, expected, "bytes")
    return tensor.rawData
  }

  private func count() throws(ONNXProblem) -> Int {
    guard let count = elementCount(dimensions) else {
      throw ONNXProblem("wrong data length: shape \(words) needs more than can be held")
    }
    return count
  }

  private var words: String {
    dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
  }

  private func require(_ found: Int, _ expected: Int, _ unit: String) throws(ONNXProblem) {
    guard found != expected else { return }
    throw ONNXProblem(
      "wrong data length: \(found) \(unit), shape \(words) needs \(expected) \(unit)")
  }
}

/// The number that 16 bits stand for in IEEE half precision, which not every platform's Swift has.
private func half(_ bits: UInt16) -> Double {
  let sign: Double = bits >> 15 == 0 ? 1 : -1
  let exponent = Int(bits >> 10 & 0x1f)
  let fraction = Double(bits & 0x3ff)
  switch exponent {
  case 0: return sign * fraction * 0x1p-24
  case 31: return fraction == 0 ? sign * .infinity : .nan
  default:
    return sign * Double(sign: .plus, exponent: exponent - 15, significand: 1 + fraction / 1024)
  }
}
