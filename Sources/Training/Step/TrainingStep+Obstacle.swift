import Bounds
import Networks

extension TrainingStep {
  /// What keeps the recipe's method from training the network, with what would do instead; nil when nothing does.
  ///
  /// A bound that carries no gradient would be worse than none: the loss would fall for another function than the
  /// one that is differentiated, and nothing would say so.
  public var obstacle: String? {
    if trainable.isEmpty { return "it has no layer with weights; expected one at least" }
    if let problem = recipe.network.weights.obstacle(trained) { return problem }
    let needed = network.isNeeded
    for (id, node) in network.nodes.enumerated() where needed[id] {
      guard let operation = node.operation else { continue }
      let place = "operation \(operation.name) (node \(node.name))"
      if operation.bend == .steps {
        return "\(place) has the derivative 0, so that nothing before it learns; replace it"
      }
      if let function = operation as? any PointwiseOperation, !function.carriesGradient {
        return
          "\(place) is computed element by element, which training cannot differentiate; replace it"
      }
      guard recipe.method.usesBounds else { continue }
      if let problem = intervalObstacle(operation, place) { return problem }
      if recipe.method == .crownIBP, let problem = linearObstacle(operation, place) {
        return problem
      }
    }
    if recipe.method == .emma { return slopeObstacle }
    return recipe.method.usesLatentAttack ? splitObstacle : nil
  }

  private func intervalObstacle(_ operation: any Operation, _ place: String) -> String? {
    let remedy = "train by clean or adversarial, or replace it"
    guard let propagating = operation as? any IntervalPropagating else {
      return "interval bounds have no rule for \(place); \(remedy)"
    }
    guard !propagating.intervalCarriesGradient else { return nil }
    return "interval bounds of \(place) carry no gradient; \(remedy)"
  }

  private func linearObstacle(_ operation: any Operation, _ place: String) -> String? {
    if operation is any AffinelyPropagating { return nil }
    guard let bounded = operation as? any LinearlyBounded else {
      return "linear bounds have no rule for \(place); train by ibp, or replace it"
    }
    guard !bounded.relaxationCarriesGradient else { return nil }
    let instead =
      operation is MaxPool ? "AveragePool or a stride" : "Relu"
    return "linear bounds of \(place) carry no gradient; train by ibp, or use \(instead)"
  }

  /// The part after the split must read nothing but the split, or points of its box say nothing about the output.
  private var splitObstacle: String? {
    let needed = network.isNeeded
    let around = network.nodes.indices.first { id in
      id > split && needed[id] && network.nodes[id].inputs.contains { $0 < split }
    }
    return around.map {
      "node \(network.nodes[$0].name) of the attacked part reads around the node "
        + "\(network.nodes[split].name) at which the part begins; choose another loss.attacked-modules"
    }
  }
}
