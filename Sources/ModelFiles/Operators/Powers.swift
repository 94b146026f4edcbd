import Foundation
import Networks
import Tensors

extension ONNXImporter {
  func power(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (base, exponent) = try aligned(node)
    switch (base, exponent) {
    case (.constant(let x), .constant(let y)): return [.constant(try constantPower(x, y))]
    case (.variable, .constant(let y)):
      return [
        try elementwise(base, y, of: "exponents") { (part, exponent) throws(ONNXProblem) in
          try power(part, to: exponent)
        }
      ]
    case (.constant(let x), .variable):
      guard x.values.scalars.allSatisfy({ $0 > 0 }) else {
        throw ONNXProblem("a base that is not positive is not supported")
      }
      return [try apply(Exponential(), multiply(exponent, .constant(x.mapped(Foundation.log))))]
    default:
      throw ONNXProblem("a power whose base and exponent both depend on the input is not supported")
    }
  }

  func remainder(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard case .variable = x else { return try constantRemainder(node) }
    guard node.flag("fmod") || opset >= 28 else {
      throw ONNXProblem(
        "attribute fmod is 0, which the standard allows for integers only before opset 28")
    }
    guard let divisor = try constant(node, 1, "divisor") else {
      throw ONNXProblem("it has no divisor")
    }
    guard divisor.values.scalars.allSatisfy({ $0 != 0 && $0.isFinite }) else {
      throw ONNXProblem("its divisor must be finite and not 0")
    }
    let roundsDown = !node.flag("fmod")
    return [
      try elementwise(x, divisor, of: "divisors") { (part, number) throws(ONNXProblem) in
        try apply(Remainder(divisor: number, roundsDown: roundsDown), part)
      }
    ]
  }

  /// The least integer not below, as the negated floor of the negated input, which loses nothing.
  func ceiling(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard case .variable = x else { return try constantCeiling(node) }
    return [try negate(apply(Floor(), negate(x)))]
  }

  func rounding(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard case .variable = x else { return try constantRounding(node) }
    return [try apply(RoundToEven(), x)]
  }

  /// A power with one exponent for all elements.
  func power(_ base: ONNXValue, to exponent: Double) throws(ONNXProblem) -> ONNXValue {
    switch exponent {
    case 1: return base
    case 0.5: return try apply(SquareRoot(), base)
    case -1: return try apply(Reciprocal(), base)
    default: return try apply(Power(exponent: exponent), base)
    }
  }

  /// An operation with a number for each element; elements of one number are taken together.
  ///
  /// - Parameter plural: What the numbers are called where there are too many.
  private func elementwise(
    _ base: ONNXValue, _ numbers: ONNXConstant, of plural: String,
    _ operation: (ONNXValue, Double) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> ONNXValue {
    if let number = numbers.uniformValue, numbers.fits(shape(base)) {
      return try operation(base, number)
    }
    guard let shape = Shape.broadcast(shape(base), numbers.shape) else {
      throw ONNXProblem("shape mismatch: \(shape(base)) against \(numbers.shape)")
    }
    let all = numbers.values.broadcast(to: shape).scalars
    var groups: [Double: [Int32]] = [:]
    for (place, number) in all.enumerated() { groups[number, default: []].append(Int32(place)) }
    guard !groups.isEmpty, groups.count <= 64 else {
      throw ONNXProblem("\(groups.count) different \(plural) for one tensor, expected 1 to 64")
    }
    let flat = try reshaped(broadcast(base, to: shape), [shape.count])
    let order = groups.keys.sorted()
    var parts: [ONNXValue] = []
    for number in order {
      let part = try selected(flat, axis: 0, groups[number] ?? [])
      parts.append(try operation(part, number))
    }
    let places = order.flatMap { groups[$0] ?? [] }
    var inverse = places
    for (index, place) in places.enumerated() { inverse[Int(place)] = Int32(index) }
    let joined = parts.count == 1 ? parts[0] : try apply(Concatenate(axis: 0), parts)
    return try reshaped(selected(joined, axis: 0, inverse), shape)
  }

  /// A power of constants: of integers by multiplication, of floats where it is exact.
  func constantPower(
    _ x: ONNXConstant, _ y: ONNXConstant
  ) throws(ONNXProblem) -> ONNXConstant {
    var isOpen = false
    var result = try combine(x, y, x.kind) { base, exponent in
      guard exponent == exponent.rounded(), abs(exponent) <= 64 else {
        let root = exponent == 0.5 ? x.type.rounded(base.squareRoot()) : .nan
        isOpen = isOpen || !root.isFinite
        return root
      }
      let power = (0..<Int(abs(exponent))).reduce(1.0) { value, _ in
        let next = value * base
        // Not exact, or not a number of the type: runtimes may round otherwise.
        isOpen = isOpen || value.isFinite && (-next).addingProduct(value, base) != 0
        return next
      }
      guard exponent < 0 else { return power }
      isOpen = isOpen || (x.kind == .integer && abs(power) != 1) || abs(exponent) > 1 || power == 0
      return x.type.rounded(1 / power)
    }
    result.type = x.type
    let fits = result.values.scalars.allSatisfy {
      $0.isFinite && x.type.rounded($0) == $0 && (x.type.isFloat || abs($0) <= 0x1p53)
    }
    guard fits, !isOpen else {
      throw ONNXProblem("a power of constants whose result is not exact is not supported")
    }
    return result
  }
}
