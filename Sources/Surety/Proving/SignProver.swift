import Checking
import Foundation
import Networks
import Proofs
import Properties
import Search
import Synchronization

/// Proves a claim by slopes of functions' own and, where these do not suffice, by the signs of what ReLUs read.
///
/// It searches once more, leaning on nothing that a proof does not repeat, and writes down the parts that were closed.
struct SignProver {
  /// The network that is bounded, simplified; its nodes know the tensors of the file.
  let network: Network
  let checked: CheckedNetwork
  /// The passes over the whole region.
  let passes: [LinearProof.Pass]
  /// When to give up, and who may call it off.
  let limits: ProofLimits
  /// The bytes that the search may use.
  var memory = 1 << 30

  /// A proof of conditions of a question.
  ///
  /// - Parameters:
  ///   - question: The region, and those conditions alone.
  ///   - numbers: Which conditions of the claim these are.
  /// - Throws: `NoCertificate` where the search does not come to its end.
  func parts(of question: Question, _ numbers: [Int]) throws(NoCertificate) -> [Proof.Part] {
    let found = Mutex<[ClosedSigns]>([])
    var options = SearchOptions()
    options.deadline = limits.deadline
    options.split = .neurons
    options.memory = memory
    options.isCancelled = limits.isCancelled
    options.onClosedSigns = { signs in found.withLock { $0.append(signs) } }
    let result = CompleteSearch(network, precision: .float, options: options)
      .decide([question], NoHunter())
    switch result.outcome {
    case .impossible: break
    case .stopped(.time): throw .late
    case .stopped(.cancelled): throw .interrupted
    case .found, .stopped: throw .insufficient
    }
    let closed = found.withLock { $0 }
    var parts: [Proof.Part] = []
    for (place, number) in numbers.enumerated() {
      guard let root = branch(closed.filter { $0.condition == place }[...], depth: 0) else {
        throw .insufficient
      }
      let proof: Proof
      if case .leaf(.linear(var linear)) = root {
        linear.passes = passes
        proof = .linear(linear)
      } else {
        proof = .tree(TreeProof(passes: passes, root: root))
      }
      parts.append(Proof.Part(conditions: [number], proof: proof))
    }
    return parts
  }

  /// The tree of closed parts that share so many first sides.
  private func branch(_ parts: ArraySlice<ClosedSigns>, depth: Int) -> TreeProof.Branch? {
    guard let first = parts.first else { return nil }
    if parts.count == 1, first.sides.count == depth { return leaf(first) }
    guard parts.allSatisfy({ $0.sides.count > depth }),
      let name = first.sides[depth].tensors.first(where: checked.isReadByRectifier)
    else { return nil }
    let side = first.sides[depth]
    guard
      parts.allSatisfy({
        $0.sides[depth].tensors == side.tensors && $0.sides[depth].element == side.element
          && $0.sides[depth].point == side.point
      }),
      let below = branch(parts.filter { !$0.sides[depth].isAbove }[...], depth: depth + 1),
      let above = branch(parts.filter { $0.sides[depth].isAbove }[...], depth: depth + 1)
    else { return nil }
    let cut = TreeProof.Cut(.node(name, element: side.element), at: ExactNumber(side.point))
    return .cut(cut, below: below, above: above)
  }

  private func leaf(_ part: ClosedSigns) -> TreeProof.Branch {
    var linear = LinearProof(weights: [[part.factors]])
    for slopes in part.slopes {
      guard let name = slopes.tensors.first(where: checked.isReadByRectifier) else { continue }
      // Slopes at either end of their range are those of the adaptive rule half of the time; all are written that are not 0.
      let elements = slopes.values.indices.map { UInt32($0) }
      let values = slopes.values.map { UInt8(max(0, min(255, ($0 * 255).rounded()))) }
      linear.slopes.append(.init(row: 0, node: name, elements: elements, values: values))
    }
    if part.sides.contains(where: { $0.multiplier > 0 }) {
      linear.multipliers = [.init(row: 0, values: part.sides.map(\.multiplier))]
    }
    return .leaf(.linear(linear))
  }
}

/// Looks for no counterexamples: the search is for a proof of what is known.
private struct NoHunter: CounterexampleHunter {
  func hunt(seconds: Double) -> Witness? { nil }
  func witness(at point: [Float]) -> Witness? { nil }
}
