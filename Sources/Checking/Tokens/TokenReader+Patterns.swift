import Networks
import Tensors

extension TokenReader {
  // MARK: Turns

  /// `x own + partners(x) others`, with a table of numbers for each factor.
  func turn(
    _ id: Int
  ) throws(NoRule) -> (turn: TokenGraph.Turn, input: Int, nodes: [Int])? {
    let nodes = network.nodes
    guard let width = width(id) else { return nil }
    let inputs = nodes[id].inputs
    for (first, second) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let own = nodes[first].operation as? MultiplyConstant, !own.isQuotient,
        let other = nodes[second].operation as? MultiplyConstant, !other.isQuotient
      else { continue }
      let (x, moved) = (nodes[first].inputs[0], nodes[second].inputs[0])
      guard let selection = nodes[moved].operation as? Selection,
        selection.axis == nodes[moved].shape.rank - 1, nodes[moved].inputs == [x],
        [first, second, moved, x].allSatisfy({ nodes[$0].shape == nodes[id].shape }),
        let step = places[x]
      else { continue }
      let partners = selection.indices.map { Int($0) }
      guard partners.count == width,
        partners.indices.allSatisfy({
          partners[$0] >= 0 && partners[$0] != $0 && partners[partners[$0]] == $0
        })
      else { continue }
      func table(_ id: ParameterID) throws(NoRule) -> [Double]? {
        guard network.parameters[id.index].value.shape.dimensions == [count, width] else {
          return nil
        }
        return try values(id)
      }
      guard let kept = try table(own.constant), let added = try table(other.constant) else {
        continue
      }
      let turn = TokenGraph.Turn(partners: partners, own: kept, others: added, count: count)
      return (turn, step, [first, second, moved])
    }
    return nil
  }

  // MARK: Gates

  /// `k x (1 + erf(c x))`, with a number c above 0 and perhaps one k.
  func gate(
    _ id: Int
  ) throws(NoRule) -> (gate: TokenGraph.Gate, input: Int, nodes: [Int])? {
    let nodes = network.nodes
    let inputs = nodes[id].inputs
    for (first, share) in [(inputs[0], inputs[1]), (inputs[1], inputs[0])] {
      guard let sum = nodes[share].operation as? AddConstant, try number(sum.constant) == 1,
        case let erf = nodes[share].inputs[0], nodes[erf].operation is Erf,
        case let scaled = nodes[erf].inputs[0], let inner = try scale(scaled), inner.factor > 0,
        case let x = nodes[scaled].inputs[0], let step = places[x],
        [first, share, erf, scaled, x].allSatisfy({ nodes[$0].shape == nodes[id].shape })
      else { continue }
      let sharpness = inner.isQuotient ? 1 / inner.factor : inner.factor
      var gate = TokenGraph.Gate(factor: 1, sharpness: sharpness)
      var covered = [share, erf, scaled]
      if first != x {
        guard let outer = try scale(first), !outer.isQuotient, nodes[first].inputs[0] == x else {
          continue
        }
        gate.factor = outer.factor
        covered.append(first)
      }
      return (gate, step, covered)
    }
    return nil
  }

  // MARK: Attention

  /// Attention whose heads are put side by side again at a node.
  func attention(
    _ id: Int
  ) throws(NoRule) -> (attention: TokenGraph.Attention, nodes: [Int])? {
    let nodes = network.nodes
    guard let width = width(id), let back = nodes[id].inputs.first,
      nodes[back].operation is Transpose, let mixed = nodes[back].inputs.first,
      nodes[mixed].operation is MatrixProduct, nodes[mixed].shape.rank >= 3
    else { return nil }
    let heads = nodes[mixed].shape[-3]
    let lead = nodes[mixed].shape.rank - 3
    guard heads > 0, width % heads == 0, permutation(back) == order(lead, [1, 0, 2]),
      nodes[back].shape[-1] == width / heads, nodes[back].shape[-2] == heads,
      nodes[back].shape[-3] == count
    else { return nil }
    var covered = [id, back, mixed]
    let weights = nodes[mixed].inputs[0]
    guard let softmax = nodes[weights].operation as? Softmax,
      softmax.axis == nodes[weights].shape.rank - 1, nodes[weights].shape.rank == lead + 3
    else { return nil }
    covered.append(weights)
    var logits = nodes[weights].inputs[0]
    var isCausal = false
    if let sum = nodes[logits].operation as? AddConstant {
      guard try isCausalMask(sum.constant), case let before = nodes[logits].inputs[0],
        nodes[before].shape == nodes[logits].shape
      else { return nil }
      covered.append(logits)
      (logits, isCausal) = (before, true)
    }
    var scales: [TokenGraph.Scale] = []
    while let scale = try scale(logits) {
      covered.append(logits)
      scales.append(scale)
      logits = nodes[logits].inputs[0]
    }
    guard nodes[logits].operation is MatrixProduct, nodes[logits].shape.rank == lead + 3,
      nodes[logits].shape[-1] == count, nodes[logits].shape[-2] == count
    else { return nil }
    covered.append(logits)
    guard let queries = inHeads(nodes[logits].inputs[0], order(lead, [1, 0, 2]), heads, width),
      let keys = inHeads(nodes[logits].inputs[1], order(lead, [1, 2, 0]), heads, width),
      let values = inHeads(nodes[mixed].inputs[1], order(lead, [1, 0, 2]), heads, width)
    else { return nil }
    covered += queries.nodes + keys.nodes + values.nodes
    guard let q = projection(queries.step, heads), let k = projection(keys.step, heads),
      let v = projection(values.step, heads)
    else {
      throw NoRule(
        reason:
          "its queries, keys and values are not linear layers without biases, turned within heads or scaled at most"
      )
    }
    return (
      TokenGraph.Attention(
        heads: heads, scales: scales.reversed(), isCausal: isCausal, queries: q, keys: k, values: v),
      covered
    )
  }

  /// Leading axes as they are, and the last three in another order.
  private func order(_ lead: Int, _ last: [Int]) -> [Int] {
    Array(0..<lead) + last.map { $0 + lead }
  }

  private func permutation(_ id: Int) -> [Int]? {
    (network.nodes[id].operation as? Transpose)?.permutation
  }

  /// The step whose rows, cut into heads, are at a node in an order of axes.
  private func inHeads(
    _ id: Int, _ wanted: [Int], _ heads: Int, _ width: Int
  ) -> (step: Int, nodes: [Int])? {
    let nodes = network.nodes
    var (node, found, covered) = (id, Array(wanted.indices), [Int]())
    while let permutation = permutation(node), permutation.count == found.count {
      covered.append(node)
      // Axis i of the result is axis `permutation[i]` of what is read.
      found = found.map { permutation[$0] }
      node = nodes[node].inputs[0]
    }
    guard found == wanted, nodes[node].operation is Reshape, nodes[node].shape.rank == wanted.count,
      nodes[node].shape[-3] == count, nodes[node].shape[-2] == heads,
      nodes[node].shape[-1] == width / heads, case let source = nodes[node].inputs[0],
      self.width(source) == width, let step = places[source]
    else { return nil }
    return (step, covered + [node])
  }

  /// The linear layer behind what attention reads; nil for anything else, and where features are turned across heads.
  private func projection(_ step: Int, _ heads: Int) -> TokenGraph.Projection? {
    var projection = TokenGraph.Projection(step: step, layer: step, between: [])
    while true {
      let own = steps[projection.layer]
      switch own.kind {
      case .linear(_, bias: .none): return projection
      case .turned(let turn):
        let size = own.width / heads
        guard turn.partners.indices.allSatisfy({ turn.partners[$0] / size == $0 / size }) else {
          return nil
        }
      case .scaled: break
      default: return nil
      }
      projection.between.append(projection.layer)
      projection.layer = own.inputs[0]
    }
  }

  /// What is taken off at least from the logits of tokens that are not read.
  private static var hidden: Double { 1e9 }

  private func isCausalMask(_ id: ParameterID) throws(NoRule) -> Bool {
    let shape = network.parameters[id.index].value.shape
    guard shape.rank >= 2, shape.count == count * count, shape[-1] == count, shape[-2] == count
    else { return false }
    let mask = try values(id)
    return mask.indices.allSatisfy { place in
      place % count > place / count ? mask[place] <= -Self.hidden : mask[place] == 0
    }
  }
}
