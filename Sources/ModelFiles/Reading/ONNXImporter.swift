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
  let external: ExternalData
  let opset: Int
  private(set) var built: Network
  var values: [String: ONNXValue]
  /// What the elements of tensors are, as far as it can be told.
  private(set) var types: [String: ElementType] = [:]
  /// What the elements of the first output of the node at hand are, as far as it can be told.
  private(set) var nodeType: ElementType?
  private var parameters: [String: ParameterID] = [:]
  /// The nodes of the network that do not depend on its input: what was computed from constants and is not exact.
  private var computed: Set<Int> = []
  private var node: ONNXNode?
  private var schemas: [String: ONNXSchema] = [:]
  private var emittedCount = 0
  /// Whether no constant was rounded on the way, nor a bound left out that no float passes.
  var isReadExactly = true
  /// Whether a variable was cast from doubles to fewer bits.
  var isNarrowed = false
  /// The types that floats which depend on the input are computed in.
  private var computedTypes: Set<ElementType> = []
  /// The places at which nodes stand for minus infinity, whatever they compute there: ones in a tensor of zeros.
  var masks: [Int: Tensor<Double>] = [:]
  /// The nodes that hold numbers by assumption, with the place that asked.
  var assumedNumbers: [Int: String] = [:]
  /// Ones where a node stands for NaN, which it holds as 0.
  var undefined: [Int: Tensor<Double>] = [:]

  /// - Parameter external: The files beside the model.
  init(_ graph: ONNXGraph, external: ExternalData) {
    self.graph = graph
    self.external = external
    opset = graph.opset
    let free = graph.inputs.free
    let isJoined = free.count > 1
    let flat = Shape([free.reduce(0) { $0 + $1.shape.count }])
    built = Network(
      input: isJoined ? flat : free[0].shape, named: free.map(\.name).joined(separator: "+"))
    values = graph.inputs.fixed.mapValues { .constant($0) }
    if !isJoined { values[free[0].name] = .variable(0) }
    types = graph.inputs.fixed.mapValues(\.type)
    for input in free { types[input.name] = input.type }
    built.isSinglePrecision = free.allSatisfy { $0.type == .float }
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
    try separateInputs()
    for node in graph.nodes {
      guard let translation = translations[node.type] else { continue }
      self.node = node
      emittedCount = 0
      do throws(ONNXProblem) {
        try translate(node, translation)
      } catch {
        throw InputError(graph.source, place: node.place, error.message)
      }
    }
    built.setOutput(try output(), named: graph.outputName)
    try checkAssumedNumbers()
    // What the last cast makes of the numbers says nothing about how they were computed.
    let isDouble =
      computedTypes.isEmpty ? types[graph.outputName] == .double : computedTypes.contains(.double)
    built.precision = isDouble ? .double : .single
    guard !isDouble || (computedTypes.isSubset(of: [.double]) && !isNarrowed) else {
      throw InputError(
        graph.source, "a model that computes in doubles and in floats is not supported")
    }
    var network = built.removingUnused().recognizingRouting()
    network.isReadExactly = isReadExactly
    return network
  }

  private func translate(
    _ node: ONNXNode, _ translation: Translation
  ) throws(ONNXProblem) {
    let schema = try schema(of: node)
    try node.check(against: schema)
    let outputTypes = try outputTypes(node, schema)
    nodeType = outputTypes.first ?? nil
    let readsFloats = node.inputs.contains { name in
      if case .constant(let constant)? = values[name] { constant.type.isFloat } else { false }
    }
    let outputs = try translateWithMasks(node, translation)
    for (index, name) in node.outputs.enumerated() where !name.isEmpty && index < outputs.count {
      let stated = outputTypes[index]
      if case .constant(let constant) = outputs[index] {
        let typed = try typed(constant, as: stated)
        // What is computed from floats may end anywhere, in a slope or a bound as well as in a parameter.
        if readsFloats, typed.type.isFloat, !typed.isExact { isReadExactly = false }
        values[name] = .constant(typed)
        types[name] = typed.type
      } else {
        values[name] = outputs[index]
        if case .variable(let id) = outputs[index] { built.addTensors([name], of: id) }
        types[name] = stated
        if stated != .float { built.isSinglePrecision = false }
        if let stated, stated.isFloat {
          if !Self.moving.contains(node.type) { computedTypes.insert(stated) }
        } else {
          // A comparison, or a cast to a truth value: computed in the numbers that it reads.
          for name in node.inputs {
            if case .variable? = values[name], let type = types[name], type.isFloat {
              computedTypes.insert(type)
            }
          }
        }
      }
    }
  }

  private func schema(of node: ONNXNode) throws(ONNXProblem) -> ONNXSchema {
    if let known = schemas[node.type] { return known }
    let found = try ONNXSchema.find(node.type, opset: opset)
    schemas[node.type] = found
    return found
  }

  /// Refuses to take for a number what the network does not compute, or may choose away: nobody would see that it is none.
  private func checkAssumedNumbers() throws(InputError) {
    guard !assumedNumbers.isEmpty else { return }
    var isRead = [Bool](repeating: false, count: built.nodes.count)
    isRead[built.output] = true
    for id in built.nodes.indices.reversed() where isRead[id] {
      for input in built.nodes[id].inputs { isRead[input] = true }
    }
    let chooses = built.nodes.indices.contains { isRead[$0] && built.nodes[$0].operation is Choose }
    for (id, place) in assumedNumbers where !isRead[id] || chooses {
      throw InputError(
        graph.source, place: place,
        "it asks whether what depends on the input is NaN, which is supported only where that is read elsewhere too"
      )
    }
  }

  /// The node whose value the network returns.
  private func output() throws(InputError) -> Int {
    let place = "output \(graph.outputName)"
    func refuse(_ message: String) -> InputError {
      InputError(graph.source, place: place, message)
    }
    if let type = types[graph.outputName], !type.isFloat {
      throw refuse("its type is \(type), expected float")
    }
    switch values[graph.outputName] {
    case .variable(let output)?:
      guard masks[output] == nil else { throw refuse("it is minus infinity in places") }
      guard undefined[output] == nil else { throw refuse("it is NaN in places") }
      return output
    case .constant(let constant)?:
      do throws(ONNXProblem) {
        return try node(holding: constant)
      } catch {
        throw refuse(error.message)
      }
    case nil: throw refuse("it is an optional output that is not supported")
    }
  }

  /// Takes inputs that were joined apart again.
  private func separateInputs() throws(InputError) {
    let free = graph.inputs.free
    guard free.count > 1 else { return }
    var from: Int32 = 0
    for input in free {
      let to = from + Int32(input.shape.count)
      do throws(ONNXProblem) {
        let part = try apply(Selection(axis: 0, indices: Array(from..<to)), .variable(0))
        values[input.name] = try apply(Reshape(to: input.shape), part)
      } catch {
        throw InputError(graph.source, place: "input \(input.name)", error.message)
      }
      from = to
    }
  }

  private func readInitializers() throws(InputError) {
    var readers: [String: Set<String>] = [:]
    for node in graph.nodes {
      for input in node.inputs { readers[input, default: []].insert(node.type) }
    }
    for (name, readers) in readers {
      // A bound of a clipping and a mask may be infinite, a weight may not.
      let isBound = readers.isSubset(of: Self.infinityReaders)
      if let problem = graph.inputs.fixed[name]?.problem(allowingInfinity: isBound) {
        throw InputError(graph.source, place: "input \(name)", problem)
      }
      guard let tensor = graph.initializers[name] else { continue }
      do throws(ONNXProblem) {
        let constant = try ONNXConstant(tensor, external)
        if let problem = constant.problem(allowingInfinity: isBound) { throw ONNXProblem(problem) }
        values[name] = .constant(constant)
        types[name] = constant.type
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
    switch value {
    case .constant(let constant): return constant
    case .variable(let id) where computed.contains(id):
      throw ONNXProblem(
        "its \(what) is computed from constants by steps that round; let the exporter fold them into one "
          + "constant")
    case .variable:
      throw ONNXProblem("its \(what) depends on the input; only a constant is supported")
    }
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
    if let known = parameters[key], built.parameters[known.index].value == constant.values,
      built.parameters[known.index].isExact == constant.isExact
    {
      return known
    }
    let id = built.addParameter(name, constant.values, isExact: constant.isExact)
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
    guard elementCount(result.dimensions).map({ $0 <= largestComputedCount }) ?? false else {
      throw ONNXProblem("its output \(result) is too large")
    }
    if known.count == inputs.count, let constant = try folded(operation, known, result) {
      return .constant(constant)
    }
    var ids: [Int] = []
    for input in inputs { ids.append(try node(of: input)) }
    emittedCount += 1
    let name = (node?.name ?? "") + (emittedCount == 1 ? "" : "/\(emittedCount)")
    do throws(ShapeMismatch) {
      let id = try built.add(operation, ids, named: name)
      if ids.allSatisfy(computed.contains(_:)) { computed.insert(id) }
      return .variable(id)
    } catch {
      throw ONNXProblem(error.description)
    }
  }

  /// The node that computes a value.
  private func node(of value: ONNXValue) throws(ONNXProblem) -> Int {
    switch value {
    case .variable(let id): return id
    case .constant(let constant): return try node(holding: constant)
    }
  }

  /// A node whose output is a constant.
  private func node(holding constant: ONNXConstant) throws(ONNXProblem) -> Int {
    let held = Constant(try parameter(constant, "value"))
    do throws(ShapeMismatch) {
      let id = try built.add(held, [0], named: "\(node?.name ?? graph.outputName)/constant")
      computed.insert(id)
      return id
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
