import Files
import Foundation
import Networks
import SwiftProtobuf
import Tensors

/// The part of a model file that the output depends on, in an order in which it can be computed.
struct ONNXGraph {
  static let supportedOpsets = 7...24

  let source: String
  let opset: Int
  /// The needed nodes, each after those it reads.
  let nodes: [ONNXNode]
  let initializers: [String: Onnx_TensorProto]
  let inputName: String
  let inputShape: Shape
  let outputName: String

  init(parsing data: Data, source: String) throws(InputError) {
    let model = try Self.decode(data, source)
    let graph = model.graph
    guard model.hasGraph, !graph.output.isEmpty || !graph.node.isEmpty else {
      throw InputError(source, "no graph in the file, expected an ONNX model")
    }
    self.source = source
    opset = try Self.opset(of: model, source)
    initializers = Dictionary(
      graph.initializer.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    // Old files list initializers among the inputs.
    let inputs = graph.input.filter { [initializers] in initializers[$0.name] == nil }
    guard let input = inputs.first else {
      throw InputError(source, "the graph has no input; every input has a fixed value")
    }
    guard inputs.count == 1 else {
      let names = inputs.map(\.name).joined(separator: ", ")
      throw InputError(source, "the graph has \(inputs.count) inputs (\(names)), expected one")
    }
    guard let output = graph.output.first else {
      throw InputError(source, "the graph has no output")
    }
    inputName = input.name
    outputName = output.name
    inputShape = try Self.shape(of: input, source)
    nodes = try ONNXOrder(
      graph.node.map(ONNXNode.init), source: source,
      known: Set(initializers.keys).union([inputName])
    ).nodes(for: outputName)
    if let node = nodes.first(where: { !["", "ai.onnx"].contains($0.domain) }) {
      throw InputError(
        source, place: node.place,
        "unknown operator domain \(node.domain); only the standard operators are supported")
    }
  }

  private static func decode(_ data: Data, _ source: String) throws(InputError) -> Onnx_ModelProto {
    guard !data.isEmpty else { throw InputError(source, "empty file, expected an ONNX model") }
    do {
      return try Onnx_ModelProto(serializedBytes: data)
    } catch {
      // A model starts with its version, field 1; anything else was never ONNX.
      throw InputError(
        source,
        data.first == 0x08
          ? "truncated or corrupt ONNX file: the protobuf data end too early or are not valid"
          : "not an ONNX file")
    }
  }

  private static func opset(of model: Onnx_ModelProto, _ source: String) throws(InputError) -> Int {
    let known =
      "opsets \(supportedOpsets.lowerBound) to \(supportedOpsets.upperBound) are supported"
    guard let entry = model.opsetImport.first(where: { ["", "ai.onnx"].contains($0.domain) }) else {
      throw InputError(source, "the file names no opset; \(known)")
    }
    guard let version = Int(exactly: entry.version), supportedOpsets.contains(version) else {
      throw InputError(source, "unsupported opset \(entry.version); \(known)")
    }
    return version
  }

  private static func shape(
    of input: Onnx_ValueInfoProto, _ source: String
  ) throws(InputError) -> Shape {
    func refuse(_ message: String) -> InputError {
      InputError(source, place: "input \(input.name)", message)
    }
    let type = input.type.tensorType
    guard input.hasType, type.hasShape else { throw refuse("no shape, expected a fixed one") }
    let element = Onnx_TensorProto.DataType(rawValue: Int(type.elemType)) ?? .undefined
    guard [.float, .double, .float16, .bfloat16].contains(element) else {
      throw refuse("its type is \(element), expected float")
    }
    var dimensions: [Int] = []
    for (axis, dimension) in type.shape.dim.enumerated() {
      let extent = Int(dimension.dimValue)
      if extent > 0 {
        dimensions.append(extent)
      } else if axis == 0 {
        // The batch: one example.
        dimensions.append(1)
      } else {
        throw refuse("dimension \(axis) is not fixed; only the first may be symbolic")
      }
    }
    do {
      _ = try checkedElementCount(dimensions)
    } catch {
      throw refuse(error.message)
    }
    return Shape(dimensions)
  }
}
