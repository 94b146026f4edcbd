import Networks
import Tensors

// Reductions. Maxima are those of windows, so that every analysis of `MaxPool` reads them.
extension ONNXImporter {
  func reduceMaximum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try reduced(node, empty: { $0 }) { (groups) throws(ONNXProblem) in try largest(groups) }
  }

  func reduceMinimum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try reduced(node, empty: { $0 }) { (groups) throws(ONNXProblem) in
      try negate(largest(negate(groups)))
    }
  }

  func reduceL1(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try summed(node, { (x) throws(ONNXProblem) in try apply(Magnitude(), x) }, { $0 })
  }

  func reduceL2(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try summed(
      node, { (x) throws(ONNXProblem) in try apply(Power(exponent: 2), x) },
      { (sum) throws(ONNXProblem) in try apply(SquareRoot(), sum) })
  }

  func reduceSumSquare(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try summed(node, { (x) throws(ONNXProblem) in try apply(Power(exponent: 2), x) }, { $0 })
  }

  func reduceLogSum(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    try summed(node, { $0 }, { (sum) throws(ONNXProblem) in try apply(Logarithm(), sum) })
  }

  func reduceLogSumExp(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    // Over no axes the logarithm undoes the exponential.
    try reduced(node, empty: { $0 }) { (groups) throws(ONNXProblem) in
      try apply(LogSumExp(axis: 1), groups)
    }
  }

  func reduceProduct(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    if case .constant = try input(node, 0) { return try constantProduct(node) }
    return try reduced(node, empty: { $0 }) { (groups) throws(ONNXProblem) in
      let count = shape(groups)[1]
      guard count <= 64 else {
        throw ONNXProblem("a product of \(count) factors is not supported; 64 are")
      }
      var factors: [ONNXValue] = []
      for index in 0..<Int32(count) { factors.append(try selected(groups, axis: 1, [index])) }
      while factors.count > 1 {
        var products: [ONNXValue] = []
        for pair in stride(from: 0, to: factors.count, by: 2) {
          let isLast = pair + 1 == factors.count
          products.append(
            isLast ? factors[pair] : try multiply(factors[pair], factors[pair + 1]))
        }
        factors = products
      }
      return factors[0]
    }
  }

  /// A sum over axes of a function of every element, and a function of the sum.
  private func summed(
    _ node: ONNXNode, _ before: (ONNXValue) throws(ONNXProblem) -> ONNXValue,
    _ after: (ONNXValue) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> [ONNXValue] {
    let x = try before(input(node, 0))
    guard let axes = try reducedAxes(node) else { return [try after(x)] }
    let keeps = node.flag("keepdims", default: true)
    return [try after(apply(Reduce(axes: axes, keepingAxes: keeps, isMean: false), x))]
  }

  /// The axes of a reduction, in order; nil where there are none, and the rest of the operation is all that is left.
  private func reducedAxes(_ node: ONNXNode) throws(ONNXProblem) -> [Int]? {
    let rank = shape(try input(node, 0)).rank
    let stated = try axes(node, rank: rank) ?? []
    if stated.isEmpty && node.flag("noop_with_empty_axes") { return nil }
    return stated.isEmpty ? Array(0..<rank) : stated.sorted()
  }

  /// A reduction of groups, `[groups, elements]` to `[groups, 1]`.
  ///
  /// - Parameter empty: What is left of the operation where it reduces no axes.
  private func reduced(
    _ node: ONNXNode, empty: (ONNXValue) throws(ONNXProblem) -> ONNXValue,
    _ reduction: (ONNXValue) throws(ONNXProblem) -> ONNXValue
  ) throws(ONNXProblem) -> [ONNXValue] {
    let x = try input(node, 0)
    guard let axes = try reducedAxes(node) else { return [try empty(x)] }
    let input = shape(x)
    let kept = (0..<input.rank).filter { !axes.contains($0) }
    let size = axes.reduce(1) { $0 * input[$1] }
    guard size > 0 else { throw ONNXProblem("a reduction over no elements") }
    let groups: Shape = [kept.reduce(1) { $0 * input[$1] }, size]
    let result = try reduction(reshaped(permuted(x, kept + axes), groups))
    var target = input
    for axis in axes { target[axis] = 1 }
    if !node.flag("keepdims", default: true) { target = Shape(kept.map { input[$0] }) }
    return [try reshaped(result, target).kept(as: x)]
  }

  /// The largest of each group, by windows that are the rows of an image.
  private func largest(_ groups: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    let (count, size) = (shape(groups)[0], shape(groups)[1])
    if case .constant(let constant) = groups {
      // Exact, and with infinities: the largest of a row of a mask tells whether anything is left of it.
      let all = constant.values.scalars
      let largest = (0..<count).map { row in
        all[row * size..<(row + 1) * size].reduce(-.infinity) { $0.isNaN || $1 < $0 ? $0 : $1 }
      }
      return .constant(ONNXConstant(values: Tensor([count, 1], largest), type: constant.type))
    }
    let window = PoolingWindow(
      size: [1, size], geometry: ConvolutionGeometry(stride: [1, size]))
    let image = try reshaped(groups, [1, 1, count, size])
    return try reshaped(apply(MaxPool(window), image), [count, 1])
  }
}
