import Networks
import Properties
import Tensors

/// Bounds a network's outputs over batches of regions.
///
/// The network should be simplified first (batch normalisation folded), which makes bounds no looser and
/// the work smaller.
public struct Bounder<T: BackwardAlgebra>: Sendable {
  /// The network that is bounded.
  public let network: Network
  /// Its parameters.
  public let parameters: Parameters<T>
  /// What is known of the network's nodes, whatever the regions are.
  let plan: BoundPlan
  /// How bounds are computed.
  public var options: BoundOptions

  /// Creates a bounder.
  public init(_ network: Network, options: BoundOptions = .init()) {
    self.init(network, parameters: network.parameters(as: T.self), options: options)
  }

  /// Creates a bounder of a network with other parameters than its own, such as those to differentiate by.
  public init(
    _ network: Network, parameters: Parameters<T>, options: BoundOptions = .init()
  ) {
    self.network = network
    self.parameters = parameters
    self.options = options
    plan = BoundPlan(network, as: T.self)
  }

  func chunks(below node: Int, optimizing: Bool = false) -> RowChunks {
    RowChunks(
      network, below: node, memory: options.memory, scalarSize: T.scalarSize,
      optimizing: optimizing)
  }

  /// Interval bounds of every node.
  ///
  /// - Parameter forRows: Whether rows are to go back to the input, which is prepared for; otherwise they may go back to the last
  ///   operations that are not affine.
  /// - Soundness: Each node's interval contains its value for every input of the region, up to rounding.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func intervals(
    over inputs: InputSet<T>, forRows: Bool = true
  ) throws(Unsupported) -> BoundState<T> {
    var state = BoundState(self, inputs, forRows: forRows)
    for id in network.nodes.indices.dropFirst() { try state.advance(to: id) }
    return state
  }

  /// Bounds of every node, those that relaxations are made from tightened by backward passes.
  ///
  /// Source: Zhang et al., "Efficient neural network robustness certification with general activation
  /// functions" (2018); Zhang et al., "Towards stable and efficient training of verifiably robust neural
  /// networks" (2020) for the backward form.
  ///
  /// - Parameter known: What is known of nodes already, by node; nothing where empty.
  /// - Soundness: As for `intervals(over:)`; passes use only relaxations over intervals already proved, and
  ///   those that are given must hold for every input of their example's region.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func crown(
    over inputs: InputSet<T>, knowing known: [Interval<T>?] = []
  ) throws(Unsupported) -> BoundState<T> {
    try crown(over: inputs, knowing: known) { (pass, selected) throws(Unsupported) in
      try bothBounds(pass, selected) { (functions) throws(Unsupported) in
        try pass.lowerBounds(of: functions)
      }
    }
  }

  /// Bounds of every node, those that relaxations are made from tightened by `bound`.
  ///
  /// - Soundness: As for `intervals(over:)`, if what `bound` returns holds for every input of its example's region.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  func crown(
    over inputs: InputSet<T>, knowing known: [Interval<T>?] = [],
    _ bound: (BackwardPass<T>, SelectedElements) throws(Unsupported) -> (
      lower: [Double], upper: [Double]
    )
  ) throws(Unsupported) -> BoundState<T> {
    var state = BoundState(self, inputs)
    let toTighten = Set(network.preactivations)
    let exact = inputs.balls == nil ? network.isExactUnderIntervals : []
    for id in network.nodes.indices.dropFirst() {
      try state.advance(to: id)
      if known.indices.contains(id), let given = known[id] {
        state.replaceInterval(of: id, by: state.intervals[id]?.intersection(given))
      }
      state.relax(id)
      guard toTighten.contains(id), !(exact.indices.contains(id) && exact[id]), !options.isOverdue
      else { continue }
      guard let known = state.intervals[id] else { continue }
      let selected = unstableElements(state, at: id)
      guard selected.count > 0 else { continue }
      let bounds = try bound(state.pass, selected)
      state.replaceInterval(
        of: id,
        by: known.replacing(
          selected, size: network.nodes[id].shape.count, lower: bounds.lower,
          upper: bounds.upper, intersecting: options.intersectsCheaperBounds))
    }
    return state
  }

  /// Lower and upper bounds of selected elements; infinite where the time did not suffice.
  ///
  /// - Parameters:
  ///   - optimizing: Whether the lines of the rows are optimised.
  ///   - bound: Lower bounds of functions, `[rows]`.
  /// - Soundness: Each element lies between its bounds for every input of its example's region, if `bound` is sound.
  func bothBounds(
    _ pass: BackwardPass<T>, _ selected: SelectedElements, optimizing: Bool = false,
    _ bound: @Sendable (LinearFunctions<T>) throws(Unsupported) -> T
  ) throws(Unsupported) -> (lower: [Double], upper: [Double]) {
    let ranges = chunks(below: selected.node, optimizing: optimizing).ranges(selected.count)
    let results = try concurrently(ranges) { (range) throws(Unsupported) -> T? in
      options.isOverdue ? nil : try bound(pass.unitFunctions(selected, range))
    }
    return bothSides(results, ranges)
  }

  /// The bounds that lower bounds of elements followed by those of their negations state; none where
  /// there was no time for any.
  private func bothSides(
    _ results: [T?], _ ranges: [Range<Int>]
  ) -> (lower: [Double], upper: [Double]) {
    var (lower, upper): ([Double], [Double]) = ([], [])
    for (result, range) in zip(results, ranges) {
      guard let values = result?.valuesBelow.scalars else {
        lower += [Double](repeating: -.infinity, count: range.count)
        upper += [Double](repeating: .infinity, count: range.count)
        continue
      }
      lower += values[..<range.count]
      upper += values[range.count...].map { -$0 }
    }
    return (lower, upper)
  }

  /// The elements of a node that its readers gain from bounding.
  func unstableElements(_ state: BoundState<T>, at node: Int) -> SelectedElements {
    var selected = SelectedElements(node: node, exampleOfRow: [], elements: [])
    guard let known = state.intervals[node] else { return selected }
    let readers = network.nodes.indices.filter { network.nodes[$0].inputs.contains(node) }
      .compactMap { network.nodes[$0].operation as? any LinearlyBounded }
    let size = network.nodes[node].shape.count
    let (lower, upper) = (known.lower.valuesBelow, known.upper.valuesAbove)
    for example in 0..<state.count {
      let elements: [Int32] = lower.withElements { lower in
        upper.withElements { upper in
          let range = example * size..<(example + 1) * size
          guard options.intersectsCheaperBounds else { return (0..<Int32(size)).map { $0 } }
          let parts = readers.map {
            $0.unstableElements(
              lower: UnsafeBufferPointer(rebasing: lower[range]),
              upper: UnsafeBufferPointer(rebasing: upper[range]))
          }
          return parts.count == 1 ? parts[0] : Set(parts.joined()).sorted()
        }
      }
      selected.elements += elements
      selected.exampleOfRow += [Int32](repeating: Int32(example), count: elements.count)
    }
    return selected
  }
}

extension Interval {
  /// The interval with some elements bounded anew.
  ///
  /// - Soundness: Contains every value that the known interval and the new bounds contain; without `intersecting`, that the
  ///   new bounds contain. NaN replaces nothing where they are intersected.
  func replacing(
    _ selected: SelectedElements, size: Int, lower: [Double], upper: [Double], intersecting: Bool
  ) -> Interval {
    var (newLower, newUpper) = (self.lower.valuesBelow, self.upper.valuesAbove)
    newLower.withMutableElements { values in
      for (i, element) in selected.elements.enumerated() {
        let at = Int(selected.exampleOfRow[i]) * size + Int(element)
        // A NaN bound loses every comparison, so the known bound stays.
        if !intersecting || lower[i] > values[at] { values[at] = lower[i] }
      }
    }
    newUpper.withMutableElements { values in
      for (i, element) in selected.elements.enumerated() {
        let at = Int(selected.exampleOfRow[i]) * size + Int(element)
        if !intersecting || upper[i] < values[at] { values[at] = upper[i] }
      }
    }
    return Interval(lower: T(newLower), upper: T(newUpper))
  }
}
