import Foundation
import Networks
import Tensors

/// A tensor known when the file is read.
///
/// Every value is held as a `Double`: exact for 32-bit floats and for integers up to 2^53, which shape
/// arithmetic does not exceed.
struct ONNXConstant {
  /// What the values are in the file; integers divide with truncation.
  enum Kind { case float, integer, boolean }

  var values: Tensor<Double>
  var kind: Kind
  /// The name in the file; empty for a computed constant.
  var name = ""

  var shape: Shape { values.shape }

  /// A list of integers, such as a shape.
  static func integers(_ values: [Int]) -> ONNXConstant {
    ONNXConstant(values: Tensor([values.count], values.map(Double.init)), kind: .integer)
  }

  /// A float.
  static func scalar(_ value: Double) -> ONNXConstant {
    ONNXConstant(values: Tensor([], [value]), kind: .float)
  }

  /// The values as integers, cut off at ±2^62, where ONNX writes "to the end".
  var integers: [Int] {
    values.scalars.map { Int(max(-0x1p62, min(0x1p62, $0.isNaN ? 0 : $0.rounded(.towardZero)))) }
  }

  /// The value that all elements have, or nil when they differ or there are none.
  var uniformValue: Double? {
    guard values.count > 0 else { return nil }
    return values.withElements { elements in
      elements.allSatisfy { $0 == elements[0] } ? elements[0] : nil
    }
  }

  /// Whether this adds or multiplies without changing the shape of an operand.
  func fits(_ other: Shape) -> Bool { Shape.broadcast(shape, other) == other }

  func reshaped(_ shape: Shape) -> ONNXConstant {
    ONNXConstant(values: values.reshaped(shape), kind: kind)
  }
}

extension ONNXConstant {
  /// Decodes a tensor of a model file.
  ///
  /// - Throws: `ONNXProblem` when the type is not supported, the data lie in another file, or their
  ///   length does not match the shape.
  init(_ tensor: Onnx_TensorProto) throws(ONNXProblem) {
    guard tensor.dataLocation != .external, tensor.externalData.isEmpty else {
      throw ONNXProblem("its data lie in another file; save the model with its weights inside")
    }
    let dimensions = tensor.dims.map { Int($0) }
    let type = Onnx_TensorProto.DataType(rawValue: Int(tensor.dataType)) ?? .undefined
    let decoded: [Double]
    let kind: Kind
    switch type {
    case .float:
      (decoded, kind) = (try Self.decode(tensor, tensor.floatData, Double.init(_:)), .float)
    case .double:
      (decoded, kind) = (try Self.decode(tensor, tensor.doubleData, { $0 }), .float)
    case .int64:
      (decoded, kind) = (try Self.decode(tensor, tensor.int64Data, Double.init(_:)), .integer)
    case .int32:
      (decoded, kind) = (try Self.decode(tensor, tensor.int32Data, Double.init(_:)), .integer)
    case .bool:
      let bytes = tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) }
      (decoded, kind) = (try Self.decode(tensor, bytes, { $0 == 0 ? 0 : 1 }), .boolean)
    case .uint8:
      let bytes = tensor.int32Data.map { UInt8(truncatingIfNeeded: $0) }
      (decoded, kind) = (try Self.decode(tensor, bytes, Double.init(_:)), .integer)
    case .int8:
      let bytes = tensor.int32Data.map { Int8(truncatingIfNeeded: $0) }
      (decoded, kind) = (try Self.decode(tensor, bytes, Double.init(_:)), .integer)
    case .float16:
      let halves = tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
      (decoded, kind) = (try Self.decode(tensor, halves, half(_:)), .float)
    case .bfloat16:
      let halves = tensor.int32Data.map { UInt16(truncatingIfNeeded: $0) }
      let widened = { (bits: UInt16) in Double(Float(bitPattern: UInt32(bits) << 16)) }
      (decoded, kind) = (try Self.decode(tensor, halves, widened), .float)
    default:
      throw ONNXProblem(
        "data type \(type) is not supported; float, double, float16, bfloat16, int64, int32, int8, "
          + "uint8 and bool are")
    }
    self.init(values: Tensor(Shape(dimensions), decoded), kind: kind, name: tensor.name)
  }

  private static func decode<Element: BitwiseCopyable>(
    _ tensor: Onnx_TensorProto, _ typed: [Element], _ widen: (Element) -> Double
  ) throws(ONNXProblem) -> [Double] {
    let dimensions = tensor.dims.map { Int($0) }
    let shape = dimensions.isEmpty ? "scalar" : dimensions.map(String.init).joined(separator: "x")
    let size = MemoryLayout<Element>.size
    let raw = tensor.rawData
    let found = raw.isEmpty ? "\(typed.count) values" : "\(raw.count) bytes"
    guard let count = elementCount(dimensions),
      raw.isEmpty ? typed.count == count : raw.count == count * size
    else {
      let expected =
        elementCount(dimensions).map { raw.isEmpty ? "\($0) values" : "\($0 * size) bytes" }
        ?? "more than can be held"
      throw ONNXProblem("wrong data length: \(found), shape \(shape) needs \(expected)")
    }
    guard !raw.isEmpty else { return typed.map(widen) }
    // ONNX stores little-endian numbers, as do all machines that Swift runs on.
    return raw.withUnsafeBytes { bytes in
      (0..<count).map { widen(bytes.loadUnaligned(fromByteOffset: $0 * size, as: Element.self)) }
    }
  }

  /// Why the values cannot be weights, or nil when all are finite.
  func problem(allowingInfinity: Bool = false) -> String? {
    guard !values.isFinite else { return nil }
    return values.withElements { elements in
      guard let at = elements.firstIndex(where: { $0.isNaN || !($0.isFinite || allowingInfinity) })
      else { return nil }
      let what = elements[at].isNaN ? "NaN" : "infinite"
      return "element \(at) is \(what); weights must be finite"
    }
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
