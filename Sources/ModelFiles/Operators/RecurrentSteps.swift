import Networks
import Tensors

// One step of each kind of recurrence, from the operations that a network has. `x` is what the inputs of the step
// add to the gates, bias included.

extension ONNXImporter {
  /// What the state adds to the gates.
  func fromState(
    _ state: ONNXValue, _ direction: RecurrentNode.Direction
  ) throws(ONNXProblem) -> ONNXValue {
    try add(product(state, .constant(direction.recurrence)), .constant(direction.stateBias))
  }

  func activated(_ x: ONNXValue, _ name: String) throws(ONNXProblem) -> ONNXValue {
    switch name {
    case "sigmoid": try apply(Sigmoid(), x)
    case "relu": try apply(ReLU(), x)
    default: try apply(Tanh(), x)
    }
  }

  /// One of several gates that lie one behind the other.
  private func gate(
    _ gates: ONNXValue, _ index: Int, _ hidden: Int
  ) throws(ONNXProblem) -> ONNXValue {
    try selected(
      gates, axis: shape(gates).rank - 1,
      (index * hidden..<(index + 1) * hidden).map { Int32($0) })
  }

  /// `1 - x`.
  private func complement(_ x: ONNXValue) throws(ONNXProblem) -> ONNXValue {
    try subtract(.constant(.scalar(1)), x)
  }

  /// Gates are input, output, forget and cell.
  func longShortTermMemoryStep(
    _ node: RecurrentNode, _ direction: RecurrentNode.Direction, _ x: ONNXValue,
    _ state: RecurrentNode.State
  ) throws(ONNXProblem) -> RecurrentNode.State {
    let sums = try add(x, fromState(state.hidden, direction))
    /// A gate with what the cell adds to it through its peephole.
    func opened(_ index: Int, _ cell: ONNXValue) throws(ONNXProblem) -> ONNXValue {
      var sum = try gate(sums, index, node.hidden)
      if let peephole = direction.peephole {
        let factor = try gate(.constant(peephole), index, node.hidden)
          .called("\(direction.name).peephole \(index)")
        sum = try add(sum, multiply(cell, factor))
      }
      return try activated(sum, direction.activations[0])
    }
    let input = try opened(0, state.cell)
    let forget = node.couplesForget ? try complement(input) : try opened(2, state.cell)
    let candidate = try activated(gate(sums, 3, node.hidden), direction.activations[1])
    let cell = try add(multiply(forget, state.cell), multiply(input, candidate))
    let output = try opened(1, cell)
    let hidden = try multiply(output, activated(cell, direction.activations[2]))
    return RecurrentNode.State(hidden: hidden, cell: cell)
  }

  /// Gates are update, reset and hidden.
  func gatedRecurrentStep(
    _ node: RecurrentNode, _ direction: RecurrentNode.Direction, _ x: ONNXValue,
    _ state: RecurrentNode.State
  ) throws(ONNXProblem) -> RecurrentNode.State {
    let own = try fromState(state.hidden, direction)
    func opened(_ index: Int) throws(ONNXProblem) -> ONNXValue {
      try activated(
        add(gate(x, index, node.hidden), gate(own, index, node.hidden)), direction.activations[0])
    }
    let (update, reset) = (try opened(0), try opened(1))
    let recalled: ONNXValue
    if node.resetsAfterProduct {
      recalled = try multiply(reset, gate(own, 2, node.hidden))
    } else {
      let matrix = try gate(.constant(direction.recurrence), 2, node.hidden)
        .called("\(direction.name).candidate")
      let bias = try gate(.constant(direction.stateBias), 2, node.hidden)
        .called("\(direction.name).candidate bias")
      recalled = try add(product(multiply(reset, state.hidden), matrix), bias)
    }
    let candidate = try activated(
      add(gate(x, 2, node.hidden), recalled), direction.activations[1])
    let hidden = try add(
      multiply(complement(update), candidate), multiply(update, state.hidden))
    return RecurrentNode.State(hidden: hidden, cell: state.cell)
  }
}

extension ONNXValue {
  /// A constant with a name, so that all its readers share one parameter.
  fileprivate func called(_ name: String) -> ONNXValue {
    guard case .constant(var constant) = self else { return self }
    constant.name = name
    return .constant(constant)
  }
}
