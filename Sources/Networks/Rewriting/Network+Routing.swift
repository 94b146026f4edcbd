import Tensors

// The routing of tokens, which a model file holds as comparisons of every two scores.

extension Network {
  /// With comparisons of the scores of every two tokens, and the count of those ahead of each, as the choice of tokens that they are.
  ///
  /// Recognised is what `surety` writes; other ways to find the largest scores stay what they are.
  public func recognizingRouting() -> Network {
    guard nodes.indices.contains(where: { routing(at: $0) != nil }) else { return self }
    let chosen = rewritten { node, rebuilder in
      guard let found = routing(at: node) else { return rebuilder.keep(node) }
      // The comparison's own name, and then that of the numbers made of it.
      rebuilder.replace(
        node, by: TopTokens(found.kept, of: nodes[node].shape[-2]), reading: [found.scores],
        named: nodes[node].tensors.last)
    }
    // A mark is 1 where it is above one half, which is how a choice by it was written.
    return chosen.rewritten { node, rebuilder in
      guard let mark = chosen.mark(comparedAt: node) else { return rebuilder.keep(node) }
      rebuilder.forward(node, to: mark)
    }
  }

  /// The marks of tokens that a node compares with one half.
  private func mark(comparedAt node: Int) -> Int? {
    guard nodes[node].operation is Step, let shift = input(of: node, as: AddConstant.self),
      uniform(shift.operation.constant) == -0.5
    else { return nil }
    let compared = nodes[shift.node].inputs[0]
    var source = compared
    while nodes[source].operation is Reshape { source = nodes[source].inputs[0] }
    let isMark = nodes[source].operation is TopTokens && nodes[compared].shape == nodes[node].shape
    return isMark ? compared : nil
  }

  /// With what the scores of tokens are sums of as a second input of the choice of tokens, wherever they are such sums.
  func seeingSummedScores() -> Network {
    guard nodes.indices.contains(where: { scoreTerms(at: $0) != nil }) else { return self }
    return rewritten { node, rebuilder in
      guard let operation = nodes[node].operation, let terms = scoreTerms(at: node) else {
        return rebuilder.keep(node)
      }
      switch terms {
      case .summed(let terms):
        rebuilder.replace(node, by: operation, reading: nodes[node].inputs + [terms])
      case .products(let read, let weight):
        let parameter = parameters[weight.index]
        let factors = rebuilder.addParameter(
          "\(parameter.name).terms", parameter.value.reshaped([parameter.value.count]),
          error: parameter.error)
        let products = rebuilder.add(
          MultiplyConstant(factors), [rebuilder.newNode(read)], for: node)
        let scores = nodes[node].inputs.map { rebuilder.newNode($0) }
        rebuilder.stand(rebuilder.add(operation, scores + [products], for: node), for: node)
      }
    }
  }

  /// What the scores that a node chooses tokens by are sums of.
  private enum ScoreTerms {
    /// The elements of a node, along its last axis.
    case summed(Int)
    /// The elements of a node times weights.
    case products(Int, ParameterID)
  }

  /// What the scores are sums of, up to a constant; nil where that is not seen, or is there already.
  private func scoreTerms(at node: Int) -> ScoreTerms? {
    guard nodes[node].operation is TopTokens, nodes[node].inputs.count == 1 else { return nil }
    var scores = nodes[node].inputs[0]
    if nodes[scores].operation is AddConstant { scores = nodes[scores].inputs[0] }
    guard nodes[scores].shape == nodes[node].shape, let read = nodes[scores].inputs.first else {
      return nil
    }
    switch nodes[scores].operation {
    case let sum as Reduce
    where !sum.isMean && sum.keepingAxes && sum.axes == [nodes[scores].shape.rank - 1]:
      return .summed(read)
    case let map as Linear where parameters[map.weight.index].value.shape[-1] == 1:
      return .products(read, map.weight)
    default: return nil
    }
  }

  /// How many tokens each choice of tokens keeps, of how many, by the names of the nodes.
  public var routings: [Routing] {
    let needed = isNeeded
    return nodes.indices.compactMap { id in
      guard needed[id], let routing = nodes[id].operation as? TopTokens else { return nil }
      return Routing(node: nodes[id].name, kept: routing.kept, tokens: routing.tokens)
    }
  }

  /// How many tokens a node keeps.
  public struct Routing: Sendable, Hashable, Codable {
    /// The node's name in the model.
    public var node: String
    /// The tokens that are kept.
    public var kept: Int
    /// The tokens that there are.
    public var tokens: Int
  }

  /// The scores whose largest are marked at a node, and how many those are.
  private func routing(at node: Int) -> (scores: Int, kept: Int)? {
    guard let last = nodes[node].operation as? Step, !last.includesZero,
      let shift = input(of: node, as: AddConstant.self),
      let limit = uniform(shift.operation.constant), limit > 0, limit == limit.rounded(.up) - 0.5,
      let negated = input(of: shift.node, as: Negate.self),
      let count = input(of: negated.node, as: Reduce.self), !count.operation.isMean,
      count.operation.keepingAxes, count.operation.axes == [nodes[count.node].shape.rank - 1],
      let sum = input(of: count.node, as: Add.self), !sum.operation.isDifference
    else { return nil }
    let parts = nodes[sum.node].inputs.compactMap(comparison(at:))
    guard parts.count == 2, parts[0].scores == parts[1].scores,
      let atLeast = parts.first(where: \.includesEqual),
      let above = parts.first(where: { !$0.includesEqual })
    else { return nil }
    let shape = nodes[atLeast.scores].shape
    guard shape == nodes[node].shape, shape.rank >= 2, shape[-1] == 1,
      isOrder(atLeast.factor, shape[-2], { $1 < $0 }),
      isOrder(above.factor, shape[-2], { $1 > $0 }),
      limit < Double(shape[-2])
    else { return nil }
    return (atLeast.scores, Int(limit + 0.5))
  }

  /// Which scores are compared with those of all others, and what the results are multiplied by.
  private func comparison(
    at node: Int
  ) -> (scores: Int, includesEqual: Bool, factor: ParameterID)? {
    guard let product = nodes[node].operation as? MultiplyConstant, !product.isQuotient,
      let step = input(of: node, as: Step.self),
      let distance = input(of: step.node, as: Add.self), distance.operation.isDifference
    else { return nil }
    let (others, scores) = (nodes[distance.node].inputs[0], nodes[distance.node].inputs[1])
    let rank = nodes[scores].shape.rank
    guard let turn = nodes[others].operation as? Transpose, nodes[others].inputs == [scores],
      rank >= 2, turn.permutation == Array(0..<rank - 2) + [rank - 1, rank - 2]
    else { return nil }
    return (scores, step.operation.includesZero, product.constant)
  }

  /// The only input of a node, if it is computed by an operation of a type.
  private func input<O: Operation>(of node: Int, as type: O.Type) -> (operation: O, node: Int)? {
    guard nodes[node].inputs.count == 1, let input = nodes[node].inputs.first,
      let operation = nodes[input].operation as? O
    else { return nil }
    return (operation, input)
  }

  private func uniform(_ id: ParameterID) -> Double? {
    let values = parameters[id.index].value.scalars
    return values.first.flatMap { first in values.allSatisfy { $0 == first } ? first : nil }
  }

  private func isOrder(_ id: ParameterID, _ tokens: Int, _ holds: (Int, Int) -> Bool) -> Bool {
    let value = parameters[id.index].value
    let order: Tensor<Double> = TopTokens.order(tokens, holds)
    return value.count == order.count && value.shape.dimensions.suffix(2) == [tokens, tokens]
      && value.scalars == order.scalars
  }
}
