import Foundation
import Networks
import Properties
import Tensors

/// A region and the conditions any of which makes a point of it a counterexample.
struct Target: Sendable {
  let region: SearchRegion
  let table: ConditionTable

  init(_ region: Region, _ table: ConditionTable) {
    self.region = SearchRegion(region)
    self.table = table
  }
}

/// Runs candidates through the original network, one at a time, in both precisions, or in doubles where the network
/// computes in doubles.
struct Replay: Sendable {
  private let network: Network
  /// What the network's final softmax reads, where conditions must hold for that as well.
  private let logits: (network: Network, parameters: Parameters<Tensor<Double>>)?
  private let single: Parameters<Tensor<Float>>
  private let double: Parameters<Tensor<Double>>
  /// What the points' elements stand for, where they are free inputs of a property.
  private let untied: UntiedProperty?

  enum Verdict {
    /// A condition holds in both precisions, by more than they differ.
    case clear(Witness)
    /// A condition holds in both precisions, but no further than rounding reaches.
    case bare(Witness)
    case rejected
  }

  init(_ network: Network, _ untied: UntiedProperty? = nil, logits: Network? = nil) {
    self.network = network
    self.untied = untied
    self.logits = logits.map { ($0, $0.parameters(as: Tensor<Double>.self)) }
    single = network.parameters(as: Tensor<Float>.self)
    double = network.parameters(as: Tensor<Double>.self)
  }

  /// Judges a point on its own.
  ///
  /// - Soundness: A witness lies in the region exactly, its output is the network's in 32-bit floats, and
  ///   one condition holds exactly for that output and for the output in doubles.
  func judge(_ point: [Float], _ target: Target) -> Verdict {
    let found = target.region.widened(point)
    guard found.allSatisfy(\.isFinite), target.region.exact.contains(found) else {
      return .rejected
    }
    guard let untied else { return judge(found, point, target.table.conditions) }
    let input = untied.ties.inputs(at: found)
    let conditions = untied.original.groups.filter { $0.region.contains(input) }
      .flatMap { $0.conditions.map(\.constraints) }
    return judge(input, input.map { Float($0) }, conditions)
  }

  /// Judges an input, with the floats that a 32-bit runtime makes of it, by the conditions of its region.
  private func judge(
    _ input: [Double], _ point: [Float], _ conditions: [[LinearConstraint]]
  ) -> Verdict {
    guard !conditions.isEmpty else { return .rejected }
    let shape = Shape([1] + network.inputShape.dimensions)
    if network.precision == .double { return judgeInDouble(input, conditions) }
    let output = network.evaluate(Tensor<Float>(shape, point), single).values.scalars
    guard output.allSatisfy(\.isFinite) else { return .rejected }
    let candidates = conditions.filter { condition in
      condition.allSatisfy { $0.holds(input: input, output: output) }
    }
    guard !candidates.isEmpty, holdsForLogits(input, conditions) else { return .rejected }
    let precise = network.evaluate(Tensor<Double>(shape, input), double).scalars
    let witness = Witness(input: input, output: output)
    var holdsInBoth = false
    for condition in candidates
    where condition.allSatisfy({ $0.holds(input: input, output: precise) }) {
      let isClear = condition.allSatisfy { constraint in
        let (a, b) = (constraint.excess(input, output), constraint.excess(input, precise))
        return max(a, b) <= -2 * abs(a - b)
      }
      if isClear { return .clear(witness) }
      holdsInBoth = true
    }
    return holdsInBoth ? .bare(witness) : .rejected
  }

  /// Whether a condition holds for what the final softmax reads, if that is asked for.
  private func holdsForLogits(
    _ input: [Double], _ conditions: [[LinearConstraint]]
  ) -> Bool {
    guard let logits else { return true }
    let shape = Shape([1] + logits.network.inputShape.dimensions)
    let output = logits.network.evaluate(Tensor<Double>(shape, input), logits.parameters).values
      .scalars
    return conditions.contains { condition in
      condition.allSatisfy { $0.holds(input: input, output: output) }
    }
  }

  /// Judges a point of a network that computes in doubles.
  ///
  /// - Soundness: A witness lies in the region exactly, and one condition holds exactly for the network's output in
  ///   64-bit floats.
  private func judgeInDouble(_ input: [Double], _ conditions: [[LinearConstraint]]) -> Verdict {
    let shape = Shape([1] + network.inputShape.dimensions)
    let output = network.evaluate(Tensor<Double>(shape, input), double).scalars
    guard output.allSatisfy(\.isFinite) else { return .rejected }
    let holding = conditions.filter { condition in
      condition.allSatisfy { $0.holds(input: input, output: output) }
    }
    guard !holding.isEmpty, holdsForLogits(input, conditions) else { return .rejected }
    let isClear = holding.contains { condition in
      condition.allSatisfy { $0.excess(input, output) < 0 }
    }
    let witness = Witness(input: input, output: output)
    return isClear ? .clear(witness) : .bare(witness)
  }
}

extension LinearConstraint {
  /// How far the sum is above its bound.
  fileprivate func excess(_ input: [Double], _ output: [Double]) -> Double {
    let sum = outputs.reduce(0.0) { $0 + $1.coefficient * output[$1.index] }
    return inputs.reduce(sum) { $0 + $1.coefficient * input[$1.index] } - bound
  }
}

/// The witnesses found so far, shared by the threads that search.
final class Findings: @unchecked Sendable {
  // Everything mutable is guarded by `lock`.
  private let lock = NSLock()
  private var witnesses: [Witness?]
  private var pending: [Int: Pending] = [:]
  private var found = 0
  private let stopsAtFirst: Bool
  private let replay: Replay

  private struct Pending {
    /// The least violation that was tried.
    var tried = Double.infinity
    var bare: Witness?
    /// How often a satisfied point came by since a bare witness was found.
    var offers = 0
  }

  /// After how many more satisfied points a bare witness is taken for want of a clear one.
  private let patience = 8

  init(count: Int, stopsAtFirst: Bool, replay: Replay) {
    witnesses = .init(repeating: nil, count: count)
    self.stopsAtFirst = stopsAtFirst
    self.replay = replay
  }

  /// Whether nothing is left to find.
  var isComplete: Bool {
    lock.withLock { found == witnesses.count || (stopsAtFirst && found > 0) }
  }

  /// What was found for each target.
  var all: [Witness?] { lock.withLock { witnesses } }

  /// Whether a target has its witness.
  func isDone(_ target: Int) -> Bool { lock.withLock { witnesses[target] != nil } }

  /// Which of some targets have no witness yet.
  func unfinished(_ targets: some Sequence<Int>) -> [Int] {
    lock.withLock { targets.filter { witnesses[$0] == nil } }
  }

  /// Considers a point at which a condition of the target holds in the batch.
  func offer(_ point: [Float], violation: Double, for id: Int, _ target: Target) {
    let isWorthTrying = lock.withLock { () -> Bool in
      guard witnesses[id] == nil else { return false }
      var state = pending[id] ?? Pending()
      defer { pending[id] = state }
      if state.bare != nil {
        state.offers += 1
        if state.offers > patience { accept(state.bare, id) }
      }
      // A point that failed says that points no deeper will fail as well.
      guard violation < state.tried else { return false }
      state.tried = violation
      return true
    }
    guard isWorthTrying else { return }
    let verdict = replay.judge(point, target)
    lock.withLock {
      switch verdict {
      case .clear(let witness): accept(witness, id)
      case .bare(let witness): pending[id]?.bare = witness
      case .rejected: break
      }
    }
  }

  /// Takes the bare witnesses, when a search is over.
  func settle() {
    lock.withLock {
      for (id, state) in pending { accept(state.bare, id) }
    }
  }

  private func accept(_ witness: Witness?, _ id: Int) {
    guard let witness, witnesses[id] == nil else { return }
    witnesses[id] = witness
    found += 1
  }
}
