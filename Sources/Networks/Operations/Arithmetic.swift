import Tensors

/// The sum or difference of two tensors of one shape: ONNX `Add` and `Sub` of two variables.
public struct Add: AffineOperation {
  /// Whether the second input is subtracted.
  public var isDifference: Bool

  /// Creates a sum, or a difference.
  public init(isDifference: Bool = false) { self.isDifference = isDifference }

  public var name: String { isDifference ? "Sub" : "Add" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 2 else {
      throw ShapeMismatch("\(name) takes 2 inputs, got \(inputs.count)")
    }
    guard let shape = Shape.broadcast(inputs[0], inputs[1]) else {
      throw ShapeMismatch("shape mismatch: \(inputs[0]) against \(inputs[1])")
    }
    return shape
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    let (a, b) = inputs.alignedRanks()
    return isDifference && !magnitude ? a - b : a + b
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.unbroadcast(to: inputs[0]), (isDifference ? -rows : rows).unbroadcast(to: inputs[1])]
  }
}

/// The sum with a constant.
public struct AddConstant: AffineOperation {
  /// What is added, broadcast to the input.
  public var constant: ParameterID

  /// Creates a sum with a constant.
  public init(_ constant: ParameterID) { self.constant = constant }

  public var name: String { "AddConstant" }
  public var parameters: [ParameterID] { [constant] }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try inputs.only(name).broadcast(with: parameters(constant))
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    inputs[0].broadcastExample(with: parameters[constant].shape)
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [rows.unbroadcast(to: inputs[0])]
  }

  public func offset<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T? { parameters[constant] }
}

/// The product with a constant, or the quotient by one.
public struct MultiplyConstant: AffineOperation {
  /// The factor or divisor, broadcast to the input.
  public var constant: ParameterID
  /// Whether the input is divided by the constant.
  public var isQuotient: Bool

  /// Creates a product with a constant, or a quotient by one.
  public init(_ constant: ParameterID, isQuotient: Bool = false) {
    self.constant = constant
    self.isQuotient = isQuotient
  }

  public var name: String { isQuotient ? "DivConstant" : "MulConstant" }
  public var parameters: [ParameterID] { [constant] }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try inputs.only(name).broadcast(with: parameters(constant))
  }

  private func apply<T: TensorAlgebra>(_ x: T, _ parameters: Parameters<T>, magnitude: Bool) -> T {
    let factor = parameters.weight(constant, magnitude: magnitude)
    return isQuotient ? x / factor : x * factor
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    apply(
      inputs[0].broadcastExample(with: parameters[constant].shape), parameters, magnitude: magnitude
    )
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [apply(rows, parameters, magnitude: false).unbroadcast(to: inputs[0])]
  }
}

/// The negation: ONNX `Neg`.
public struct Negate: AffineOperation {
  /// Creates a negation.
  public init() {}
  public var name: String { "Neg" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    try inputs.only(name)
  }

  public func linear<T: TensorAlgebra>(
    _ inputs: [T], _ parameters: Parameters<T>, magnitude: Bool
  ) -> T {
    magnitude ? inputs[0] : -inputs[0]
  }

  public func adjoint<T: TensorAlgebra>(
    _ rows: T, inputs: [Shape], _ parameters: Parameters<T>
  ) -> [T] {
    [-rows]
  }
}

extension Shape {
  func broadcast(with other: Shape) throws(ShapeMismatch) -> Shape {
    guard let shape = Shape.broadcast(self, other) else {
      throw ShapeMismatch("shape mismatch: \(self) against \(other)")
    }
    return shape
  }
}

extension Array where Element: TensorAlgebra {
  /// Two batches with examples of equal rank, so that broadcasting aligns the batch axes.
  public func alignedRanks() -> (Element, Element) {
    let rank = Swift.max(self[0].shape.rank, self[1].shape.rank)
    return (self[0].paddingExampleRank(to: rank), self[1].paddingExampleRank(to: rank))
  }
}

extension TensorAlgebra {
  /// The batch with axes of extent 1 put between the batch axis and the example.
  func paddingExampleRank(to rank: Int) -> Self {
    guard shape.rank < rank else { return self }
    let ones = [Int](repeating: 1, count: rank - shape.rank)
    return reshaped(Shape([shape[0]] + ones + shape.dropping(1).dimensions))
  }

  /// The batch with each example broadcast to the shape it has beside a constant.
  func broadcastExample(with constant: Shape) -> Self {
    let example = shape.dropping(1)
    guard let target = Shape.broadcast(example, constant), target != example else { return self }
    return paddingExampleRank(to: target.rank + 1).broadcast(
      to: Shape([shape[0]] + target.dimensions))
  }

  /// The transpose of broadcasting: sums rows over the axes that an example was repeated along.
  public func unbroadcast(to example: Shape) -> Self {
    let own = shape.dropping(1)
    guard own != example else { return self }
    let lead = own.rank - example.rank
    var result = self
    for axis in 0..<own.rank where axis < lead || (example[axis - lead] == 1 && own[axis] != 1) {
      result = result.reduced(.sum, axis: axis + 1)
    }
    return result.reshaped(Shape([shape[0]] + example.dimensions))
  }
}
