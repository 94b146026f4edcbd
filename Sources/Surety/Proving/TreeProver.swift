import Checking
import Foundation
import Proofs

/// Proves a claim by parts of its region: by the boxes that a search closed, cut further where the checker needs that.
struct TreeProver {
  let claim: PreparedClaim
  /// The passes of every leaf.
  let passes: [LinearProof.Pass]
  /// The ends of the inputs that the network reads.
  let lower: [Double]
  let upper: [Double]
  /// When to give up.
  let deadline: Date

  private typealias Step = (cut: TreeProof.Cut, isBelow: Bool)

  /// How many cuts may follow the search's own, one after another.
  private static let mostFurther = 12

  /// - Returns: nil where the time does not suffice, or boxes stay open.
  func proof(by cuts: RecordedCuts) throws(Rejection) -> Proof? {
    try branch(cuts.root, []).map { .tree(TreeProof(root: $0)) }
  }

  private func branch(
    _ node: RecordedCuts.Node, _ path: [Step]
  ) throws(Rejection) -> TreeProof.Branch? {
    guard let cut = node.cut, let below = node.below, let above = node.above else {
      return try leaf(path, further: Self.mostFurther)
    }
    guard let first = try branch(below, path + [(cut, true)]),
      let second = try branch(above, path + [(cut, false)])
    else { return nil }
    return .cut(cut, below: first, above: second)
  }

  private func leaf(_ path: [Step], further: Int) throws(Rejection) -> TreeProof.Branch? {
    guard Date() < deadline else { return nil }
    // Without passes a leaf takes a part of the time.
    for proof in [LinearProof(), LinearProof(passes: passes)] {
      if try claim.prove(.linear(proof), in: path, after: []).isProved {
        return .leaf(.linear(proof))
      }
    }
    guard further > 0, let cut = widest(path) else { return nil }
    guard let below = try leaf(path + [(cut, true)], further: further - 1),
      let above = try leaf(path + [(cut, false)], further: further - 1)
    else { return nil }
    return .cut(cut, below: below, above: above)
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
