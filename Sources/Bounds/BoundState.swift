import Networks
import Tensors

/// What is known of every node of a network over a batch of regions.
public struct BoundState<T: BackwardAlgebra>: Sendable {
  /// The interval of each node's output, `[examples] + shape`; nil before it was computed.
  public internal(set) var intervals: [Interval<T>?]
  /// The network, the regions and the relaxations made so far.
  var pass: BackwardPass<T>
  /// For each node a number for each example that no end is larger than in size, `[examples]`; nil where nobody asked.
  var largest: [T?]
  /// What is known of the nodes whatever the regions are.
  let plan: BoundPlan
  /// The nodes that rows come by; all where they may go on to the input.
  let meetsRows: [Bool]

  /// The network that is bounded.
  public var network: Network { pass.network }
  /// The number of examples.
  public var count: Int { pass.inputs.count }

  /// - Parameter forRows: Whether rows are to go back to the input; otherwise they end at the last operations that are not affine.
  init(_ bounder: Bounder<T>, _ inputs: InputSet<T>, forRows: Bool = true) {
    let count = bounder.network.nodes.count
    plan = bounder.plan
    pass = BackwardPass(bounder, inputs)
    intervals = .init(repeating: nil, count: count)
    largest = .init(repeating: nil, count: count)
    intervals[0] = inputs.box
    meetsRows = forRows ? .init(repeating: true, count: count) : plan.affineEnd
    setPrice(of: 0)
  }

  /// Replaces a node's interval by one that was found otherwise.
  mutating func replaceInterval(of id: Int, by interval: Interval<T>?) {
    intervals[id] = interval
    // What was computed with it says nothing of the new ends, which may not be finite.
    largest[id] = nil
  }

  func inputIntervals(of node: Int) -> [Interval<T>] {
    network.nodes[node].inputs.map { input in
      guard let interval = intervals[input] else {
        preconditionFailure("Node \(node) is bounded before its input \(input)")
      }
      return interval
    }
  }

  /// Computes a node's interval from its inputs'.
  mutating func advance(to id: Int) throws(Unsupported) {
    guard let operation = network.nodes[id].operation else { return }
    guard let propagating = operation as? any IntervalPropagating else {
      throw Unsupported(
        operation: operation.name, node: network.nodes[id].name, analysis: "interval bounds")
    }
    guard T.chargesRounding else {
      intervals[id] = propagating.interval(inputIntervals(of: id), pass.parameters)
      return
    }
    if let reason = plan.extremeFactors[id] {
      throw Unsupported(
        operation: operation.name, node: network.nodes[id].name, analysis: "bounds",
        reason: reason)
    }
    if let affine = operation as? any BoxPropagating { return advance(to: id, by: affine) }
    intervals[id] = propagating.interval(inputIntervals(of: id), pass.parameters)
    if plan.isFiniteAsItsInput[id] { largest[id] = largest[network.nodes[id].inputs[0]] }
    if let affine = operation as? any AffineOperation {
      widen(id, of: affine)
    } else {
      setPrice(of: id)
    }
  }

  /// Makes the relaxation of a nonlinear node from its inputs' intervals.
  mutating func relax(_ id: Int) {
    guard pass.relaxations[id] == nil,
      let operation = network.nodes[id].operation as? any LinearlyBounded
    else { return }
    pass.relaxations[id] = operation.relaxation(
      inputIntervals(of: id), NodeShapes(network, id), pass.parameters)
    setLinePrice(of: id)
  }

  /// The backward pass with every relaxation made.
  var relaxedPass: BackwardPass<T> {
    var state = self
    for id in network.nodes.indices.dropFirst() { state.relax(id) }
    return state.pass
  }
}

extension Bounder {
  /// The state of a batch of regions whose intervals are known already.
  ///
  /// - Parameters:
  ///   - intervals: The intervals, by node; at least those of the nodes that relaxations read.
  /// - Soundness: Bounds over the state hold wherever the intervals do.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func state(
    over inputs: InputSet<T>, intervals: [Interval<T>?]
  ) -> BoundState<T> {
    var state = BoundState(self, inputs)
    // What rows pay at a node follows from what it reads, which may be a node that nothing is known of.
    var filled = state
    for id in network.nodes.indices.dropFirst() {
      let given = intervals.indices.contains(id) ? intervals[id] : nil
      state.intervals[id] = given
      guard T.chargesRounding,
        network.nodes[id].inputs.allSatisfy({ filled.intervals[$0] != nil })
      else { continue }
      if let given {
        filled.intervals[id] = given
        filled.setPrice(of: id)
      } else if plan.extremeFactors[id] != nil {
        filled.refuseRows(at: id)
      } else {
        // An operation without a rule is refused when rows meet it.
        try? filled.advance(to: id)
      }
    }
    (state.pass.prices, state.pass.interceptFactors) = (
      filled.pass.prices, filled.pass.interceptFactors
    )
    return state
  }
}

extension BoundState {
  /// For each example, whether the intervals of all nodes are finite; if not, its bounds mean nothing.
  @_specialize(where S == Float)
  @_specialize(where S == Double)
  public func finiteExamples<S>() -> [Bool] where T == Tensor<S> {
    var isFinite = [Bool](repeating: true, count: count)
    for (id, interval) in intervals.enumerated() {
      guard let interval, !plan.isFiniteAsItsInput[id] else { continue }
      let parts =
        largest[id].map { [$0] } ?? [interval.lower, interval.upper]
      for part in parts {
        for (example, whole) in part.areFinite(parts: count).enumerated() where !whole {
          isFinite[example] = false
        }
      }
    }
    return isFinite
  }
}

extension Network {
  /// The nodes that are read by operations which need relaxing, in order, without the input.
  public var preactivations: [Int] {
    var nodes = Set<Int>()
    let needed = isNeeded
    for (id, node) in self.nodes.enumerated()
    where needed[id] && node.operation is any LinearlyBounded {
      nodes.formUnion(node.inputs)
    }
    return nodes.filter { $0 != 0 }.sorted()
  }

  /// The nodes after the last operations that are not affine, and those themselves.
  var affineEnd: [Bool] {
    var isOpen = [Bool](repeating: false, count: nodes.count)
    isOpen[output] = true
    for id in nodes.indices.reversed()
    where isOpen[id] && nodes[id].operation is any AffineOperation {
      for input in nodes[id].inputs { isOpen[input] = true }
    }
    return isOpen
  }

  /// Whether interval arithmetic loses nothing on the way from a box of inputs to each node: at most one
  /// operation on the way mixes elements.
  public var isExactUnderIntervals: [Bool] {
    var mixing = [Int](repeating: 0, count: nodes.count)
    for (id, node) in nodes.enumerated() {
      guard let operation = node.operation else { continue }
      let before = node.inputs.map { mixing[$0] }.max() ?? 0
      guard let affine = operation as? any AffineOperation else {
        mixing[id] = nodes.count
        continue
      }
      mixing[id] = before + (affine.mixesElements ? 1 : 0)
    }
    return mixing.map { $0 <= 1 }
  }
}
