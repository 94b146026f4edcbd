import Bounds
import Networks
import Properties
import Tensors

/// Bounds how far apart the outputs of a network can be, node by node.
///
/// Distances go forward: each node's operation (`LipschitzReadable`) says how far its outputs can be apart, given how far its inputs are,
/// in l2 and in linf side by side. Chains multiply, residual sums add, and what is joined side by side adds squares.
public struct LipschitzAnalysis: Sendable {
  /// The network that is bounded: simplified, so that normalisations are part of their layers.
  public let network: Network
  let parameters: Parameters<Tensor<Double>>

  /// Prepares a network.
  public init(_ network: Network) { self.init(simple: network.simplified()) }

  private init(simple network: Network) {
    self.network = network
    parameters = network.parameters(as: Tensor<Double>.self)
  }

  /// The same with attention by distances as a step, which has a constant for all inputs; its parts have bounds over regions.
  private var everywhere: LipschitzAnalysis? {
    func hasAttention(_ network: Network) -> Bool {
      network.nodes.contains { $0.operation is Attention }
    }
    guard !hasAttention(network) else { return nil }
    let found = network.recognizingAttention { $0.logits == .distances }
    return hasAttention(found) ? .init(simple: found) : nil
  }

  /// The nodes that have no reading, by node and operation.
  public var unread: [Unsupported] {
    let needed = network.isNeeded
    return network.nodes.indices.compactMap { id in
      guard needed[id], let operation = network.nodes[id].operation,
        !(operation is any LipschitzReadable)
      else { return nil }
      return context(id, nil, [:]).unsupported()
    }
  }

  /// How far apart the outputs can be, for two inputs of the region that are 1 apart.
  ///
  /// - Parameters:
  ///   - norm: How the distance of the inputs is measured; that of the outputs is bounded in l2 and linf.
  ///   - region: Where both inputs lie; nil for everywhere.
  /// - Soundness: Every node's reading bounds its outputs' distance by its inputs', rounded up. Over a region, slopes are those over the
  ///   intervals of `Bounds`, which contain each node's values at every input of the region, those between two inputs as well
  ///   because regions are convex. Distances are those of the network in real arithmetic, with parameters as it holds them.
  /// - Throws: `Unsupported` at the first node whose operation has no reading, or no finite constant.
  public func bound(norm: Norm, over region: Region? = nil) throws(Unsupported) -> LipschitzBound {
    if region == nil, let everywhere { return try everywhere.bound(norm: norm) }
    // What has no reading is named before any work is done.
    if let first = unread.first { throw first }
    let ranges = try region.map { (region) throws(Unsupported) in try self.ranges(over: region) }
    let silent = ranges.map(silentOutputs) ?? [:]
    let count = network.inputShape.count
    var reaches = [NodeReach](repeating: .still, count: network.nodes.count)
    reaches[0] =
      norm == .infinity
      ? NodeReach(two: .infinity, infinity: .one, count: count)
      : NodeReach(two: .one, infinity: .one, count: count)
    var layers: [LipschitzBound.Layer] = []
    let needed = network.isNeeded
    func size(_ reach: NodeReach) -> UpperBound { norm == .infinity ? reach.infinity : reach.two }
    for (id, node) in network.nodes.enumerated() where needed[id] {
      guard let operation = node.operation as? any LipschitzReadable else { continue }
      let inputs = node.inputs.map { reaches[$0] }
      let reading = try operation.reach(inputs, context(id, ranges, silent))
      reaches[id] = reading.reach
      let farthest = inputs.map(size).max() ?? .zero
      let running = size(reading.reach)
      layers.append(
        LipschitzBound.Layer(
          node: node.name, operation: operation.name,
          constant: farthest > .zero ? running.divided(by: farthest.value).value : 0,
          running: running.value, normAtLeast: reading.norm?.lower.value,
          normAtMost: reading.norm?.upper.value, remark: reading.remark))
    }
    let output = reaches[network.output]
    return LipschitzBound(
      norm: norm, layers: layers, two: output.two, infinity: output.infinity,
      last: lastLayer.map { LastLayer(matrix: $0.matrix, reach: reaches[$0.reads]) })
  }

  func context(
    _ node: Int, _ ranges: [ReadingContext.NodeRange?]?, _ silent: [Int: [Bool]]
  ) -> ReadingContext {
    ReadingContext(
      network: network, node: node, parameters: parameters, ranges: ranges, unread: silent[node])
  }

  /// The least and the largest values of each node over a region.
  ///
  /// - Soundness: As for `Bounder.crown`, whose rounding is accounted for.
  func ranges(
    over region: Region, _ options: BoundOptions = .init()
  ) throws(Unsupported) -> [ReadingContext.NodeRange?] {
    let bounder = Bounder<Tensor<Double>>(network, options: options)
    return Self.ranges(of: try bounder.crown(over: InputSet([region], shape: network.inputShape)))
  }

  /// The ends of each node's interval, for the first example.
  static func ranges(of state: BoundState<Tensor<Double>>) -> [ReadingContext.NodeRange?] {
    state.intervals.map { interval in
      interval.map {
        ReadingContext.NodeRange(
          lower: $0.lower.valuesBelow.scalars, upper: $0.upper.valuesAbove.scalars)
      }
    }
  }

  /// For each node the outputs whose differences no reader passes on over the region.
  ///
  /// - Soundness: A difference that every reader multiplies by 0 may be taken to be 0.
  func silentOutputs(_ ranges: [ReadingContext.NodeRange?]) -> [Int: [Bool]] {
    var readers: [Int: [any Operation]] = [:]
    let needed = network.isNeeded
    for (id, node) in network.nodes.enumerated() where needed[id] {
      for input in node.inputs {
        if let operation = node.operation { readers[input, default: []].append(operation) }
      }
    }
    var silent: [Int: [Bool]] = [:]
    for (node, operations) in readers where node != network.output {
      let functions = operations.compactMap { $0 as? any SlopeBounded }
      guard functions.count == operations.count, let range = ranges[node] else { continue }
      let still = range.lower.indices.map { place in
        let (lower, upper) = (range.lower[place], range.upper[place])
        return lower <= upper && functions.allSatisfy { $0.steepest(over: lower...upper) == 0 }
      }
      if still.contains(true) { silent[node] = still }
    }
    return silent
  }

  /// The linear last layer, where it reads all of what it reads as one line; nil where the last layer is no such.
  var lastLayer: (reads: Int, matrix: Matrix)? {
    let node = network.nodes[network.output]
    guard let last = node.operation as? Linear, let input = node.inputs.first,
      network.nodes[input].shape.count == parameters[last.weight].shape[0]
    else { return nil }
    let roundoff = context(network.output, nil, [:]).roundoff(of: last.weight)
    return (input, Matrix(transposing: parameters[last.weight], roundoff: roundoff))
  }
}
