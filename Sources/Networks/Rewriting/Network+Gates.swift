import Tensors

extension Network {
  /// With products of a number and its own gate, and choices that make up a softplus, as the one function that they are.
  ///
  /// Exporters write `x sigmoid(k x)`, `x (1 + erf(k x)) / 2` and `x tanh(softplus(x))` step by step. The function of one
  /// number has much tighter lines than a product whose factors are bounded apart. Constants are taken as they are, so
  /// that nothing but rounding changes.
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
          "\(nodes[node].name).factor", Tensor([1], [gate.factor]))
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
    func follows(_ shift: Double) -> Bool {
      inside.input == x && inside.shift == 0 && line.shift == shift
    }
    switch function {
    case is Sigmoid where follows(0):
      return Recognized(
        function: GatedLinear(sharpness: inside.factor), input: x, factor: factor * line.factor)
    case is Erf where follows(line.factor) && inside.factor > 0:
      return Recognized(
        function: Gelu(sharpness: inside.factor), input: x, factor: 2 * factor * line.factor)
    case is Tanh:
      guard let softplus = nodes[inner].operation as? Softplus, softplus == Softplus(),
        nodes[inner].inputs == [x], line.shift == 0
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
      guard parts.count == 2, parts.reduce(0, { $0 + $1.nodes.count }) <= 2 else {
        return (1, [node])
      }
      return (parts[0].factor * parts[1].factor, parts[0].nodes + parts[1].nodes)
    case let scale as MultiplyConstant:
      guard let number = number(scale), nodes[nodes[node].inputs[0]].shape == nodes[node].shape
      else { return (1, [node]) }
      let part = product(at: nodes[node].inputs[0])
      return (part.factor * number, part.nodes)
    default: return (1, [node])
    }
  }

  /// A node as a multiple of another plus a number, as far back as that goes.
  private func line(at node: Int) -> (factor: Double, shift: Double, input: Int) {
    var (factor, shift, input) = (1.0, 0.0, node)
    while let before = nodes[input].inputs.first, nodes[before].shape == nodes[input].shape {
      switch nodes[input].operation {
      case let scale as MultiplyConstant:
        guard let number = number(scale) else { return (factor, shift, input) }
        factor *= number
      case let sum as AddConstant:
        guard let number = parameters[sum.constant.index].value.uniform else {
          return (factor, shift, input)
        }
        shift += factor * number
      case is Negate: factor = -factor
      default: return (factor, shift, input)
      }
      input = before
    }
    return (factor, shift, input)
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
    guard condition.input == x, condition.factor > 0, condition.shift < 0, outer.shift == 0,
      nodes[outer.input].operation is Logarithm
    else { return nil }
    let sum = line(at: nodes[outer.input].inputs[0])
    guard sum.factor == 1, sum.shift == 1, nodes[sum.input].operation is Exponential else {
      return nil
    }
    let inner = line(at: nodes[sum.input].inputs[0])
    let sharpness = condition.factor
    guard inner.input == x, inner.shift == 0, inner.factor == sharpness,
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
