import Bounds
import Networks
import Properties
import Tensors

extension LipschitzAnalysis {
  /// How far the outputs over a region can be from those at its middle: constants of what comes late joined to linear bounds of what comes early.
  ///
  /// Every node's distance is the smaller of what its operation's reading makes of its inputs' and of what bounds over the region say
  /// of it, so that each node goes on from whichever shows more.
  ///
  /// - Parameters:
  ///   - region: Where the inputs lie.
  ///   - center: The middle, a point of the region.
  ///   - two: How far inputs of the region can be from there, in l2.
  ///   - infinity: The same in linf.
  ///   - options: What the bounds may cost; those that are late are wider, not wrong.
  /// - Returns: nil where the middle is not in the region, or bounds are not finite.
  /// - Soundness: Readings are those of `bound(norm:over:)`, whose slopes hold between any two points of the region, which is convex. The values of a
  ///   node over the region, and at the middle, are within intervals whose rounding is accounted for (`Bounder`); its distance from the middle's
  ///   is at most that from either end of the one to the farther end of the other. Elements that no reader passes on count as still in both.
  /// - Throws: `Unsupported` at the first node whose operation has no reading, or no bounds.
  public func deviation(
    over region: Region, from center: [Double], two: UpperBound, infinity: UpperBound,
    _ options: BoundOptions = .init()
  ) throws(Unsupported) -> OutputDeviation? {
    if let first = unread.first { throw first }
    guard center.count == region.lower.count,
      center.indices.allSatisfy({ region.lower[$0] <= center[$0] && center[$0] <= region.upper[$0] }
      ),
      let point = try? Region(lower: center, upper: center, source: "middle")
    else { return nil }
    let ranges = try ranges(over: region, options)
    let values = try values(at: point)
    let silent = silentOutputs(ranges)
    func sizes(_ id: Int) -> [UpperBound]? {
      guard let range = ranges[id], let value = values[id] else { return nil }
      return range.lower.indices.map { place in
        if let still = silent[id], still[place] { return .zero }
        let up = range.upper[place] - value.lower[place]
        let down = value.upper[place] - range.lower[place]
        let size = max(up, down)
        // Differences are rounded.
        guard !up.isNaN, !down.isNaN else { return .infinity }
        return UpperBound(proved: size > 0 ? size.nextUp : 0)
      }
    }
    var plain = [NodeReach](repeating: .still, count: network.nodes.count)
    plain[0] = NodeReach(two: two, infinity: infinity, count: network.inputShape.count)
    // Where sizes said more somewhere before; nil where nothing differs from what norms say alone.
    var joined = [NodeReach?](repeating: nil, count: network.nodes.count)
    let needed = network.isNeeded
    for (id, node) in network.nodes.enumerated() where needed[id] {
      guard let operation = node.operation as? any LipschitzReadable else { continue }
      let context = context(id, ranges, silent)
      plain[id] = try operation.reach(node.inputs.map { plain[$0] }, context).reach
      let isPlain = node.inputs.allSatisfy { joined[$0] == nil }
      let reach =
        isPlain
        ? plain[id]
        : try operation.reach(node.inputs.map { joined[$0] ?? plain[$0] }, context).reach
      let cut = sizes(id).map { reach.cut(to: $0) } ?? reach
      if cut.two < plain[id].two || cut.infinity < plain[id].infinity { joined[id] = cut }
    }
    let outputs = [plain[network.output], joined[network.output] ?? plain[network.output]]
    let (two, infinity) = (outputs.map(\.two).min(), outputs.map(\.infinity).min())
    guard let two, let infinity, two.isFinite || infinity.isFinite else { return nil }
    let last = lastLayer.map { layer in
      [plain[layer.reads], joined[layer.reads]].compactMap { reach in
        reach.map { LastLayer(matrix: layer.matrix, reach: $0, sizes: sizes(layer.reads)) }
      }
    }
    return OutputDeviation(
      two: two, infinity: infinity, sizes: sizes(network.output), last: last ?? [])
  }

  /// The values of every node at a point.
  ///
  /// - Soundness: As for `Bounder.intervals`, whose rounding is accounted for.
  private func values(at point: Region) throws(Unsupported) -> [ReadingContext.NodeRange?] {
    let bounder = Bounder<Tensor<Double>>(network)
    return Self.ranges(
      of: try bounder.intervals(over: InputSet([point], shape: network.inputShape), forRows: false))
  }
}

extension NodeReach {
  /// The reach where each element is known to differ by no more than its size.
  ///
  /// - Soundness: Either norm of the sizes bounds that of the difference. Factors are given up where the sizes say more without.
  func cut(to sizes: [UpperBound]) -> NodeReach {
    let (length, largest) = (sizes.euclidean, sizes.max() ?? .zero)
    guard factors != nil else {
      return NodeReach(
        two: min(two, length), infinity: min(infinity, largest), count: sizes.count)
    }
    // What readers can still take into their matrices is worth more than a smaller linf distance alone.
    guard length < two else { return self }
    return NodeReach(two: length, infinity: min(largest, infinity), count: sizes.count)
  }
}
