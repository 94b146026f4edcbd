import Files
import Tensors

/// Adds to a stack what lets the places of a map read each other: attention or a recurrence.
///
/// It reads a map `[1, channels, height, width]` and leaves one of the same shape.
struct TokenMixer {
  /// Which way a recurrence goes.
  enum Direction {
    /// Along each row, from left to right.
    case rows
    /// Along each column, from top to bottom.
    case columns
  }

  /// The name that its nodes begin with.
  let name: String
  private let architecture: String
  private let direction: Direction
  /// The features of a head of attention or of a memory, where a width is a multiple of it; otherwise there is one head.
  static let headWidth = 16

  init(_ name: String, in architecture: String, along direction: Direction) {
    (self.name, self.architecture, self.direction) = (name, architecture, direction)
  }

  /// The heads of a width.
  static func heads(of width: Int) -> Int {
    width % headWidth == 0 ? width / headWidth : 1
  }

  /// Adds what blocks of a kind do; nothing for convolutions.
  func add(
    _ kind: NetworkStage.Kind, to stack: inout LayerStack
  ) throws(InputError) {
    switch kind {
    case .convolution: break
    case .attention: try addAttention(to: &stack)
    case .delta: try addAlongLines(&stack, addDelta)
    case .decay: try addAlongLines(&stack, addDecay)
    }
  }

  // MARK: Attention

  private func addAttention(to stack: inout LayerStack) throws(InputError) {
    let shape = stack.network.nodes[stack.last].shape
    let (width, tokens) = (shape[1], shape[2] * shape[3])
    let heads = Self.heads(of: width)
    try stack.add(Reshape(to: [1, width, tokens]), [stack.last], "\(name).places")
    let read = try stack.add(Transpose([0, 2, 1]), [stack.last], "\(name).tokens")
    let inputs = [
      try linear(width, "queries", from: read, &stack),
      try linear(width, "keys", from: read, &stack),
      try linear(width, "values", from: read, &stack, hasBias: true),
    ]
    // A 32-bit float, so that a model file holds the same number.
    let scale = Double(Float(1 / Double(width / heads).squareRoot()))
    try stack.add(
      Attention(AttentionForm(heads: heads, scale: scale, isCausal: false)), inputs,
      "\(name).attention")
    try stack.linear(width, "\(name).mixing")
    try stack.add(Transpose([0, 2, 1]), [stack.last], "\(name).channels-first")
    try stack.add(Reshape(to: shape), [stack.last], "\(name).map")
  }

  @discardableResult
  private func linear(
    _ outputs: Int, _ part: String, from node: Int, _ stack: inout LayerStack,
    hasBias: Bool = false
  ) throws(InputError) -> Int {
    try stack.linear(outputs, "\(name).\(part)", from: node, hasBias: hasBias)
    return stack.last
  }

  // MARK: Recurrences

  /// Adds a recurrence of lines of places, `[1, lines, places, channels]`, between the changes of layout.
  private func addAlongLines(
    _ stack: inout LayerStack, _ recurrence: (inout LayerStack) throws(InputError) -> Void
  ) throws(InputError) {
    let shape = stack.network.nodes[stack.last].shape
    let length = direction == .rows ? shape[3] : shape[2]
    guard length <= StagedNetwork.longestLine else {
      throw InputError(
        "architecture \"\(architecture)\"", place: name,
        "a recurrence over \(length) places; expected at most \(StagedNetwork.longestLine), by larger strides"
      )
    }
    let lines = direction == .rows ? [0, 2, 3, 1] : [0, 3, 2, 1]
    let map = direction == .rows ? [0, 3, 1, 2] : [0, 3, 2, 1]
    try stack.add(Transpose(lines), [stack.last], "\(name).lines")
    try recurrence(&stack)
    try stack.linear(shape[1], "\(name).mixing")
    try stack.add(Transpose(map), [stack.last], "\(name).map")
  }

  /// The places of a line, one after the other, put together again.
  private func join(
    _ places: [Int], _ stack: inout LayerStack
  ) throws(InputError) {
    guard places.count > 1 else { return }
    try stack.add(Concatenate(axis: 2), places, "\(name).joined")
  }

  private func select(
    _ place: Int, axis: Int, from node: Int, _ part: String, _ stack: inout LayerStack
  ) throws(InputError) -> Int {
    try stack.add(
      Selection(axis: axis, indices: [Int32(place)]), [node], "\(name).\(part)\(place + 1)")
  }

  /// `h = (1 - g) h + g v`, channel by channel, with `g` a sigmoid of a linear function of the place, and `h` the output.
  ///
  /// It is the discretised state space of Mamba with one state a channel, whose decay is -1 and whose step is a softplus.
  ///
  /// Source: Gu and Dao, "Mamba: linear-time sequence modeling with selective state spaces" (2023), theorem 1.
  private func addDecay(to stack: inout LayerStack) throws(InputError) {
    let read = stack.last
    let shape = stack.network.nodes[read].shape
    let values = try linear(shape[3], "values", from: read, &stack, hasBias: true)
    let opening = try linear(shape[3], "gates", from: read, &stack, hasBias: true)
    let gate = try stack.add(Sigmoid(), [opening], "\(name).gate")
    let closing = try stack.add(Negate(), [opening], "\(name).closing")
    let keep = try stack.add(Sigmoid(), [closing], "\(name).keep")
    let fresh = try stack.add(Multiply(), [gate, values], "\(name).fresh")
    var states: [Int] = []
    for place in 0..<shape[2] {
      let new = try select(place, axis: 2, from: fresh, "fresh", &stack)
      guard let last = states.last else {
        states.append(new)
        continue
      }
      let part = try select(place, axis: 2, from: keep, "keep", &stack)
      let kept = try stack.add(Multiply(), [part, last], "\(name).kept\(place + 1)")
      states.append(try stack.add(Add(), [kept, new], "\(name).state\(place + 1)"))
    }
    try join(states, &stack)
  }

  /// `S = S + b k' (v - k S)` and the output `q S`, head by head: the memory `S` answers a key `k` of length 1 by `k S`, and `b`, from 0
  /// to 1, says how far that answer is moved to the value `v`.
  ///
  /// As `I - b k'k` has a norm of at most 1, what is in the memory never grows by being kept.
  ///
  /// Source: Yang et al., "Parallelizing linear transformers with the delta rule over sequence length" (NeurIPS 2024).
  private func addDelta(to stack: inout LayerStack) throws(InputError) {
    let read = stack.last
    let shape = stack.network.nodes[read].shape
    let (lines, length, width) = (shape[1], shape[2], shape[3])
    let heads = Self.heads(of: width)
    let queries = try headwise(
      linear(width, "queries", from: read, &stack), heads, "queries", &stack)
    let keys = try unit(
      headwise(linear(width, "keys", from: read, &stack), heads, "keys", &stack), &stack)
    let values = try headwise(
      linear(width, "values", from: read, &stack, hasBias: true), heads, "values", &stack)
    let opening = try linear(heads, "gates", from: read, &stack, hasBias: true)
    let rates = try stack.add(Sigmoid(), [opening], "\(name).rates")
    let gates = try headwise(rates, heads, "gates", &stack)
    let scaled = try stack.add(Multiply(), [keys, gates], "\(name).written")
    let columns = try stack.add(Transpose([0, 1, 3, 2]), [scaled], "\(name).written.columns")
    var memory: Int?
    var outputs: [Int] = []
    for place in 0..<length {
      let column = try select(place, axis: 3, from: columns, "written", &stack)
      var change = try select(place, axis: 2, from: values, "value", &stack)
      if let memory {
        let key = try select(place, axis: 2, from: keys, "key", &stack)
        let known = try stack.add(MatrixProduct(), [key, memory], "\(name).known\(place + 1)")
        change = try stack.add(
          Add(isDifference: true), [change, known], "\(name).change\(place + 1)")
      }
      let written = try stack.add(MatrixProduct(), [column, change], "\(name).write\(place + 1)")
      var now = written
      if let memory {
        now = try stack.add(Add(), [memory, written], "\(name).memory\(place + 1)")
      }
      memory = now
      let query = try select(place, axis: 2, from: queries, "query", &stack)
      outputs.append(
        try stack.add(MatrixProduct(), [query, now], "\(name).answer\(place + 1)"))
    }
    try join(outputs, &stack)
    let head = width / heads
    try stack.add(
      Reshape(to: [1, lines, heads, length, head]), [stack.last], "\(name).heads")
    try stack.add(Transpose([0, 1, 3, 2, 4]), [stack.last], "\(name).beside")
    try stack.add(Reshape(to: shape), [stack.last], "\(name).answers")
  }

  /// Puts heads that lie side by side, `[1, lines, places, heads * width]`, below each other: `[1, lines * heads, places, width]`.
  private func headwise(
    _ node: Int, _ heads: Int, _ part: String, _ stack: inout LayerStack
  ) throws(InputError) -> Int {
    let shape = stack.network.nodes[node].shape
    let (lines, length, width) = (shape[1], shape[2], shape[3] / heads)
    guard heads > 1 else { return node }
    try stack.add(
      Reshape(to: [1, lines, length, heads, width]), [node], "\(name).\(part).split")
    try stack.add(Transpose([0, 1, 3, 2, 4]), [stack.last], "\(name).\(part).apart")
    return try stack.add(
      Reshape(to: [1, lines * heads, length, width]), [stack.last], "\(name).\(part).heads")
  }

  /// Divides keys by their length.
  ///
  /// No element of a key of length 1 is beyond 1, which the clipping tells bounds: where an interval of the length reaches down to 0, that
  /// of the quotient would be useless. A key that is shorter than the root of 1e-5 stays shorter than 1.
  private func unit(_ keys: Int, _ stack: inout LayerStack) throws(InputError) -> Int {
    try stack.add(Power(exponent: 2), [keys], "\(name).keys.squares")
    try stack.add(
      Reduce(axes: [3], keepingAxes: true, isMean: false), [stack.last], "\(name).keys.square")
    let epsilon = stack.parameter("\(name).keys.epsilon", Tensor([1], [Double(Float(1e-5))]))
    try stack.add(AddConstant(epsilon), [stack.last], "\(name).keys.shifted")
    try stack.add(Power(exponent: -0.5), [stack.last], "\(name).keys.inverse")
    try stack.add(Multiply(), [keys, stack.last], "\(name).keys.quotient")
    return try stack.add(Clip(lower: -1, upper: 1), [stack.last], "\(name).keys.unit")
  }
}
