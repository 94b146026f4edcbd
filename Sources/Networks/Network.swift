import Tensors

/// The floating-point numbers that a model computes in.
public enum NumberFormat: String, Sendable, Hashable, Codable {
  /// 32 bits or fewer.
  case single
  /// 64 bits.
  case double
}

/// A graph of operations with named parameters, from one input to one output.
///
/// Nodes are stored so that each comes after its inputs; node 0 is the input.
public struct Network: Sendable {
  /// One step of the graph.
  public struct Node: Sendable {
    /// The name in the model file, for messages.
    public var name: String
    /// What the node computes; nil for the input.
    public var operation: (any Operation)?
    /// The nodes it reads.
    public var inputs: [Int]
    /// The shape of its output for one example.
    public var shape: Shape
    /// The tensors of the model file that have the node's value: outputs of nodes, or the input.
    public var tensors: [String] = []
  }

  /// The nodes, each after its inputs.
  public private(set) var nodes: [Node]
  /// The weights, biases and statistics.
  public private(set) var parameters: [Parameter]
  /// The node whose value the network returns.
  public private(set) var output: Int
  /// The name of the input in the model file.
  public var inputName: String { nodes[0].name }
  /// The name of the output in the model file.
  public var outputName: String
  /// The floating-point numbers that the model file computes in.
  public var precision = NumberFormat.single
  /// Whether every number of the network, and every choice that was made when it was read, follows from the file's numbers without
  /// rounding; otherwise it is the network of one execution of the file, and not that of exact reals.
  public var isReadExactly = true
  /// Whether every tensor of the model file that depends on the input consists of 32-bit floats.
  public var isSinglePrecision = true

  /// Creates a network that returns its input.
  public init(input shape: Shape, named name: String = "input") {
    nodes = [Node(name: name, operation: nil, inputs: [], shape: shape, tensors: [name])]
    parameters = []
    output = 0
    outputName = "output"
  }

  /// The shape of one example.
  public var inputShape: Shape { nodes[0].shape }
  /// The shape of one output.
  public var outputShape: Shape { nodes[output].shape }

  /// Adds a parameter.
  ///
  /// - Parameters:
  ///   - isExact: Whether the values are the model's own numbers, and none was rounded on the way.
  ///   - error: How far the values may be from what is meant.
  public mutating func addParameter(
    _ name: String, _ value: Tensor<Double>, isExact: Bool = true, error: ParameterError = .none
  ) -> ParameterID {
    parameters.append(Parameter(name: name, value: value, isExact: isExact, error: error))
    return ParameterID(parameters.count - 1)
  }

  /// Notes that tensors of the model file have the value of a node.
  public mutating func addTensors(_ names: [String], of node: Int) {
    for name in names where !nodes[node].tensors.contains(name) { nodes[node].tensors.append(name) }
  }

  /// Gives a parameter new values.
  ///
  /// - Precondition: Their shape is that of the old ones.
  public mutating func setValue(_ value: Tensor<Double>, of id: ParameterID) {
    let old = parameters[id.index]
    precondition(
      old.value.shape == value.shape, "\(old.name) is \(old.value.shape), not \(value.shape)")
    parameters[id.index].value = value
  }

  /// Adds a node, which becomes the output.
  ///
  /// - Throws: `ShapeMismatch` when the inputs do not fit the operation.
  @discardableResult
  public mutating func add(
    _ operation: any Operation, _ inputs: [Int], named name: String = ""
  ) throws(ShapeMismatch) -> Int {
    precondition(
      inputs.allSatisfy { nodes.indices.contains($0) }, "Inputs come before their reader")
    let parameters = parameters
    let shape = try operation.outputShape(
      inputs.map { nodes[$0].shape }, { parameters[$0.index].value.shape })
    nodes.append(
      Node(
        name: name.isEmpty ? "\(operation.name)_\(nodes.count)" : name, operation: operation,
        inputs: inputs, shape: shape))
    output = nodes.count - 1
    return output
  }

  /// The network with some operations replaced by others that read and give the same shapes.
  public func replacingOperations(
    _ replacement: (any Operation) -> any Operation
  ) -> Network {
    var network = self
    for id in nodes.indices { network.nodes[id].operation = nodes[id].operation.map(replacement) }
    return network
  }

  /// Makes a node the output.
  public mutating func setOutput(_ node: Int, named name: String) {
    precondition(nodes.indices.contains(node), "Output \(node) of \(nodes.count) nodes")
    output = node
    outputName = name
  }

  /// The shapes of a node's inputs.
  public func inputShapes(of node: Int) -> [Shape] { nodes[node].inputs.map { nodes[$0].shape } }

  /// The parameters in a number system.
  public func parameters<T: TensorAlgebra>(as type: T.Type) -> Parameters<T> {
    Parameters(parameters.map { T($0.value) })
  }

  /// The number of weights, biases and statistics.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.value.count } }
}

extension Network {
  /// The output for a batch, of shape `[batch] + outputShape`.
  ///
  /// - Parameters:
  ///   - x: The batch, of shape `[batch] + inputShape`.
  ///   - visit: Called with each node that is computed, and its values.
  public func evaluate<T: TensorAlgebra>(
    _ x: T, _ parameters: Parameters<T>, visit: (Int, T) -> Void = { _, _ in }
  ) -> T {
    // Values are dropped after their last reader, so that memory follows the widest cut, not the depth.
    var values = [T?](repeating: nil, count: nodes.count)
    let lastReader = lastReaders
    values[0] = x
    for (id, node) in nodes.enumerated() where id > 0 && id <= output {
      guard let operation = node.operation, lastReader[id] > 0 || id == output else { continue }
      let value = operation.evaluate(node.inputs.compactMap { values[$0] }, parameters)
      visit(id, value)
      values[id] = value
      for input in node.inputs where lastReader[input] == id && input != output {
        values[input] = nil
      }
    }
    guard let result = values[output] else { preconditionFailure("The output was not computed") }
    return result
  }

  /// The output for given values of one node, which everything between it and the output goes through.
  ///
  /// - Parameters:
  ///   - value: The node's values, `[batch] + node shape`.
  ///   - start: The node.
  public func evaluate<T: TensorAlgebra>(
    _ value: T, from start: Int, _ parameters: Parameters<T>
  ) -> T {
    var values = [T?](repeating: nil, count: nodes.count)
    let needed = isNeeded
    values[start] = value
    for id in nodes.indices where id > start && needed[id] {
      let inputs = nodes[id].inputs.compactMap { values[$0] }
      guard let operation = nodes[id].operation, inputs.count == nodes[id].inputs.count else {
        continue
      }
      values[id] = operation.evaluate(inputs, parameters)
    }
    guard let result = values[output] else {
      preconditionFailure("The output does not depend on node \(start) alone")
    }
    return result
  }

  /// The last node that reads each node, 0 for none.
  public var lastReaders: [Int] {
    var last = [Int](repeating: 0, count: nodes.count)
    for (id, node) in nodes.enumerated() { for input in node.inputs { last[input] = id } }
    return last
  }

  /// How many times each node is read by those that the output depends on; the network's output counts as a
  /// reader.
  public var readerCounts: [Int] {
    var counts = [Int](repeating: 0, count: nodes.count)
    let needed = isNeeded
    for (id, node) in nodes.enumerated() where needed[id] {
      for input in node.inputs { counts[input] += 1 }
    }
    counts[output] += 1
    return counts
  }

  /// Which nodes the output depends on.
  public var isNeeded: [Bool] {
    var needed = [Bool](repeating: false, count: nodes.count)
    needed[output] = true
    for id in nodes.indices.reversed() where needed[id] {
      for input in nodes[id].inputs { needed[input] = true }
    }
    return needed
  }
}
