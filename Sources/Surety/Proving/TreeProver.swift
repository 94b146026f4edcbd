import Checking
import Proofs
import Synchronization
import Tensors

/// Proves a claim by parts of its region: by the boxes that a search closed, cut further where the checker needs that.
struct TreeProver {
  let claim: PreparedClaim
  /// The passes of every leaf.
  let passes: [LinearProof.Pass]
  /// The ends of the inputs that the network reads.
  let lower: [Double]
  let upper: [Double]
  /// When to give up, and who may call it off.
  let limits: ProofLimits

  private typealias Step = (cut: TreeProof.Cut, isBelow: Bool)

  /// How many cuts may follow the search's own, one after another.
  var mostFurther = 12

  /// Proves all closed boxes, several at a time.
  ///
  /// - Throws: `NoCertificate` where the time does not suffice, or boxes stay open.
  func proof(by cuts: RecordedCuts) throws(NoCertificate) -> Proof {
    var paths: [[Step]] = []
    try collect(cuts, [], &paths)
    let leaves = paths
    let found = Mutex([TreeProof.Branch?](repeating: nil, count: leaves.count))
    let problem = Mutex<NoCertificate?>(nil)
    Workers.forEach(leaves.count) { place in
      guard problem.withLock({ $0 == nil }) else { return }
      do throws(NoCertificate) {
        let branch = try leaf(leaves[place], further: mostFurther)
        found.withLock { $0[place] = branch }
      } catch {
        problem.withLock { $0 = $0 ?? error }
      }
    }
    if let problem = problem.withLock({ $0 }) { throw problem }
    var proved = found.withLock { $0 }.compactMap { $0 }[...]
    guard let root = branch(cuts, &proved) else { throw .insufficient }
    if case .leaf(let proof) = root { return proof }
    return .tree(TreeProof(root: root))
  }

  /// Collects the ways to the closed boxes, from left to right.
  private func collect(
    _ cuts: RecordedCuts, _ path: [Step], _ paths: inout [[Step]]
  ) throws(NoCertificate) {
    switch cuts {
    case .open: throw .insufficient
    case .closed: paths.append(path)
    case .cut(let place, let below, let above):
      try collect(below, path + [(Self.cut(place), true)], &paths)
      try collect(above, path + [(Self.cut(place), false)], &paths)
    }
  }

  /// Puts proofs of the closed boxes together again; nil where there are too few.
  private func branch(
    _ cuts: RecordedCuts, _ leaves: inout ArraySlice<TreeProof.Branch>
  ) -> TreeProof.Branch? {
    guard case .cut(let place, let below, let above) = cuts else { return leaves.popFirst() }
    guard let first = branch(below, &leaves), let second = branch(above, &leaves) else {
      return nil
    }
    return .cut(Self.cut(place), below: first, above: second)
  }

  private static func cut(_ place: RecordedCuts.Place) -> TreeProof.Cut {
    TreeProof.Cut(.input(place.input), at: ExactNumber(place.at))
  }

  private func leaf(_ path: [Step], further: Int) throws(NoCertificate) -> TreeProof.Branch {
    try limits.check()
    // Without passes a leaf takes a part of the time.
    for proof in [LinearProof(), LinearProof(passes: passes)] where try isProved(proof, path) {
      return .leaf(.linear(proof))
    }
    guard further > 0, let cut = widest(path) else { throw .insufficient }
    return .cut(
      cut, below: try leaf(path + [(cut, true)], further: further - 1),
      above: try leaf(path + [(cut, false)], further: further - 1))
  }

  private func isProved(_ proof: LinearProof, _ path: [Step]) throws(NoCertificate) -> Bool {
    do throws(Rejection) {
      return try claim.prove(.linear(proof), in: path, after: []).isProved
    } catch {
      throw .refused(error.description)
    }
  }

  /// The middle of the input that has kept most of its width.
  private func widest(_ path: [Step]) -> TreeProof.Cut? {
    var (low, high) = (lower, upper)
    for (cut, isBelow) in path {
      guard case .input(let input) = cut.place else { continue }
      if isBelow {
        high[input] = min(high[input], cut.at.roundedUp)
      } else {
        low[input] = max(low[input], cut.at.roundedDown)
      }
    }
    let parts = low.indices.map {
      upper[$0] > lower[$0] ? (high[$0] - low[$0]) / (upper[$0] - lower[$0]) : 0
    }
    guard let input = parts.indices.max(by: { parts[$0] < parts[$1] }) else { return nil }
    let middle = low[input] / 2 + high[input] / 2
    guard low[input] < middle, middle < high[input] else { return nil }
    return TreeProof.Cut(.input(input), at: ExactNumber(middle))
  }
}
