import Networks
import Tensors

/// The attributes and constants of a recurrent node: `LSTM`, `GRU` or `RNN`.
struct RecurrentNode {
  /// The constants of one direction; gates lie one behind the other along the last axis.
  struct Direction {
    /// A name for its constants: those of one name are one parameter, whatever the number of steps.
    var name: String
    /// `[inputs, gates * hidden]`.
    var weight: ONNXConstant
    /// `[hidden, gates * hidden]`.
    var recurrence: ONNXConstant
    /// `[gates * hidden]`, for the inputs and for the state.
    var bias: ONNXConstant
    var stateBias: ONNXConstant
    /// What the cell adds to the input, output and forget gates, `[3 * hidden]`; nil for nothing.
    var peephole: ONNXConstant?
    var activations: [String]
    var isReversed: Bool
  }

  /// What follows the state of a step.
  struct State {
    var hidden: ONNXValue
    var cell: ONNXValue
  }

  var hidden: Int
  var couplesForget: Bool
  var resetsAfterProduct: Bool
  var directions: [Direction]
}

extension ONNXImporter {
  func longShortTermMemory(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let cell = try recurrent(node, gates: 4, defaults: ["Sigmoid", "Tanh", "Tanh"])
    return try unrolled(node, cell) { (direction, x, state) throws(ONNXProblem) in
      try self.longShortTermMemoryStep(cell, direction, x, state)
    }
  }

  func gatedRecurrentUnit(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let cell = try recurrent(node, gates: 3, defaults: ["Sigmoid", "Tanh"])
    return try unrolled(node, cell) { (direction, x, state) throws(ONNXProblem) in
      try self.gatedRecurrentStep(cell, direction, x, state)
    }
  }

  func plainRecurrence(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    let cell = try recurrent(node, gates: 1, defaults: ["Tanh"])
    return try unrolled(node, cell) { (direction, x, state) throws(ONNXProblem) in
      let sum = try self.add(x, self.fromState(state.hidden, direction))
      let hidden = try self.activated(sum, direction.activations[0])
      return RecurrentNode.State(hidden: hidden, cell: state.cell)
    }
  }

  // MARK: Reading

  private func recurrent(
    _ node: ONNXNode, gates: Int, defaults: [String]
  ) throws(ONNXProblem) -> RecurrentNode {
    guard !node.has("clip") else { throw ONNXProblem("attribute clip is not supported") }
    let kinds: [Bool]
    switch node.string("direction", default: "forward").lowercased() {
    case "forward": kinds = [false]
    case "reverse": kinds = [true]
    case "bidirectional": kinds = [false, true]
    case let other: throw ONNXProblem("direction \(other) is not known")
    }
    guard let w = try constant(node, 1, "weights"), let r = try constant(node, 2, "recurrence")
    else { throw ONNXProblem("it has no weights") }
    let hidden = node.integer("hidden_size", default: r.shape.rank == 3 ? r.shape[2] : 0)
    let rows = gates * hidden
    guard hidden > 0, w.shape.rank == 3, w.shape[0] == kinds.count, w.shape[1] == rows,
      r.shape == [kinds.count, rows, hidden]
    else {
      throw ONNXProblem(
        "shape mismatch: weights \(w.shape) and recurrence \(r.shape) for hidden size \(hidden)")
    }
    let b = try constant(node, 3, "bias")
    guard b.map({ $0.shape == [kinds.count, 2 * rows] }) ?? true else {
      throw ONNXProblem("shape mismatch: bias of \(rows) rows")
    }
    let peephole = gates == 4 ? try constant(node, 7, "peephole") : nil
    guard peephole.map({ $0.shape == [kinds.count, 3 * hidden] }) ?? true else {
      throw ONNXProblem("shape mismatch: peephole weights for hidden size \(hidden)")
    }
    let names = try activationNames(node, count: kinds.count, defaults: defaults)
    var result = RecurrentNode(
      hidden: hidden, couplesForget: node.flag("input_forget"),
      resetsAfterProduct: node.flag("linear_before_reset"), directions: [])
    for (at, isReversed) in kinds.enumerated() {
      let name = "\(node.name).\(isReversed ? "backward" : "forward")"
      func part(_ constant: ONNXConstant?, _ range: Range<Int>, _ role: String) -> ONNXConstant {
        let values =
          constant?.values.sliced(at..<at + 1, axis: 0).sliced(range, axis: 1)
          ?? Tensor(repeating: 0, [1, range.count])
        return ONNXConstant(
          values: values.reshaped(values.shape.dropping(1)), kind: .float, name: "\(name).\(role)")
      }
      func transposed(_ constant: ONNXConstant, _ role: String) -> ONNXConstant {
        var matrix = part(constant, 0..<rows, role)
        matrix.values = matrix.values.transposed([1, 0])
        return matrix
      }
      result.directions.append(
        RecurrentNode.Direction(
          name: name, weight: transposed(w, "weight"), recurrence: transposed(r, "recurrence"),
          bias: part(b, 0..<rows, "bias"), stateBias: part(b, rows..<2 * rows, "state bias"),
          peephole: peephole.map { part($0, 0..<3 * hidden, "peephole") },
          activations: Array(names[at * defaults.count..<(at + 1) * defaults.count]),
          isReversed: isReversed))
    }
    return result
  }

  private func activationNames(
    _ node: ONNXNode, count: Int, defaults: [String]
  ) throws(ONNXProblem) -> [String] {
    guard !node.has("activation_alpha"), !node.has("activation_beta") else {
      throw ONNXProblem("activations with parameters are not supported")
    }
    let names = node.strings("activations") ?? (0..<count).flatMap { _ in defaults }
    guard names.count == count * defaults.count,
      names.allSatisfy({ ["sigmoid", "tanh", "relu"].contains($0.lowercased()) })
    else {
      throw ONNXProblem(
        "activations \(names.joined(separator: ", ")) are not supported; "
          + "\(count * defaults.count) of Sigmoid, Tanh and Relu are")
    }
    return names.map { $0.lowercased() }
  }

  // MARK: Unrolling

  /// Applies a step to each time of a sequence, `[times, batch, inputs]`.
  private func unrolled(
    _ node: ONNXNode, _ cell: RecurrentNode,
    _ step: (RecurrentNode.Direction, ONNXValue, RecurrentNode.State) throws(ONNXProblem) ->
      RecurrentNode.State
  ) throws(ONNXProblem) -> [ONNXValue] {
    let isBatchFirst = node.integer("layout", default: 0) == 1
    let given = try input(node, 0)
    guard shape(given).rank == 3 else {
      throw ONNXProblem("input \(shape(given)), expected three axes")
    }
    let x = isBatchFirst ? try permuted(given, [1, 0, 2]) : given
    let (times, batch) = (shape(x)[0], shape(x)[1])
    guard times <= 4096 else {
      throw ONNXProblem("a sequence of \(times) steps is not supported; 4096 steps are")
    }
    if let lengths = try constant(node, 4, "sequence_lens")?.integers {
      guard lengths.allSatisfy({ $0 == times }) else {
        throw ONNXProblem("sequence_lens \(lengths) are not all \(times), the whole sequence")
      }
    }
    let starts = try [5, 6].map { (index) throws(ONNXProblem) in
      try initial(node, index, [cell.directions.count, batch, cell.hidden], isBatchFirst)
    }
    var outputs: [ONNXValue] = []
    var lastStates: [RecurrentNode.State] = []
    for (at, direction) in cell.directions.enumerated() {
      let projected = try add(
        product(x, .constant(direction.weight)), .constant(direction.bias))
      func first(_ all: ONNXValue) throws(ONNXProblem) -> ONNXValue {
        try reshaped(selected(all, axis: 0, [Int32(at)]), [batch, cell.hidden])
      }
      var state = RecurrentNode.State(hidden: try first(starts[0]), cell: try first(starts[1]))
      var hidden: [ONNXValue] = []
      for time in direction.isReversed ? (0..<times).reversed() : Array(0..<times) {
        let now = try reshaped(
          selected(projected, axis: 0, [Int32(time)]), [batch, shape(projected)[2]])
        state = try step(direction, now, state)
        hidden.append(try reshaped(state.hidden, [1, 1, batch, cell.hidden]))
      }
      guard !hidden.isEmpty else { throw ONNXProblem("its sequence is empty") }
      outputs.append(try joined(direction.isReversed ? hidden.reversed() : hidden, axis: 0))
      lastStates.append(state)
    }
    func last(_ part: (RecurrentNode.State) -> ONNXValue) throws(ONNXProblem) -> ONNXValue {
      let states = try lastStates.map { (state) throws(ONNXProblem) in
        try reshaped(part(state), [1, batch, cell.hidden])
      }
      let all = try joined(states, axis: 0)
      return isBatchFirst ? try permuted(all, [1, 0, 2]) : all
    }
    let all = try joined(outputs, axis: 1)
    return [
      isBatchFirst ? try permuted(all, [2, 0, 1, 3]) : all, try last { $0.hidden },
      try last { $0.cell },
    ]
  }

  /// A state before the first step, `[directions, batch, hidden]`; zeros unless stated.
  private func initial(
    _ node: ONNXNode, _ index: Int, _ target: Shape, _ isBatchFirst: Bool
  ) throws(ONNXProblem) -> ONNXValue {
    guard let stated = try optional(node, index) else {
      return .constant(ONNXConstant(values: Tensor(repeating: 0, target), kind: .float))
    }
    let state = isBatchFirst && shape(stated).rank == 3 ? try permuted(stated, [1, 0, 2]) : stated
    guard shape(state) == target else {
      throw ONNXProblem("shape mismatch: initial state \(shape(stated)), expected \(target)")
    }
    return state
  }
}
