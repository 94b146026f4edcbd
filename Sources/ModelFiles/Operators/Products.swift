import Networks
import Tensors

extension ONNXImporter {
  func permuted(_ x: ONNXValue, _ permutation: [Int]) throws(ONNXProblem) -> ONNXValue {
    if permutation == Array(permutation.indices), permutation.count == shape(x).rank { return x }
    let result = try apply(Transpose(permutation), x)
    guard case .constant(let before) = x, case .constant(var after) = result else { return result }
    // A transposed weight is the same weight to a reader of messages.
    after.name = before.name
    return .constant(after)
  }

  func swappingLastAxes(_ x: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    let rank = shape(x).rank
    return try permuted(x, Array(0..<rank - 2) + [rank - 1, rank - 2])
  }

  func reshaped(_ x: ONNXValue, _ target: Shape) throws(ONNXProblem) -> ONNXValue {
    target == shape(x) ? x : try apply(Reshape(to: target), x)
  }

  /// The product over the last two axes by NumPy's rule.
  func product(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    let (left, right) = (shape(a), shape(b))
    guard left.rank >= 1, right.rank >= 1 else {
      throw ONNXProblem("shape mismatch: a product of \(left) and \(right)")
    }
    // A vector on the right is a column, one on the left a row.
    if right.rank == 1 {
      let column = try product(a, reshaped(b, [right[0], 1]))
      return try reshaped(column, Shape(Array(shape(column).dimensions.dropLast())))
    }
    if case .constant(let weight) = b, case .variable = a,
      weight.shape.dropLast(2).count == 1, weight.shape.rank <= max(2, left.rank)
    {
      return try linear(a, weight, bias: nil)
    }
    if left.rank == 1 {
      let row = try product(reshaped(a, [1, left[0]]), b)
      var target = shape(row)
      target.dimensions.remove(at: target.rank - 2)
      return try reshaped(row, target)
    }
    switch (a, b) {
    case (.constant(let weight), .variable)
    where weight.shape.dropLast(2).count == 1 && left.rank <= right.rank:
      let transposed = try swappingLastAxes(.constant(weight))
      return try swappingLastAxes(product(swappingLastAxes(b), transposed))
    case (.constant, .variable), (.variable, .constant):
      return try batchedProduct(a, b)
    default: return try apply(MatrixProduct(), [a, b])
    }
  }

  /// A product by a stack of constant matrices, as a multiplication and a sum over the inner axis.
  private func batchedProduct(_ a: ONNXValue, _ b: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    let (left, right) = (shape(a), shape(b))
    guard left[-1] == right[-2] else {
      throw ONNXProblem(
        "shape mismatch: \(left[-1]) against \(right[-2]) (\(left) times \(right))")
    }
    let rows = try reshaped(a, Shape(left.dimensions + [1]))
    var spread = right
    spread.dimensions.insert(1, at: spread.rank - 2)
    let products = try multiply(rows, reshaped(b, spread))
    return try apply(
      Reduce(axes: [shape(products).rank - 2], keepingAxes: false, isMean: false), products)
  }

  /// The last axis times a matrix, whose leading axes have extent 1, plus a vector.
  private func linear(
    _ x: ONNXValue, _ weight: ONNXConstant, bias: ONNXConstant?
  ) throws(ONNXProblem) -> ONNXValue {
    var matrix = weight.reshaped(Shape(Array(weight.shape.dimensions.suffix(2))))
    matrix.name = weight.name
    let bias = try bias.map { (bias) throws(ONNXProblem) in try parameter(bias, "bias") }
    return try apply(Linear(weight: parameter(matrix, "weight"), bias: bias), x)
  }

  func matrixProduct(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    [try product(input(node, 0), input(node, 1))]
  }

  func generalProduct(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    var (a, b) = (try input(node, 0), try input(node, 1))
    guard shape(a).rank == 2, shape(b).rank == 2 else {
      throw ONNXProblem("shape mismatch: \(shape(a)) times \(shape(b)), expected two matrices")
    }
    if node.flag("transA") { a = try swappingLastAxes(a) }
    if node.flag("transB") { b = try swappingLastAxes(b) }
    let alpha = node.float("alpha", default: 1)
    let addend = try optional(node, 2).map { (c) throws(ONNXProblem) in
      try scale(c, by: node.float("beta", default: 1)).named(as: c)
    }
    if case .variable = a, case .constant(let matrix) = b {
      let weight = alpha == 1 ? matrix : matrix.mapped { alpha * $0 }
      if case .constant(let bias) = addend, bias.fits([1, weight.shape[1]]) {
        var vector = ONNXConstant(
          values: bias.values.broadcast(to: [1, weight.shape[1]]), kind: .float
        ).reshaped([weight.shape[1]]).exact(bias.isExact)
        vector.name = bias.name
        return [try linear(a, weight, bias: vector)]
      }
      let result = try linear(a, weight, bias: nil)
      return [try addend.map { (c) throws(ONNXProblem) in try add(result, c) } ?? result]
    }
    let result = try scale(product(a, b), by: alpha)
    return [try addend.map { (c) throws(ONNXProblem) in try add(result, c) } ?? result]
  }
}

extension ONNXValue {
  /// A constant with the name of another where it is only scaled.
  func named(as other: ONNXValue) -> ONNXValue {
    guard case .constant(var own) = self, case .constant(let source) = other else { return self }
    if own.values == source.values { own.name = source.name }
    return .constant(own)
  }
}

extension Shape {
  func dropLast(_ count: Int) -> Shape { Shape(Array(dimensions.dropLast(count))) }
}
