import Networks
import Tensors

// Constants are folded only where every runtime gets the same numbers: where nothing is rounded, and where one IEEE
// operation rounds in the type of the tensor. What else is computed from constants stays a computation, so that bounds
// treat its rounding like any other.
extension ONNXImporter {
  /// The result of an operation on constants, or nil where its rounding is open.
  ///
  /// - Parameter shape: The shape of the result.
  func folded(
    _ operation: any Networks.Operation, _ inputs: [ONNXConstant], _ shape: Shape
  ) throws(ONNXProblem) -> ONNXConstant? {
    let batches = inputs.map { $0.values.reshaped(Shape([1] + $0.shape.dimensions)) }
    let values = operation.evaluate(batches, built.parameters(as: Tensor<Double>.self))
      .reshaped(shape)
    let isMoving =
      operation is Reshape || operation is Transpose || operation is Selection
      || operation is Concatenate
    let isExact = inputs.allSatisfy(\.isExact)
    guard let type = inputs.first(where: \.type.isFloat)?.type else {
      if isMoving { return ONNXConstant(values: values, type: inputs[0].type).exact(isExact) }
      let type = inputs.first { $0.type.isInteger }?.type ?? inputs[0].type
      return try integers(values, from: inputs, type)
    }
    switch operation {
    case _ where isMoving: return ONNXConstant(values: values, type: type).exact(isExact)
    case is Negate, is ReLU, is Magnitude, is Sign, is Floor:
      return ONNXConstant(values: values, type: type).exact(isExact)
    case is Add, is Multiply, is SquareRoot, is Reciprocal:
      let rounded = values.mapped(foldingType(type).rounded(_:))
      let isOwn = isExact && operation.isExact(inputs.map(\.values), rounded)
      if !isOwn { isReadExactly = false }
      return ONNXConstant(values: rounded, type: type).exact(isOwn)
    case is Reduce, is MatrixProduct:
      guard isExactSum(inputs, terms: terms(operation, inputs), type) else { return nil }
      // A mean is exact where its quotient is.
      if (operation as? Reduce)?.isMean ?? false, values.count > 0 {
        let count = Double(inputs[0].shape.count / values.count)
        let short = values.scalars.allSatisfy { ($0 * 0x1p20).rounded() == $0 * 0x1p20 }
        guard short, count < 0x1p20 else { return nil }
        return ONNXConstant(values: values, type: type)
      }
      return ONNXConstant(values: values, type: type).exact(isExact)
    default: return nil
    }
  }

  /// The type that floats of the node at hand are rounded to.
  func foldingType(_ inputs: ElementType) -> ElementType {
    guard let stated = nodeType, stated.isFloat else { return inputs }
    return stated
  }

  private func integers(
    _ values: Tensor<Double>, from inputs: [ONNXConstant], _ type: ElementType
  ) throws(ONNXProblem) -> ONNXConstant {
    for input in inputs { try requireExact(input) }
    let result = ONNXConstant(values: values, type: type)
    try requireExact(result)
    return result
  }

  /// Refuses integers that are too large to be computed with exactly.
  func requireExact(_ x: ONNXConstant) throws(ONNXProblem) {
    guard x.type.isInteger else { return }
    let isExact = x.values.withElements { elements in
      elements.allSatisfy { $0 == $0.rounded() && abs($0) <= 0x1p53 }
    }
    guard isExact else { throw ONNXProblem("arithmetic on integer constants is not exact here") }
  }

  /// How many products or numbers a result is the sum of.
  private func terms(_ operation: any Networks.Operation, _ inputs: [ONNXConstant]) -> Int {
    operation is MatrixProduct ? inputs[0].shape[-1] : inputs[0].shape.count
  }

  /// Whether sums of so many products of elements of the inputs are exact in any order.
  ///
  /// Numbers that are multiples of one power of two, with sums below 2^24 of it, are added without rounding in single
  /// precision too.
  private func isExactSum(_ inputs: [ONNXConstant], terms: Int, _ type: ElementType) -> Bool {
    var (largest, unit) = (Double(terms), 1.0)
    for input in inputs {
      let elements = input.values.scalars
      guard elements.allSatisfy(\.isFinite) else { return false }
      guard let top = elements.map(\.magnitude).max(), top > 0 else { return true }
      let least = elements.filter { $0 != 0 }.map { $0.ulpOfLastBit }.min() ?? 1
      largest *= top
      unit *= least
    }
    return unit > 0 && largest / unit <= (type == .float || type == .double ? 0x1p24 : 0x1p8)
  }
}

extension Networks.Operation {
  /// Whether a sum, a product, a root or a reciprocal of numbers was not rounded.
  fileprivate func isExact(_ inputs: [Tensor<Double>], _ result: Tensor<Double>) -> Bool {
    let operands = inputs.map { $0.broadcast(to: result.shape).scalars }
    let isDifference = (self as? Add)?.isDifference ?? false
    return result.scalars.enumerated().allSatisfy { index, value in
      let (a, b) = (operands[0][index], operands[operands.count - 1][index])
      switch self {
      case is Add:
        // The error of a sum is a double, which these differences find (Knuth).
        let addend = isDifference ? -b : b
        let own = value - a
        return value.isFinite && a + addend == value && (a - (value - own)) + (addend - own) == 0
      case is Multiply: return value.isProduct(of: a, b)
      case is SquareRoot: return a.isProduct(of: value, value)
      default: return 1.0.isProduct(of: value, a)
      }
    }
  }
}

extension Double {
  /// Whether this is the exact product of two numbers. Says no to what is too small for its error to be a double.
  fileprivate func isProduct(of a: Double, _ b: Double) -> Bool {
    guard a != 0, b != 0 else { return self == 0 && a.isFinite && b.isFinite }
    return isFinite && abs(self) > 0x1p-900 && (-self).addingProduct(a, b) == 0
  }

  /// The power of two that the last bit set of a number stands for.
  fileprivate var ulpOfLastBit: Double {
    let zeros = significandBitPattern == 0 ? 52 : significandBitPattern.trailingZeroBitCount
    return Double(sign: .plus, exponent: max(Int(exponent) - 52 + zeros, -1022), significand: 1)
  }
}

extension Tensor where Scalar == Double {
  /// The tensor with a function applied to every element.
  func mapped(_ function: (Double) -> Double) -> Tensor<Double> {
    Tensor(shape, scalars.map(function))
  }
}
