import Tensors

extension Network {
  /// With products of a number and its own gate, and choices that make up a softplus, as the one function that they are.
  ///
  /// Exporters write `x sigmoid(k x)`, `x (1 + erf(k x)) / 2` and `x tanh(softplus(x))` step by step. The function of one
  /// number has much tighter lines than a product whose factors are bounded apart. Factors are multiplied in doubles, each product within
  /// the normal numbers, so that a function's constants are off by their rounding alone; sums of constants must be exact, since a rounded one may have
  /// lost what matters, and what is no gate exactly is left as it is.
  public func recognizingGates() -> Network {
    let hasGates = nodes.contains {
      $0.operation is Sigmoid || $0.operation is Erf || $0.operation is Tanh
    }
    let hasChoices = nodes.contains { $0.operation is Choose }
    guard hasGates || hasChoices else { return self }
    return rewritten { node, rebuilder in
      if hasGates, let gate = gate(at: node) {
        let value = rebuilder.add(gate.function, [rebuilder.newNode(gate.input)], for: node)
        guard gate.factor != 1 else { return rebuilder.stand(value, for: node) }
        let factor = rebuilder.addParameter(
          "\(nodes[node].name).factor", Tensor([1], [gate.factor]),
          error: ParameterError(roundings: 8))
        return rebuilder.stand(
          rebuilder.add(MultiplyConstant(factor), [value], for: node), for: node)
      }
      if hasChoices, let softplus = softplus(at: node) {
        return rebuilder.replace(node, by: softplus.function, reading: [softplus.input])
      }
      rebuilder.keep(node)
    }
  }

  // MARK: Gates

  private struct Recognized {
    var function: any Operation
    var input: Int
    /// What the function is multiplied by.
    var factor = 1.0
  }

  /// The gated number that a product is.
  private func gate(at node: Int) -> Recognized? {
    guard nodes[node].operation is Multiply || nodes[node].operation is MultiplyConstant else {
      return nil
    }
    let product = product(at: node)
    guard product.nodes.count == 2,
      nodes[product.nodes[0]].shape == nodes[node].shape,
      nodes[product.nodes[1]].shape == nodes[node].shape
    else { return nil }
    for (x, gate) in [(0, 1), (1, 0)].map({ (product.nodes[$0], product.nodes[$1]) }) {
      if let found = gated(x, by: gate, factor: product.factor) { return found }
    }
    return nil
  }

  private func gated(_ x: Int, by gate: Int, factor: Double) -> Recognized? {
    let line = line(at: gate)
    guard let function = nodes[line.input].operation, let inner = nodes[line.input].inputs.first
    else { return nil }
    let inside = self.line(at: inner)
    /// Whether the gate is the function plus as much.
    func follows(_ multiple: Double) -> Bool {
      inside.input == x && inside.isShifted(by: 0) && line.isShifted(by: multiple)
    }
    // A factor that is 0, or has left the normal numbers, says nothing of the product.
    guard [factor, line.factor, inside.factor, factor * line.factor].allSatisfy(\.isNormal) else {
      return nil
    }
    switch function {
    case is Sigmoid where follows(0):
      return Recognized(
        function: GatedLinear(sharpness: inside.factor), input: x, factor: factor * line.factor)
    case is Erf where follows(1) && inside.factor > 0:
      return Recognized(
        function: Gelu(sharpness: inside.factor), input: x, factor: 2 * factor * line.factor)
    case is Tanh:
      guard let softplus = nodes[inner].operation as? Softplus, softplus == Softplus(),
        nodes[inner].inputs == [x], line.isShifted(by: 0)
      else { return nil }
      return Recognized(function: Mish(), input: x, factor: factor * line.factor)
    default: return nil
    }
  }

  /// The factors of a product, constant ones as one number.
  private func product(at node: Int) -> (factor: Double, nodes: [Int]) {
    switch nodes[node].operation {
    case is Multiply:
      let parts = nodes[node].inputs.map(product(at:))
      guard parts.count == 2, parts.reduce(0, { $0 + $1.nodes.count }) <= 2,
        (parts[0].factor * parts[1].factor).isNormal
      else {
        return (1, [node])
      }
      return (parts[0].factor * parts[1].factor, parts[0].nodes + parts[1].nodes)
    case let scale as MultiplyConstant:
      guard let number = number(scale), nodes[nodes[node].inputs[0]].shape == nodes[node].shape
      else { return (1, [node]) }
      let part = product(at: nodes[node].inputs[0])
      guard (part.factor * number).isNormal else { return (1, [node]) }
      return (part.factor * number, part.nodes)
    default: return (1, [node])
    }
  }

  /// A node as a multiple of another plus a number.
  private struct Line {
    /// A normal number; off by its rounding alone where it is not exact.
    var factor = 1.0
    /// Exact.
    var shift = 0.0
    var isExact = true
    var input: Int

    /// Whether the number that is added is a multiple of the factor, exactly; 0 is whatever the factor is.
    func isShifted(by multiple: Double) -> Bool {
      shift == factor * multiple && (multiple == 0 || (isExact && abs(multiple) == 1))
    }
  }

  /// A node as a multiple of another plus a number, as far back as that goes with a normal factor and an exact number.
  private func line(at node: Int) -> Line {
    var line = Line(input: node)
    while let before = nodes[line.input].inputs.first,
      nodes[before].shape == nodes[line.input].shape
    {
      switch nodes[line.input].operation {
      case let scale as MultiplyConstant:
        guard let number = parameters[scale.constant.index].value.uniform, number.isNormal else {
          return line
        }
        let next = scale.isQuotient ? line.factor / number : line.factor * number
        guard next.isNormal else { return line }
        let isExact =
          scale.isQuotient
          ? line.factor.isExactProduct(of: next, number)
          : next.isExactProduct(of: line.factor, number)
        (line.factor, line.isExact) = (next, line.isExact && isExact)
      case let sum as AddConstant:
        guard let number = parameters[sum.constant.index].value.uniform else { return line }
        if number != 0 {
          let part = line.factor * number
          let next = line.shift + part
          guard line.isExact, part.isExactProduct(of: line.factor, number),
            next.isExactSum(of: line.shift, part)
          else { return line }
          line.shift = next
        }
      case is Negate: line.factor = -line.factor
      default: return line
      }
      line.input = before
    }
    return line
  }

  private func number(_ scale: MultiplyConstant) -> Double? {
    guard let number = parameters[scale.constant.index].value.uniform else { return nil }
    return scale.isQuotient ? 1 / number : number
  }

  // MARK: Softplus

  /// The softplus that a choice between `x` and `log(1 + exp(k x)) / k` is, the first where `k x` is above a threshold.
  private func softplus(at node: Int) -> Recognized? {
    guard nodes[node].operation is Choose else { return nil }
    let (choice, x, other) = (
      nodes[node].inputs[0], nodes[node].inputs[1], nodes[node].inputs[2]
    )
    guard let step = nodes[choice].operation as? Step, !step.includesZero,
      nodes[choice].shape == nodes[node].shape, nodes[other].shape == nodes[node].shape
    else { return nil }
    let condition = line(at: nodes[choice].inputs[0])
    let outer = line(at: other)
    guard condition.input == x, condition.isExact, condition.factor > 0, condition.shift < 0,
      outer.isShifted(by: 0),
      nodes[outer.input].operation is Logarithm
    else { return nil }
    let sum = line(at: nodes[outer.input].inputs[0])
    guard sum.factor == 1, sum.isShifted(by: 1), nodes[sum.input].operation is Exponential else {
      return nil
    }
    let inner = line(at: nodes[sum.input].inputs[0])
    let sharpness = condition.factor
    guard inner.input == x, inner.isExact, inner.isShifted(by: 0), inner.factor == sharpness,
      abs(outer.factor * sharpness - 1) <= .ulpOfOne
    else { return nil }
    return Recognized(
      function: Softplus(sharpness: sharpness, threshold: -condition.shift), input: x)
  }
}

extension Tensor<Double> {
  /// The value that all elements have, or nil when they differ or there are none.
  fileprivate var uniform: Double? {
    guard count > 0 else { return nil }
    return withElements { elements in
      elements.allSatisfy { $0 == elements[0] } ? elements[0] : nil
    }
  }
}
