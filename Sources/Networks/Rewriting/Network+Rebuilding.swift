import Tensors

/// A network under construction from an old one.
///
/// A rewriting walks the old nodes in order and says for each what stands in its place.
struct NetworkRebuilder {
  /// The network being rewritten.
  let old: Network
  /// The network so far.
  private(set) var new: Network
  /// For each old node, the new node with its value.
  private(set) var place: [Int?]
  private var movedParameters: [ParameterID: ParameterID] = [:]

  init(_ network: Network) {
    old = network
    new = Network(input: network.inputShape, named: network.inputName)
    new.precision = network.precision
    new.isSinglePrecision = network.isSinglePrecision
    place = [Int?](repeating: nil, count: network.nodes.count)
    place[0] = 0
  }

  /// Continues another network, whose output is the old one's input.
  init(_ network: Network, after first: Network) {
    old = network
    new = first
    new.isSinglePrecision = first.isSinglePrecision && network.isSinglePrecision
    place = [Int?](repeating: nil, count: network.nodes.count)
    place[0] = first.output
  }

  /// The new node with the value of an old one.
  func newNode(_ node: Int) -> Int {
    guard let new = place[node] else { preconditionFailure("Node \(node) was not rebuilt") }
    return new
  }

  /// The new place of an old parameter, which is copied when first asked for.
  mutating func moved(_ id: ParameterID) -> ParameterID {
    if let known = movedParameters[id] { return known }
    let parameter = old.parameters[id.index]
    let added = new.addParameter(
      parameter.name, parameter.value, isExact: parameter.isExact, error: parameter.error)
    movedParameters[id] = added
    return added
  }

  mutating func addParameter(
    _ name: String, _ value: Tensor<Double>, error: ParameterError = .none
  ) -> ParameterID {
    new.addParameter(name, value, isExact: error.isNone, error: error)
  }

  /// Copies an old node.
  mutating func keep(_ node: Int) {
    guard let operation = old.nodes[node].operation else { return }
    var moves: [ParameterID: ParameterID] = [:]
    for id in operation.parameters { moves[id] = moved(id) }
    replace(
      node, by: operation.movingParameters { moves[$0] ?? $0 }, reading: old.nodes[node].inputs)
  }

  /// Puts an operation whose parameters are new in the place of an old node.
  ///
  /// - Parameter inputs: The old nodes that it reads.
  mutating func replace(
    _ node: Int, by operation: any Operation, reading inputs: [Int], named name: String? = nil
  ) {
    do {
      let added = try new.add(
        operation, inputs.map(newNode(_:)), named: name ?? old.nodes[node].name)
      stand(added, for: node)
    } catch {
      preconditionFailure("Rewriting \(old.nodes[node].name): \(error)")
    }
  }

  /// Adds a step on the way to what will stand in the place of an old node.
  ///
  /// - Parameter inputs: The new nodes that it reads.
  mutating func add(_ operation: any Operation, _ inputs: [Int], for node: Int) -> Int {
    do {
      return try new.add(operation, inputs, named: "\(old.nodes[node].name).\(new.nodes.count)")
    } catch {
      preconditionFailure("Rewriting \(old.nodes[node].name): \(error)")
    }
  }

  /// Lets a new node stand in the place of an old one.
  mutating func stand(_ added: Int, for node: Int) {
    place[node] = added
    new.addTensors(old.nodes[node].tensors, of: added)
  }

  /// Lets an old node stand for the value of another.
  mutating func forward(_ node: Int, to other: Int) { stand(newNode(other), for: node) }

  /// The finished network.
  func finished() -> Network {
    var result = new
    result.setOutput(newNode(old.output), named: old.outputName)
    return result
  }
}

extension Network {
  /// Without the nodes and parameters that the output does not depend on.
  public func removingUnused() -> Network {
    var rebuilder = NetworkRebuilder(self)
    let needed = isNeeded
    for node in nodes.indices.dropFirst() where needed[node] { rebuilder.keep(node) }
    return rebuilder.finished()
  }
}
