import Files
import Foundation
import Networks
import Tensors

/// A tensor while a model is read: known now, or computed by a node of the network.
enum ONNXValue {
  case constant(ONNXConstant)
  case variable(Int)
}

/// Builds a network from a graph.
///
/// Operators are translated by the methods that `translations` lists. These work on `ONNXValue`s and do
/// not ask whether an operand is constant unless the network's operations differ: `apply` evaluates an
/// operation whose inputs are all constant, which is how shape arithmetic folds.
final class ONNXImporter {
  /// A translation of one operator: from a node to its outputs.
  typealias Translation = (ONNXImporter) -> (ONNXNode) throws(ONNXProblem) -> [ONNXValue]

  let graph: ONNXGraph
  let opset: Int
  private(set) var built: Network
  private var values: [String: ONNXValue]
  private var parameters: [String: ParameterID] = [:]
  private var node: ONNXNode?
  private var emittedCount = 0

  init(_ graph: ONNXGraph, opset: Int) {
    self.graph = graph
    self.opset = opset
    built = Network(input: graph.inputShape, named: graph.inputName)
    values = [graph.inputName: .variable(0)]
  }

  /// The whole network.
  func network() throws(InputError) -> Network {
    let translations = Self.translations
    let unsupported = graph.nodes.filter { translations[$0.type] == nil }
    guard unsupported.isEmpty else {
      throw InputError(
        graph.source,
        "unsupported operator\(unsupported.count == 1 ? "" : "s"): "
          + unsupported.map { "\($0.type) (node \($0.name))" }.joined(separator: ", "))
    }
    try readInitializers()
    for node in graph.nodes {
      guard let translation = translations[node.type] else { continue }
      self.node = node
      emittedCount = 0
      do {
        let outputs = try translation(self)(node)
        for (name, value) in zip(node.outputs, outputs) where !name.isEmpty { values[name] = value }
      } catch {
        throw InputError(graph.source, place: node.place, error.message)
      }
    }
    guard case .variable(let output) = values[graph.outputName] else {
      throw InputError(
        graph.source, place: "output \(graph.outputName)", "it does not depend on the input")
    }
    built.setOutput(output, named: graph.outputName)
    return built.removingUnused()
  }

  private func readInitializers() throws(InputError) {
    var readers: [String: Set<String>] = [:]
    for node in graph.nodes {
      for input in node.inputs { readers[input, default: []].insert(node.type) }
    }
    for (name, types) in readers {
      guard let tensor = graph.initializers[name] else { continue }
      do throws(ONNXProblem) {
        let constant = try ONNXConstant(tensor)
        // A bound of a clipping may be infinite, a weight may not.
        let isBound = types.isSubset(of: ["Clip", "Max", "Min"])
        if let problem = constant.problem(allowingInfinity: isBound) { throw ONNXProblem(problem) }
        values[name] = .constant(constant)
      } catch {
        throw InputError(graph.source, place: "initializer \(name)", error.message)
      }
    }
  }
}

// MARK: - What translations are written with

extension ONNXImporter {
  /// An input of a node, or nil where it is left out.
  func optional(_ node: ONNXNode, _ index: Int) throws(ONNXProblem) -> ONNXValue? {
    guard index < node.inputs.count, !node.inputs[index].isEmpty else { return nil }
    guard let value = values[node.inputs[index]] else {
      throw ONNXProblem(
        "its input \(node.inputs[index]) is an optional output that is not supported")
    }
    return value
  }

  /// An input of a node.
  func input(_ node: ONNXNode, _ index: Int) throws(ONNXProblem) -> ONNXValue {
    guard let value = try optional(node, index) else {
      throw ONNXProblem("input \(index) is missing")
    }
    return value
  }

  /// All inputs of a node.
  func inputs(_ node: ONNXNode) throws(ONNXProblem) -> [ONNXValue] {
    var all: [ONNXValue] = []
    for index in node.inputs.indices { all.append(try input(node, index)) }
    guard !all.isEmpty else { throw ONNXProblem("it has no inputs") }
    return all
  }

  /// An input that must be known when the file is read, or nil where it is left out.
  func constant(_ node: ONNXNode, _ index: Int, _ what: String) throws(ONNXProblem) -> ONNXConstant?
  {
    guard let value = try optional(node, index) else { return nil }
    guard case .constant(let constant) = value else {
      throw ONNXProblem("its \(what) depends on the input; only a constant is supported")
    }
    return constant
  }

  /// A number that must be known when the file is read, or nil where it is left out.
  func number(_ node: ONNXNode, _ index: Int, _ what: String) throws(ONNXProblem) -> Double? {
    guard let constant = try constant(node, index, what) else { return nil }
    guard let value = constant.uniformValue else {
      throw ONNXProblem("its \(what) has shape \(constant.shape), expected one number")
    }
    return value
  }

  /// A list of integers that is an attribute in old opsets and a constant input in new ones.
  func integers(
    _ node: ONNXNode, _ attribute: String, orInput index: Int
  ) throws(ONNXProblem) -> [Int]? {
    if let values = node.integers(attribute) { return values }
    return try constant(node, index, attribute)?.integers
  }

  func shape(_ value: ONNXValue) -> Shape {
    switch value {
    case .constant(let constant): constant.shape
    case .variable(let id): built.nodes[id].shape
    }
  }

  /// An axis counted from the front.
  func axis(_ axis: Int, rank: Int) throws(ONNXProblem) -> Int {
    guard axis >= -rank, axis < rank else {
      throw ONNXProblem("axis \(axis) does not exist in a tensor of \(rank) axes")
    }
    return axis < 0 ? axis + rank : axis
  }

  /// The parameter that holds a constant; constants of one name share it.
  ///
  /// - Parameter allowingInfinity: Whether elements may be infinite, as bounds of a clipping may.
  func parameter(
    _ constant: ONNXConstant, _ role: String, allowingInfinity: Bool = false
  ) throws(ONNXProblem) -> ParameterID {
    if let problem = constant.problem(allowingInfinity: allowingInfinity) {
      throw ONNXProblem("constant \(role): \(problem)")
    }
    let name = constant.name.isEmpty ? "\(node?.name ?? "").\(role)" : constant.name
    let key = "\(name) \(constant.shape)"
    // One initializer can be read as it is and transposed, with the same name and shape.
    if let known = parameters[key], built.parameters[known.index].value == constant.values {
      return known
    }
    let id = built.addParameter(name, constant.values)
    if !constant.name.isEmpty { parameters[key] = id }
    return id
  }

  /// Applies an operation: adds a node, or computes the result where all inputs are constant.
  func apply(_ operation: any Networks.Operation, _ inputs: [ONNXValue]) throws(ONNXProblem)
    -> ONNXValue
  {
    let shapes = inputs.map(shape(_:))
    let known = inputs.compactMap { value -> ONNXConstant? in
      if case .constant(let constant) = value { constant } else { nil }
    }
    let result: Shape
    do throws(ShapeMismatch) {
      result = try operation.outputShape(shapes) { [built] in built.parameters[$0.index].value.shape
      }
    } catch {
      throw ONNXProblem(error.description)
    }
    guard elementCount(result.dimensions) != nil else {
      throw ONNXProblem("its output \(result) is too large")
    }
    guard known.count < inputs.count else {
      let batches = known.map { $0.values.reshaped(Shape([1] + $0.shape.dimensions)) }
      let values = operation.evaluate(batches, built.parameters(as: Tensor<Double>.self))
      let kind = known.allSatisfy { $0.kind == .integer } ? ONNXConstant.Kind.integer : .float
      return .constant(ONNXConstant(values: values.reshaped(result), kind: kind))
    }
    let ids = inputs.compactMap { if case .variable(let id) = $0 { id } else { nil } }
    guard ids.count == inputs.count else {
      throw ONNXProblem("a mix of constant and variable inputs is not supported")
    }
    emittedCount += 1
    let name = (node?.name ?? "") + (emittedCount == 1 ? "" : "/\(emittedCount)")
    do throws(ShapeMismatch) {
      return .variable(try built.add(operation, ids, named: name))
    } catch {
      throw ONNXProblem(error.description)
    }
  }

  func apply(_ operation: any Networks.Operation, _ input: ONNXValue) throws(ONNXProblem)
    -> ONNXValue
  {
    try apply(operation, [input])
  }
}
