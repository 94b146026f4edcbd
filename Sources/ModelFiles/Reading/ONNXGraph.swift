import Files
import Foundation
import Networks
import SwiftProtobuf
import Tensors

/// The part of a model file that the output depends on, in an order in which it can be computed.
struct ONNXGraph {
  static let supportedOpsets = 6...28

  let source: String
  let opset: Int
  /// The needed nodes, each after those it reads.
  let nodes: [ONNXNode]
  let initializers: [String: Onnx_TensorProto]
  let inputs: ONNXInputs
  let outputName: String

  init(
    _ model: Onnx_ModelProto, source: String, choices: ModelChoices
  ) throws(InputError) {
    let graph = model.graph
    guard model.hasGraph, !graph.output.isEmpty || !graph.node.isEmpty else {
      throw InputError(source, "no graph in the file, expected an ONNX model")
    }
    self.source = source
    opset = try Self.opset(of: model, source)
    initializers = Dictionary(
      graph.initializer.map { ($0.name, $0) }, uniquingKeysWith: { a, _ in a })
    try Self.checkProducers(graph, source)
    try Self.checkNames(graph, source)
    try Self.checkFunctions(model, source)
    // Old files list initializers among the inputs.
    inputs = try ONNXInputs(
      graph.input.filter { [initializers] in initializers[$0.name] == nil }, source: source,
      choices: choices, tokens: Self.tokens(graph))
    outputName = try Self.output(graph, choices, source)
    let names = inputs.free.map(\.name) + inputs.fixed.keys
    let order = ONNXOrder(
      try Self.nodes(graph, source), source: source, known: Set(initializers.keys).union(names))
    nodes = try order.nodes(for: outputName)
    if let node = nodes.first(where: { !["", "ai.onnx"].contains($0.domain) }) {
      throw InputError(
        source, place: node.place,
        "unknown operator domain \(node.domain); only the standard operators are supported")
    }
  }

  /// Decodes the bytes of a model file.
  static func decode(_ data: Data, _ source: String) throws(InputError) -> Onnx_ModelProto {
    guard !data.isEmpty else { throw InputError(source, "empty file, expected an ONNX model") }
    guard !isLargeFilePointer(data) else { throw InputError(source, largeFilePointer) }
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
    let entries = model.opsetImport.filter { ["", "ai.onnx"].contains($0.domain) }
    guard let entry = entries.first else {
      throw InputError(source, "the file names no opset; \(known)")
    }
    guard entries.allSatisfy({ $0.version == entry.version }) else {
      throw InputError(source, "the file names two opsets for the standard operators")
    }
    guard let version = Int(exactly: entry.version), supportedOpsets.contains(version) else {
      throw InputError(source, "unsupported opset \(entry.version); \(known)")
    }
    return version
  }

  private static func output(
    _ graph: Onnx_GraphProto, _ choices: ModelChoices, _ source: String
  ) throws(InputError) -> String {
    guard let first = graph.output.first else {
      throw InputError(source, "the graph has no output")
    }
    guard let chosen = choices.output else { return first.name }
    guard graph.output.contains(where: { $0.name == chosen }) else {
      let names = graph.output.map(\.name).joined(separator: ", ")
      throw InputError(
        source, place: "output \(chosen)", "the graph has no such output; it has \(names)")
    }
    return chosen
  }

  /// The tensors that are read as indices of `Gather` and as nothing else: inputs among them may be integers, tokens.
  private static func tokens(_ graph: Onnx_GraphProto) -> Set<String> {
    var (indices, others): (Set<String>, Set<String>) = ([], Set(graph.output.map(\.name)))
    for node in graph.node {
      for (place, input) in node.input.enumerated() {
        if node.opType == "Gather", place == 1 {
          indices.insert(input)
        } else {
          others.insert(input)
        }
      }
    }
    return indices.subtracting(others)
  }

  private static func nodes(
    _ graph: Onnx_GraphProto, _ source: String
  ) throws(InputError) -> [ONNXNode] {
    var nodes: [ONNXNode] = []
    for node in graph.node {
      let read = ONNXNode(node)
      if let twice = node.attribute.map(\.name).firstRepeated {
        throw InputError(source, place: read.place, "attribute \(twice) comes twice")
      }
      nodes.append(read)
    }
    return nodes
  }

  /// Refuses functions of the model's own that may stand for standard operators: the standard leaves open which one a node means.
  private static func checkFunctions(
    _ model: Onnx_ModelProto, _ source: String
  ) throws(InputError) {
    for function in model.functions where ["", "ai.onnx"].contains(function.domain) {
      throw InputError(
        source, place: "function \(function.name)",
        "it is in the domain of the standard operators, so what a node of that name means is open; "
          + "expected functions of a model in a domain of their own")
    }
  }

  /// Refuses names that are the same text in other bytes, accents composed or not: ONNX tells them apart, `String` does not.
  private static func checkNames(
    _ graph: Onnx_GraphProto, _ source: String
  ) throws(InputError) {
    var known: Set<String> = []
    let names =
      graph.input.map(\.name) + graph.initializer.map(\.name)
      + graph.sparseInitializer.map(\.values.name)
      + graph.node.flatMap { $0.input + $0.output } + graph.output.map(\.name)
    // Text that is the same is one member of a set; its first spelling stays there.
    for name in names {
      let (isNew, member) = known.insert(name)
      guard isNew || member.utf8.elementsEqual(name.utf8) else {
        throw InputError(
          source, place: "tensor \(name)",
          "two names differ only in how their characters are encoded, expected names that differ in text"
        )
      }
    }
  }

  /// Refuses a tensor that two places give a value to: which one is meant is anybody's guess.
  private static func checkProducers(
    _ graph: Onnx_GraphProto, _ source: String
  ) throws(InputError) {
    var producers: [String: String] = [:]
    func add(_ name: String, _ producer: String) throws(InputError) {
      guard !name.isEmpty else { return }
      if let other = producers.updateValue(producer, forKey: name) {
        throw InputError(
          source, place: "tensor \(name)",
          "two places give it a value: \(other) and \(producer), expected one")
      }
    }
    for tensor in graph.initializer { try add(tensor.name, "initializer \(tensor.name)") }
    for tensor in graph.sparseInitializer {
      try add(tensor.values.name, "initializer \(tensor.values.name)")
    }
    let initializers = Set(graph.initializer.map(\.name))
    for input in graph.input where !initializers.contains(input.name) {
      try add(input.name, "input \(input.name)")
    }
    for node in graph.node {
      for output in node.output { try add(output, ONNXNode(node).place) }
    }
  }
}

extension Array where Element: Hashable {
  /// The first element that was there before.
  fileprivate var firstRepeated: Element? {
    var seen: Set<Element> = []
    return first { !seen.insert($0).inserted }
  }
}
