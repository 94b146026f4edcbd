import Proofs
import Properties
import Synchronization

/// How far a proof goes.
public struct ProofOutcome: Sendable, Hashable {
  /// Whether every condition was shown to be impossible.
  public var isProved: Bool
  /// For each condition that the proof is about, in order, the best lower bound of its functions; the least one over the parts of a
  /// tree. What is above 0 is proved. Minus infinity where there is no bound, infinity where there are no inputs.
  public var bounds: [Double]
  /// Why it is not proved; empty where it is.
  public var reason: String

  /// The least bound over the conditions: how far the proof is from its end.
  public var leastBound: Double { bounds.min() ?? .infinity }
}

/// A claim with what all its proofs have in common.
///
/// Proofs can be tried one after another, from several threads. The intervals of the whole region, and those after the passes that
/// were asked for last, are kept.
public final class PreparedClaim: Sendable {
  /// What is claimed.
  public let claim: Claim
  let analysis: Analysis
  let nodes: [String: Int]
  /// The constraints of each condition.
  let conditions: [[OutputProperty.Constraint]]
  private let known = Mutex<Known?>(nil)

  private struct Known: Sendable {
    var passes: [LinearProof.Pass]
    /// Nil where no input is left.
    var state: PartState?
  }

  init(_ claim: Claim, analysis: Analysis, nodes: [String: Int]) throws(Rejection) {
    self.claim = claim
    self.analysis = analysis
    self.nodes = nodes
    let outputs = analysis.steps[analysis.output].layout.count
    switch claim.property {
    case .conditions(let conditions):
      let inputs = analysis.steps[0].layout.count
      for constraint in conditions.joined() {
        if let term = constraint.outputs.first(where: { $0.index >= outputs }) {
          throw Rejection("output \(term.index) of the property is beyond the \(outputs) outputs")
        }
        if let term = constraint.inputs.first(where: { $0.index >= inputs }) {
          throw Rejection("input \(term.index) of the property is beyond the \(inputs) inputs")
        }
      }
      self.conditions = conditions
    case .prediction:
      throw Rejection("a prediction of tokens is a property for the rule tokens alone")
    case .label(let label):
      guard label < outputs, outputs > 1 else {
        throw Rejection("the label \(label) is none of the network's \(outputs) outputs")
      }
      guard let one = ExactNumber("1"), let minus = ExactNumber("-1"), let zero = ExactNumber("0")
      else { throw Rejection("numbers are not read") }
      conditions = (0..<outputs).filter { $0 != label }.map { other in
        [.init(outputs: [.init(label, one), .init(other, minus)], bound: zero)]
      }
    }
  }

  /// Tries to prove the claim.
  ///
  /// - Soundness: Where the outcome says that it is proved, no input of the region gives a violation, under every meaning that the
  ///   claim names.
  /// - Throws: `Rejection` when the proof does not fit the claim, or the network has an operation without a rule.
  public func prove(_ proof: Proof) throws(Rejection) -> ProofOutcome {
    guard claim.verdict == .holds else {
      throw Rejection("the claim is that the property is violated, which a counterexample proves")
    }
    return try prove(proof, Array(conditions.indices))
  }

  /// Proves some of the conditions.
  func prove(_ proof: Proof, _ conditions: [Int]) throws(Rejection) -> ProofOutcome {
    switch proof {
    case .interval, .linear, .lipschitz:
      let passes: [LinearProof.Pass]
      if case .linear(let linear) = proof { passes = linear.passes } else { passes = [] }
      return try outcome(of: proof, conditions, over: state(after: passes), cuts: [])
    case .tree(let tree): return try prove(tree, conditions)
    case .each(let parts): return try prove(parts)
    case .tokens: throw Rejection("the rule \"tokens\" is one for regions of tokens alone")
    case .empty: throw Rejection("the rule \"empty\" is one for the leaves of trees")
    case .counterexample: throw Rejection("a counterexample does not prove that a property holds")
    }
  }

  private func prove(_ parts: [Proof.Part]) throws(Rejection) -> ProofOutcome {
    var bounds = [Double?](repeating: nil, count: conditions.count)
    var reason = ""
    for part in parts {
      guard Set(part.conditions).count == part.conditions.count,
        part.conditions.allSatisfy({ conditions.indices.contains($0) })
      else { throw Rejection("a proof is for conditions that there are not, or for one twice") }
      if case .each = part.proof { throw Rejection("the rule \"each\" stands only at the top") }
      let outcome = try prove(part.proof, part.conditions)
      if reason.isEmpty { reason = outcome.reason }
      // Each of several proofs of a condition suffices only if it comes to its end.
      for (condition, bound) in zip(part.conditions, outcome.bounds) {
        guard bounds[condition] == nil else {
          throw Rejection("condition \(condition) has two proofs")
        }
        bounds[condition] = bound
      }
    }
    if let missing = bounds.firstIndex(of: nil) {
      throw Rejection("condition \(missing) has no proof")
    }
    return ProofOutcome(
      isProved: reason.isEmpty, bounds: bounds.map { $0 ?? -.infinity }, reason: reason)
  }

  // MARK: States

  /// The values of all nodes over the whole region, after passes.
  func state(after passes: [LinearProof.Pass]) throws(Rejection) -> PartState? {
    if let known = known.withLock({ $0 }), known.passes == passes { return known.state }
    let state = try analysis.state(of: Part(), within: nil, refinements(passes))
    known.withLock { $0 = Known(passes: passes, state: state) }
    return state
  }

  func node(_ name: String, orInput: Bool = false) throws(Rejection) -> Int {
    guard let node = nodes[name] else { throw Rejection("the network has no node \(name)") }
    guard node != 0 || orInput else {
      throw Rejection("\(name) is the network's input, and no node")
    }
    return node
  }

  /// Places of elements of a node, each once.
  func places(_ elements: [UInt32], of node: Int) throws(Rejection) -> [Int] {
    let layout = analysis.steps[node].layout
    let places = elements.map { Int($0) < layout.count ? layout.place(of: Int($0)) : -1 }
    guard !places.contains(-1), Set(places).count == places.count else {
      throw Rejection(
        "elements of \(analysis.steps[node].name) are beyond its \(layout.count), or come twice")
    }
    return places
  }

  func refinements(_ passes: [LinearProof.Pass]) throws(Rejection) -> [Refinement] {
    var refinements: [Refinement] = []
    for pass in passes {
      let node = try node(pass.node)
      guard node > refinements.last?.node ?? -1 else {
        throw Rejection("the pass at \(pass.node) is not in the order of the file's nodes")
      }
      refinements.append(
        Refinement(
          node: node,
          places: try pass.elements.map { (list) throws(Rejection) in try places(list, of: node) }))
    }
    return refinements
  }
}
