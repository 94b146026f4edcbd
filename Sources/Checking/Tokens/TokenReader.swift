import Networks
import Tensors

/// Reads a network of tokens: the graph as data, none of it evaluated.
///
/// Every node that computes rows for tokens becomes a step; what attention, turns and gates are made of is looked at from the node where they
/// end. What a step means is decided by the nodes it stands for alone, so it does not matter who else reads these.
struct TokenReader {
  let network: Network
  let count: Int
  private(set) var steps: [TokenGraph.Step] = []
  /// The step that has the value of a node.
  private(set) var places: [Int: Int] = [:]
  /// In how many parts each linear step is read by attention.
  private(set) var parts: [Int: Int] = [:]
  /// Nodes that a step stands for.
  private var covered: Set<Int> = []

  /// The network as steps.
  ///
  /// - Throws: `NoRule` naming a node that has none.
  static func graph(of network: Network) throws(NoRule) -> TokenGraph {
    var reader = TokenReader(network)
    return try reader.graph()
  }

  private init(_ network: Network) {
    self.network = network
    count = network.inputShape.dimensions.last ?? 0
  }

  private mutating func graph() throws(NoRule) -> TokenGraph {
    let needed = network.isNeeded
    var table: TokenMatrix?
    var obstacles: [(node: Int, reason: String)] = []
    guard network.nodes.contains(where: { $0.operation is Embedding }) else {
      throw NoRule(reason: "it embeds no tokens")
    }
    guard count > 0, network.inputShape.count == count else {
      throw NoRule(reason: "its input of shape \(network.inputShape) is not one text")
    }
    for id in network.nodes.indices.dropFirst() where needed[id] {
      do throws(NoRule) {
        let node = network.nodes[id]
        guard let operation = node.operation else { continue }
        let kind: (TokenGraph.Kind, inputs: [Int])
        if let embedding = operation as? Embedding {
          guard table == nil, node.inputs == [0] else {
            throw NoRule(reason: "it is a second embedding, or one of what is no input")
          }
          table = try matrix(embedding.table)
          kind = (.embedding, [])
        } else {
          kind = try self.kind(id, operation)
        }
        guard let width = width(id) else {
          throw NoRule(reason: "its shape \(node.shape) is not one row for each of \(count) tokens")
        }
        places[id] = steps.count
        steps.append(
          TokenGraph.Step(
            node: id, name: node.name, tensors: node.tensors, inputs: kind.inputs, width: width,
            kind: kind.0))
      } catch {
        obstacles.append((id, error.reason))
      }
    }
    guard let table, let last = places[network.output] else {
      let obstacle = obstacles.first { !covered.contains($0.node) } ?? obstacles.last
      throw NoRule(
        reason: obstacle.map { "node \(network.nodes[$0.node].name): \($0.reason)" }
          ?? "it embeds no tokens")
    }
    return try graph(table, last)
  }

  /// The last layer found, and the steps that it needs.
  private func graph(_ table: TokenMatrix, _ output: Int) throws(NoRule) -> TokenGraph {
    var last = output
    while case .scaled(let factor, _) = steps[last].kind {
      guard factor > 0 else {
        throw NoRule(reason: "its outputs are multiplied by \(factor), which is not above 0")
      }
      last = steps[last].inputs[0]
    }
    guard case .linear = steps[last].kind, parts[last] == nil else {
      throw NoRule(reason: "it does not end with a linear layer, times a number perhaps")
    }
    var needed = [Bool](repeating: false, count: steps.count)
    needed[last] = true
    for index in (0...last).reversed() where needed[index] {
      for input in steps[index].inputs { needed[input] = true }
    }
    return TokenGraph(
      count: count, table: table, steps: steps, isNeeded: needed, last: last, parts: parts)
  }

  // MARK: Steps

  /// The length of the rows of a node; nil where it has no row for each token.
  func width(_ id: Int) -> Int? {
    let shape = network.nodes[id].shape
    guard shape.rank >= 2, shape[-2] == count, shape.count == count * shape[-1] else { return nil }
    return shape[-1]
  }

  /// The steps of a node's inputs, of the node's own shape.
  private func operands(_ id: Int, ofOwnShape: Bool = true) throws(NoRule) -> [Int] {
    var found: [Int] = []
    for input in network.nodes[id].inputs {
      guard let step = places[input],
        !ofOwnShape || network.nodes[input].shape == network.nodes[id].shape
      else { throw NoRule(reason: "it reads \(network.nodes[input].name), which has no rule here") }
      found.append(step)
    }
    return found
  }

  func values(_ id: ParameterID) throws(NoRule) -> [Double] {
    try StepReader(network: network, id: 0, places: []).values(id)
  }

  private func matrix(_ id: ParameterID) throws(NoRule) -> TokenMatrix {
    let shape = network.parameters[id.index].value.shape
    guard shape.rank == 2 else { throw NoRule(reason: "its parameter is no matrix") }
    return TokenMatrix(rows: shape[0], columns: shape[1], values: try values(id))
  }

  /// The one number of a parameter of any shape; nil where it has more.
  func number(_ id: ParameterID) throws(NoRule) -> Double? {
    guard network.parameters[id.index].value.count == 1 else { return nil }
    return try values(id)[0]
  }

  /// The number by which a node multiplies all elements of what it reads.
  func scale(_ id: Int) throws(NoRule) -> TokenGraph.Scale? {
    guard let product = network.nodes[id].operation as? MultiplyConstant,
      network.nodes[network.nodes[id].inputs[0]].shape == network.nodes[id].shape,
      let factor = try number(product.constant)
    else { return nil }
    guard abs(factor) > 0x1p-300, abs(factor) < 0x1p300 else {
      throw NoRule(reason: "its factor \(factor) is 0, or of extreme size")
    }
    return TokenGraph.Scale(factor: factor, isQuotient: product.isQuotient)
  }

  private mutating func kind(
    _ id: Int, _ operation: any Operation
  ) throws(NoRule) -> (TokenGraph.Kind, inputs: [Int]) {
    switch operation {
    case let layer as Linear:
      let inputs = try operands(id, ofOwnShape: false)
      let weights = try matrix(layer.weight)
      let bias = try layer.bias.map { (bias) throws(NoRule) in try values(bias) }
      guard steps[inputs[0]].width == weights.rows, width(id) == weights.columns,
        bias.map({ $0.count == weights.columns }) ?? true
      else { throw NoRule(reason: "its matrix does not fit its rows") }
      return (.linear(weights, bias: bias), inputs)
    case let sum as AddConstant:
      let inputs = try operands(id)
      let values = try values(sum.constant)
      let shape = network.parameters[sum.constant.index].value.shape.dimensions
      let sources = StepReader.sources(
        of: shape, broadcastTo: network.nodes[id].shape.dimensions)
      return (.shifted(sources.map { values[$0] }), inputs)
    case let sum as Add:
      if !sum.isDifference, let turn = try turn(id) {
        covered.formUnion(turn.nodes)
        return (.turned(turn.turn), [turn.input])
      }
      return (.sum(isDifference: sum.isDifference), try operands(id))
    case is MultiplyConstant:
      guard let scale = try scale(id) else {
        throw NoRule(reason: "it multiplies by more than one number")
      }
      return (.scaled(scale.factor, isQuotient: scale.isQuotient), try operands(id))
    case is Negate: return (.scaled(-1, isQuotient: false), try operands(id))
    case is ReLU: return (.rectified, try operands(id))
    case let gelu as Gelu where !gelu.isApproximate:
      return (
        .gated(.init(factor: 0.5, sharpness: gelu.sharpness)), try operands(id)
      )
    case is Multiply:
      guard let gate = try gate(id) else {
        throw NoRule(reason: "a product of two nodes that is not x (1 + erf(c x))")
      }
      covered.formUnion(gate.nodes)
      return (.gated(gate.gate), [gate.input])
    case is Reshape:
      guard let found = try attention(id) else {
        throw NoRule(
          reason:
            "a Reshape that ends no softmax(s q k^T + mask) v in equal heads, with one number s and a mask of 0 and, for later tokens, -1e9 or less; or no mask"
        )
      }
      covered.formUnion(found.nodes)
      for projection in [
        found.attention.queries, found.attention.keys, found.attention.values,
      ] {
        guard parts[projection.layer, default: found.attention.heads] == found.attention.heads
        else {
          throw NoRule(
            reason: "layer \(steps[projection.layer].name) is read by attention of other heads")
        }
        parts[projection.layer] = found.attention.heads
      }
      return (
        .attention(found.attention),
        [
          found.attention.queries.step, found.attention.keys.step, found.attention.values.step,
        ]
      )
    default: throw NoRule(reason: "no rule for \(operation.name)")
    }
  }
}
