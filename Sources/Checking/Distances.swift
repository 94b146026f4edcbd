import Proofs
import Synchronization

/// Which norms of linear maps were shown, so that the certificates of a file do it once.
final class KnownNorms: Sendable {
  /// What is stated.
  struct Statement: Hashable {
    var node: Int
    var source: Int
    var norm: Double
    /// What the columns are multiplied by; empty for 1.
    var factors: [Double]
  }

  private let known = Mutex<[Statement: Bool]>([:])

  /// Whether a statement is true; `prove` finds it out the first time.
  func isShown(
    _ statement: Statement, _ prove: () throws(Rejection) -> Bool
  ) throws(Rejection) -> Bool {
    try known.withLock { known in
      if let answer = known[statement] { return Result<Bool, Rejection>.success(answer) }
      let answer = Result { () throws(Rejection) in try prove() }
      if case .success(let isShown) = answer { known[statement] = isShown }
      return answer
    }.get()
  }
}

extension PreparedClaim {
  /// For each node that is not affine a ball around its value at the middle of the region, in which all its values lie.
  ///
  /// Distances go forward from that of the inputs, in pixels where the region is one of pixels: through the linear maps of affine nodes by their
  /// norms, and through the others by how much they can stretch a distance. Where the intervals say that it is less, they count.
  ///
  /// - Soundness: `|M (x - c)| <= |M| |x - c|` in l2, sources add (triangle inequality), each sum and product is rounded up, and each norm is
  ///   shown (`LinearBlock.Part.isShown`).
  /// - Throws: `Rejection` where a norm is not shown, or no map is there.
  func balls(
    _ norms: [LipschitzProof.Norm], over state: PartState
  ) throws(Rejection) -> [Int: RegionEnclosure.Ball] {
    var stated: [[Int]: LipschitzProof.Norm] = [:]
    for own in norms {
      let pair = [try node(own.node), try node(own.source, orInput: true)]
      guard stated.updateValue(own, forKey: pair) == nil else {
        throw Rejection("the norm from \(own.source) to \(own.node) is stated twice")
      }
    }
    var point = analysis
    point.region = RegionEnclosure(point: analysis.region.hull.center)
    guard let middle = try point.state(of: Part(), within: nil, []) else {
      throw Rejection("the network has no value at the middle of the region")
    }
    var distances = [Double](repeating: .infinity, count: analysis.steps.count)
    let scale = analysis.region.hull.reciprocals.largestSize
    var balls: [Int: RegionEnclosure.Ball] = [:]
    let measured = Set(measuredNodes)
    for (id, step) in analysis.steps.enumerated() where analysis.isNeeded[id] {
      guard measured.contains(id) || !analysis.isAffine(id), let values = state.enclosures[id],
        let center = middle.enclosures[id]
      else { continue }
      // Only matrices take pixels; what else reads the input does so as the network reads it.
      let inputs = step.inputs.map {
        $0 == 0 ? Rounding.productUp(distances[0], scale) : distances[$0]
      }
      switch step.kind {
      case .input:
        distances[0] = analysis.region.hull.radius
        continue
      case .affine:
        // Without sources it is a constant.
        var sum = 0.0
        for source in analysis.sources(of: id) {
          let norm = try stated.removeValue(forKey: [id, source]).map {
            (norm) throws(Rejection) in try shown(norm, node: id, source: source)
          }
          sum = Rounding.sumUp(sum, Rounding.productUp(norm ?? .infinity, distances[source]))
        }
        distances[id] = sum
      case .rectifier: distances[id] = inputs[0]
      case .curve(let curve):
        if let stretch = curve.stretch { distances[id] = Rounding.productUp(stretch, inputs[0]) }
      case .largest(let windows):
        // A change moves the windows over it, and each no farther than itself.
        var readers = [Double](repeating: 0, count: analysis.steps[step.inputs[0]].layout.count)
        for place in windows.joined() { readers[Int(place)] += 1 }
        distances[id] = Rounding.productUp((readers.max() ?? 0).squareRoot().up, inputs[0])
      case .larger: distances[id] = inputs.euclideanNorm
      case .products: break
      case .unknown: continue
      }
      // What is not a number is no distance.
      if distances[id].isNaN { distances[id] = .infinity }
      distances[id] = min(distances[id], values.largestDistance(from: center))
      if !analysis.isAffine(id), distances[id].isFinite {
        balls[id] = RegionEnclosure.Ball(
          center: center, reciprocals: [Double](repeating: 1, count: step.layout.count),
          radius: distances[id], isEuclidean: true)
      }
    }
    if let own = norms.first(where: { stated.values.contains($0) }) {
      throw Rejection(
        "a norm is stated from \(own.source) to \(own.node), between which no distance goes")
    }
    return balls
  }

  /// Affine nodes that are read by others which are not.
  var measuredNodes: [Int] {
    var found: Set<Int> = []
    for (id, step) in analysis.steps.enumerated()
    where analysis.isNeeded[id] && !analysis.isAffine(id) {
      found.formUnion(step.inputs.filter(analysis.isAffine))
    }
    return found.sorted()
  }

  /// A norm that was stated, once it is shown.
  private func shown(
    _ stated: LipschitzProof.Norm, node: Int, source: Int
  ) throws(Rejection) -> Double {
    let norm = stated.norm
    let factors = factors(of: source)
    let isShown = try analysis.norms.isShown(
      .init(node: node, source: source, norm: norm, factors: factors)
    ) { () throws(Rejection) in
      if let own = analysis.convolution(to: node, from: source, factors: factors) {
        if own.isShown(toStretchAtMost: norm, analysis.matrices) { return true }
        // Without the torus around it the map may stretch less.
        guard analysis.isWrittenOut(node) else { return false }
      }
      let block = try analysis.block(of: node)
      return block.parts.first { $0.source == source }?.scalingColumns(by: factors)
        .isShown(toStretchAtMost: norm, rows: block.rows, analysis.matrices) ?? false
    }
    guard isShown else {
      throw Rejection(
        "the norm from \(stated.source) to \(stated.node) is not shown to be at most \(norm)"
      )
    }
    return norm
  }
}

extension LinearBlock.Part {
  /// The map with each column times a factor, none for 1.
  func scalingColumns(by factors: [Double]) -> Self {
    guard !factors.isEmpty else { return self }
    var result = self
    for index in values.indices { result.values[index] *= factors[index % columns] }
    let lost = Rounding.unit * result.values.euclideanNorm + Double(values.count) * Rounding.tiny
    result.error = ((error * factors.largestSize + lost) * Rounding.inflation).up
    return result
  }
}

extension Enclosure {
  /// At least the distance of two vectors, one in these intervals and one in others.
  fileprivate func largestDistance(from other: Enclosure) -> Double {
    lower.indices.map { place in
      max(
        0, Rounding.sumUp(upper[place], -other.lower[place]),
        Rounding.sumUp(other.upper[place], -lower[place]))
    }.euclideanNorm
  }
}
