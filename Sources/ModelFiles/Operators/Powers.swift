import Foundation
import Networks
import Tensors

extension ONNXImporter {
  func power(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let (base, exponent) = try aligned(node)
    switch (base, exponent) {
    case (.constant(let x), .constant(let y)): return [.constant(try constantPower(x, y))]
    case (.variable, .constant(let y)):
      guard let exponent = y.uniformValue, y.fits(shape(base)) else {
        throw ONNXProblem("different exponents for one tensor are not supported")
      }
      switch exponent {
      case 1: return [base]
      case 0.5: return [try apply(SquareRoot(), base)]
      case -1: return [try apply(Reciprocal(), base)]
      default: return [try apply(Power(exponent: exponent), base)]
      }
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
    guard node.flag("fmod") else {
      throw ONNXProblem("attribute fmod is 0, which the standard allows for integers only")
    }
    guard let divisor = try constant(node, 1, "divisor") else {
      throw ONNXProblem("it has no divisor")
    }
    guard let number = divisor.uniformValue, divisor.fits(shape(x)), number != 0, number.isFinite
    else { throw ONNXProblem("its divisor must be one number other than 0") }
    return [try apply(Remainder(divisor: number), x)]
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
}
