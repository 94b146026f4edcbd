import Foundation
import Networks
import Tensors

/// A tensor known when the file is read.
///
/// Every value is held as a `Double`: exact for all floating-point types and for integers up to 2^53. Larger ones are infinite: they
/// may say "to the end", and whatever computes or compares refuses them.
struct ONNXConstant {
  /// What the values are, roughly; integers divide with truncation.
  enum Kind { case float, integer, boolean }

  var values: Tensor<Double>
  /// What the values are in the file.
  var type: ElementType
  /// The name in the file; empty for a computed constant.
  var name = ""
  /// Whether the values are numbers of the file as they stand there, moved or negated perhaps, or computed from such without rounding.
  var isExact = false

  init(values: Tensor<Double>, type: ElementType, name: String = "") {
    self.values = values
    self.type = type
    self.name = name
  }

  init(values: Tensor<Double>, kind: Kind, name: String = "") {
    self.init(values: values, type: Self.usualType(kind), name: name)
  }

  var kind: Kind {
    get { type == .boolean ? .boolean : type.isInteger ? .integer : .float }
    set { if newValue != kind { type = Self.usualType(newValue) } }
  }

  private static func usualType(_ kind: Kind) -> ElementType {
    switch kind {
    case .float: .float
    case .integer: .int64
    case .boolean: .boolean
    }
  }

  var shape: Shape { values.shape }

  /// A list of integers, such as a shape.
  static func integers(_ values: [Int]) -> ONNXConstant {
    ONNXConstant(values: Tensor([values.count], values.map(double(_:))), kind: .integer)
  }

  /// An integer, or an infinity for one that is not computed with.
  static func double(_ x: some BinaryInteger) -> Double {
    x.magnitude <= 1 << 53 ? Double(x) : x < 0 ? -.infinity : .infinity
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
    ONNXConstant(values: values.reshaped(shape), type: type).exact(isExact)
  }

  /// The constant with a note on whether its values are the file's own.
  func exact(_ isExact: Bool) -> ONNXConstant {
    var copy = self
    copy.isExact = isExact
    return copy
  }

  /// Why the values cannot be weights, or nil when all are finite.
  func problem(allowingInfinity: Bool = false) -> String? {
    guard !values.isFinite else { return nil }
    return values.withElements { elements in
      guard let at = elements.firstIndex(where: { $0.isNaN || !($0.isFinite || allowingInfinity) })
      else { return nil }
      guard !type.isInteger else {
        return "element \(at) is a whole number beyond 2^53, which nothing is computed from"
      }
      let what = elements[at].isNaN ? "NaN" : "infinite"
      return "element \(at) is \(what); weights must be finite"
    }
  }
}
