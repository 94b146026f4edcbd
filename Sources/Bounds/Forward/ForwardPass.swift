import Networks
import Tensors

extension Bounder {
  /// Bounds of every node from linear functions of the input that are propagated forward.
  ///
  /// Every element of every node is enclosed between two linear functions of the network's input. They are
  /// turned into intervals wherever a nonlinear operation reads them, and at the output. Looser than CROWN
  /// as a rule, and the cheaper the fewer inputs there are.
  ///
  /// Examples are taken as many at a time as `options.memory` allows.
  ///
  /// Source: Xu et al., "Automatic perturbation analysis for scalable certified robustness" (2020),
  /// section 3.2 (forward mode).
  ///
  /// - Soundness: As for `intervals(over:)`; the functions enclose the node in real arithmetic, up to
  ///   rounding, wherever the relaxations on the way hold.
  /// - Throws: `Unsupported` for an operation without a rule, and when one example needs more memory than
  ///   the options allow.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func forward(over inputs: InputSet<T>) throws(Unsupported) -> BoundState<T> {
    let peak = forwardPeak()
    let fitting = options.memory / max(1, peak.bytes)
    guard fitting > 0 else {
      throw Unsupported(
        operation: network.nodes[peak.node].operation?.name ?? "input",
        node: network.nodes[peak.node].name,
        analysis: "forward linear bounds",
        reason:
          "an example needs \(peak.bytes) bytes of memory, the limit is \(options.memory)")
    }
    if inputs.count <= fitting { return try forwardTogether(inputs) }
    var state = BoundState(self, inputs)
    var parts: [BoundState<T>] = []
    for start in stride(from: 0, to: inputs.count, by: fitting) {
      let range = start..<min(inputs.count, start + fitting)
      parts.append(try forwardTogether(inputs.examples(range)))
    }
    for id in network.nodes.indices.dropFirst() {
      state.intervals[id] = Interval(joining: parts.compactMap { $0.intervals[id] })
    }
    return state
  }

  private func forwardTogether(_ inputs: InputSet<T>) throws(Unsupported) -> BoundState<T> {
    var state = BoundState(self, inputs)
    let read = Set(network.preactivations + [network.output])
    let last = network.lastReaders
    let needed = network.isNeeded
    var forms = [LinearForms<T>?](repeating: nil, count: network.nodes.count)
    forms[0] = LinearForms(identityOf: network.inputShape, examples: inputs.count)
    for (id, node) in network.nodes.enumerated() where id > 0 {
      try state.advance(to: id)
      state.relax(id)
      guard needed[id] else { continue }
      let form = try propagated(node.inputs.compactMap { forms[$0] }, at: id, state)
      forms[id] = form
      for input in node.inputs where last[input] == id { forms[input] = nil }
      guard read.contains(id), let known = state.intervals[id] else { continue }
      let found = form.concretized(over: inputs)
      state.replaceInterval(
        of: id, by: options.intersectsCheaperBounds ? known.tightened(by: found) : found)
    }
    return state
  }

  private func propagated(
    _ inputs: [LinearForms<T>], at id: Int, _ state: BoundState<T>
  ) throws(Unsupported) -> LinearForms<T> {
    let shapes = NodeShapes(network, id)
    if let relaxation = state.pass.relaxations[id] {
      guard let forward = relaxation as? any ForwardRelaxation<T> else {
        return relaxation.propagatedByRows(inputs, shapes)
      }
      return forward.propagated(inputs, shapes)
    }
    guard let affine = network.nodes[id].operation as? any AffineOperation else {
      throw Unsupported(
        operation: network.nodes[id].operation?.name ?? "input", node: network.nodes[id].name,
        analysis: "forward linear bounds")
    }
    return LinearForms.mapping(
      inputs, { affine.linear($0, parameters, magnitude: $1) },
      affine: { affine.evaluate($0, parameters) })
  }

  /// The node at which one example needs the most memory, and how much.
  func forwardPeak() -> (node: Int, bytes: Int) {
    let (last, needed) = (network.lastReaders, network.isNeeded)
    let counts = network.nodes.map(\.shape.count)
    var (live, peak, peakNode) = (counts[0], 0, 0)
    for (id, node) in network.nodes.enumerated() where needed[id] {
      // The new functions, and temporary values while they are made.
      let own = 3 * counts[id]
      if live + own > peak { (peak, peakNode) = (live + own, id) }
      if id > 0 { live += counts[id] }
      for input in Set(node.inputs) where last[input] == id { live -= counts[input] }
    }
    return (peakNode, peak * network.inputShape.count * 2 * T.scalarSize)
  }
}

extension InputSet {
  /// The regions of some of the examples.
  func examples(_ range: Range<Int>) -> InputSet {
    var part = InputSet(box: box.map { $0.sliced(range, axis: 0) })
    part.balls = balls.map {
      Balls(
        center: $0.center.sliced(range, axis: 0), radius: $0.radius.sliced(range, axis: 0),
        norm: $0.norm)
    }
    return part
  }
}

extension Interval {
  /// The intervals of several batches in one.
  init(joining parts: [Interval]) {
    self.init(
      lower: T.concatenated(parts.map(\.lower), axis: 0),
      upper: T.concatenated(parts.map(\.upper), axis: 0))
  }

  /// The part of the interval inside another one; a NaN in the other tightens nothing.
  ///
  /// - Soundness: Contains every value that both intervals contain.
  func tightened(by other: Interval) -> Interval {
    var (lower, upper) = (self.lower.valuesBelow, self.upper.valuesAbove)
    other.lower.valuesBelow.withElements { found in
      lower.withMutableElements { known in
        for i in known.indices where found[i] > known[i] { known[i] = found[i] }
      }
    }
    other.upper.valuesAbove.withElements { found in
      upper.withMutableElements { known in
        for i in known.indices where found[i] < known[i] { known[i] = found[i] }
      }
    }
    return Interval(lower: T(lower), upper: T(upper))
  }
}
