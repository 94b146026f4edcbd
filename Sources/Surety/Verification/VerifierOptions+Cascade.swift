import Bounds
import Networks

extension VerifierOptions {
  /// What is tried, in order, until something decides.
  ///
  /// Cheap things come first, whichever answer they can give: a glance for counterexamples, intervals, and
  /// CROWN for as long as a search would take. What is left then deserves a search before each method that
  /// may take long, because violations are cheaper to find than to fail to exclude.
  ///
  /// - Parameters:
  ///   - network: The network that is bounded.
  ///   - splitsInputs: Whether a search over boxes of inputs comes last.
  func cascade(of network: Network, splitsInputs: Bool) -> [Step] {
    let cheap: [BoundMethod] = [.ibp, .forward, .crownIBP]
    let costly = methods.filter { !cheap.contains($0) }
    var steps = [Step(stage: .attack(.glance), share: 0.05, most: 0.05)]
    steps += methods.filter(cheap.contains).map { Step(stage: .bounds($0)) }
    // The second is left out where a first try runs to its end.
    steps += costly.prefix(1).filter { !($0 == .alphaCROWN && splitsInputs) }
      .map { Step(stage: .bounds($0), most: 0.25, slopes: scopes) }
    steps.append(Step(stage: .attack(.quick), share: 0.1, most: 1))
    for method in costly {
      // Smaller boxes help more than better slopes do.
      let isSkipped = method == .alphaCROWN && splitsInputs
      if method == .alphaCROWN {
        steps.append(Step(stage: .attack(.thorough), share: 0.2, most: 10))
      }
      if !isSkipped { steps.append(Step(stage: .bounds(method), slopes: scopes)) }
    }
    if let completion = completeMethod {
      // Programs of few ReLUs are solved at once, and find what no gradient leads to.
      if completion == .branchAndBound && CompleteMethod.mixedInteger.isAvailable
        && network.hasFewActivations && !splitsInputs
      {
        steps.append(Step(stage: .complete(.mixedInteger), most: 1))
      }
      steps.append(Step(stage: .complete(completion)))
    }
    return steps + [Step(stage: .attack(.last), share: 0.3, most: 5)]
  }

  /// Slopes for the output alone cost little; often they suffice. A complete search optimises the intermediate layers
  /// itself, and keeps them.
  private var scopes: [Step.SlopeScope] {
    completeMethod == nil ? [.outputs, .everyLayer] : [.outputs]
  }
}

extension Step {
  /// Whether this is the search that goes on until it has an answer, and that has a checkpoint of its own.
  var isMain: Bool {
    if case .complete = stage { isUnlimited } else { false }
  }
}

extension Network {
  /// Whether linear programs of the network are small: up to some hundred ReLUs once it is written in them.
  fileprivate var hasFewActivations: Bool {
    guard inputShape.count <= 1024,
      bent(self).allSatisfy({ [.atZero, .kinks].contains($0.operation?.bend ?? .none) }),
      bent(self).reduce(0, { $0 + $1.shape.count }) <= 1024
    else { return false }
    let nodes = bent(expressedInReLUs())
    return nodes.allSatisfy { $0.operation is ReLU }
      && nodes.reduce(0) { $0 + $1.shape.count } <= 512
  }

  /// The nodes that the output depends on, but for affine ones.
  private func bent(_ network: Network) -> [Node] {
    let needed = network.isNeeded
    return network.nodes.enumerated().compactMap { id, node in
      needed[id] && node.operation.map { $0.bend != .none } ?? false ? node : nil
    }
  }
}
