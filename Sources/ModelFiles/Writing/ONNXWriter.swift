import Files
import Foundation
import Networks
import Tensors

/// An operation that can be written as ONNX nodes.
protocol ONNXWritable {
  /// The name of the operation.
  var name: String { get }
  /// Adds the nodes that compute the operation.
  ///
  /// - Throws: `ONNXProblem` when ONNX has no such operation.
  func write(_ step: ONNXStep, to writer: inout ONNXWriter) throws(ONNXProblem)
  /// Whether what is written computes N examples at once, when inputs have N along the first axis where `inputShapes`
  /// has 1: then the output has N there too, and example n of it depends on the inputs' example n alone.
  ///
  /// Asked only where the shapes of all inputs and of the output start with 1.
  func writesBatches(_ step: ONNXStep, _ writer: ONNXWriter) -> Bool
}

/// What an operation needs to know to write itself.
struct ONNXStep {
  /// The name of the node and, unless it is the output, of the tensor it computes.
  var name: String
  /// The tensors it reads, with their shapes.
  var inputs: [String]
  var inputShapes: [Shape]
  /// The tensor it computes, with its shape.
  var output: String
  var outputShape: Shape
  /// Whether the first axis of every tensor is that of a batch of any size.
  var isBatched = false
}

/// Builds a model file from a network.
struct ONNXWriter {
  /// From 14 on, BatchNormalization says by an attribute whether it is trained. Before, the standard's own evaluator takes
  /// the statistics of the batch into account.
  static let opset: Int64 = 15

  private let network: Network
  private var graph = Onnx_GraphProto()
  private var taken: Set<String>
  private var parameterNames: [ParameterID: String] = [:]
  private static let batchName = "batch"

  init(_ network: Network) {
    self.network = network
    taken = [network.inputName, network.outputName]
  }

  /// The finished model.
  mutating func model() throws(InputError) -> Onnx_ModelProto {
    graph.name = "network"
    let isBatched = takesBatches
    graph.input = [
      tensor(
        network.inputName, network.inputShape, isBatched,
        type: tokenInput == nil ? numberType : .int64)
    ]
    graph.output = [
      tensor(network.outputName, network.outputShape, isBatched, type: numberType)
    ]
    var names = [network.inputName]
    for id in network.nodes.indices.dropFirst() {
      let node = network.nodes[id]
      let name = unique(node.name)
      names.append(id == network.output ? network.outputName : name)
      var step = step(of: id)
      (step.name, step.inputs, step.output) = (name, node.inputs.map { names[$0] }, names[id])
      step.isBatched = isBatched
      do throws(ONNXProblem) {
        guard let form = node.operation.flatMap(onnxForm(of:)) else {
          throw ONNXProblem("\(node.operation?.name ?? "it") has no ONNX form")
        }
        try form.write(step, to: &self)
      } catch {
        throw InputError("ONNX export", place: "node \(node.name)", error.message)
      }
    }
    if network.output == 0 {
      add("Identity", [network.inputName], network.outputName, name: "identity")
    }
    var model = Onnx_ModelProto()
    model.irVersion = 8
    model.producerName = "surety"
    var opset = Onnx_OperatorSetIdProto()
    opset.version = Self.opset
    model.opsetImport = [opset]
    model.graph = graph
    return model
  }

  /// Whether a batch of any size can go through every node.
  private var takesBatches: Bool {
    guard network.inputShape.rank > 1 else { return false }
    return network.nodes.indices.allSatisfy { id in
      guard network.nodes[id].shape.dimensions.first == 1 else { return false }
      guard let operation = network.nodes[id].operation else { return true }
      return onnxForm(of: operation)?.writesBatches(step(of: id), self) ?? false
    }
  }

  /// What is known of a node before it is written.
  private func step(of id: Int) -> ONNXStep {
    ONNXStep(
      name: "", inputs: [], inputShapes: network.inputShapes(of: id), output: "",
      outputShape: network.nodes[id].shape)
  }

  /// A name that no tensor or node has yet, like the one given.
  mutating func unique(_ name: String) -> String {
    var candidate = name.isEmpty ? "tensor" : name
    var count = 1
    while !taken.insert(candidate).inserted {
      count += 1
      candidate = "\(name)_\(count)"
    }
    return candidate
  }

  /// Adds a node with one output.
  mutating func add(
    _ type: String, _ inputs: [String], _ output: String, name: String,
    _ attributes: [Onnx_AttributeProto] = []
  ) {
    var node = Onnx_NodeProto()
    node.opType = type
    node.name = name
    node.input = inputs
    node.output = [output]
    node.attribute = attributes
    graph.node.append(node)
  }

  /// The initializer that holds a parameter, written when first asked for.
  mutating func initializer(_ id: ParameterID) -> String {
    if let known = parameterNames[id] { return known }
    let parameter = network.parameters[id.index]
    let name = floats(parameter.value, named: parameter.name)
    parameterNames[id] = name
    return name
  }

  /// The type of the numbers: that of the model which the network was read from.
  var numberType: Onnx_TensorProto.DataType { network.precision == .double ? .double : .float }

  /// A new initializer of floats.
  mutating func floats(_ values: Tensor<Double>, named name: String) -> String {
    var tensor = Onnx_TensorProto()
    tensor.name = unique(name)
    tensor.dims = values.shape.dimensions.map { Int64($0) }
    tensor.dataType = Int32(numberType.rawValue)
    tensor.rawData = values.withElements { elements in
      numberType == .double
        ? Data(buffer: elements) : elements.map { Float($0) }.withUnsafeBytes { Data($0) }
    }
    graph.initializer.append(tensor)
    return tensor.name
  }

  /// A new initializer of integers.
  ///
  /// - Parameter shape: The shape; a list unless stated.
  mutating func integers(_ values: [Int], _ shape: Shape? = nil, named name: String) -> String {
    var tensor = Onnx_TensorProto()
    tensor.name = unique(name)
    tensor.dims = (shape?.dimensions ?? [values.count]).map { Int64($0) }
    tensor.dataType = Int32(Onnx_TensorProto.DataType.int64.rawValue)
    tensor.rawData = values.map { Int64($0) }.withUnsafeBytes { Data($0) }
    graph.initializer.append(tensor)
    return tensor.name
  }

  /// A new initializer of one byte.
  mutating func byte(_ value: Int, named name: String) -> String {
    var tensor = Onnx_TensorProto()
    tensor.name = unique(name)
    tensor.dataType = Int32(Onnx_TensorProto.DataType.uint8.rawValue)
    tensor.rawData = Data([UInt8(value)])
    graph.initializer.append(tensor)
    return tensor.name
  }

  /// The input where it holds tokens, which nothing but embeddings reads; nil elsewhere.
  var tokenInput: String? {
    let readers = network.nodes.filter { $0.inputs.contains(0) }
    guard !readers.isEmpty, readers.allSatisfy({ $0.operation is Embedding }) else { return nil }
    return network.inputName
  }

  /// The shape of a parameter.
  func shape(_ id: ParameterID) -> Shape { network.parameters[id.index].value.shape }

  /// The values of a parameter.
  func values(_ id: ParameterID) -> Tensor<Double> { network.parameters[id.index].value }

  private func tensor(
    _ name: String, _ shape: Shape, _ isBatched: Bool, type: Onnx_TensorProto.DataType
  ) -> Onnx_ValueInfoProto {
    var info = Onnx_ValueInfoProto()
    info.name = name
    info.type.tensorType.elemType = Int32(type.rawValue)
    info.type.tensorType.shape.dim = shape.dimensions.enumerated().map { axis, extent in
      var dimension = Onnx_TensorShapeProto.Dimension()
      if isBatched && axis == 0 {
        dimension.dimParam = Self.batchName
      } else {
        dimension.dimValue = Int64(extent)
      }
      return dimension
    }
    return info
  }
}

extension Onnx_AttributeProto {
  static func integer(_ name: String, _ value: Int) -> Self {
    var attribute = named(name, .int)
    attribute.i = Int64(value)
    return attribute
  }

  static func integers(_ name: String, _ values: [Int]) -> Self {
    var attribute = named(name, .ints)
    attribute.ints = values.map { Int64($0) }
    return attribute
  }

  static func float(_ name: String, _ value: Double) -> Self {
    var attribute = named(name, .float)
    attribute.f = Float(value)
    return attribute
  }

  private static func named(_ name: String, _ type: AttributeType) -> Self {
    var attribute = Self()
    attribute.name = name
    attribute.type = type
    return attribute
  }
}
