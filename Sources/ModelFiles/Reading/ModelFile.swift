import Files
import Foundation
import Networks

/// A model file that was read, with the files that hold its weights.
///
///     let file = try ModelFile("model.onnx")
///     let network = try file.network()
public struct ModelFile: Sendable {
  /// An input or an output that a file states.
  public struct Port: Sendable, Hashable {
    /// The name.
    public var name: String
    /// The extents as the file states them, symbols by their names; nil where the file states none.
    public var extents: [String]?
    /// The type of the elements, such as `float`.
    public var type: String
  }

  /// A file beside the model that holds data of its tensors.
  public struct Part: Sendable {
    /// The path as the model states it, relative to the model's folder.
    public var location: String
    /// The bytes, mapped.
    public var content: Data
  }

  /// The file.
  public let path: String
  /// The bytes of the file, not compressed.
  public let content: Data
  /// The files beside it that its tensors lie in, by their names.
  public let parts: [Part]
  let model: Onnx_ModelProto

  /// Reads a model and maps the files beside it.
  ///
  /// - Parameter path: The file: `.onnx` or `.onnx.gz`.
  /// - Throws: `InputError` when a file is missing, is not a model, or lies outside the model's folder.
  public init(_ path: String) throws(InputError) {
    try self.init(path, content: readFile(path), folderOf: path)
  }

  /// Takes the bytes of a model that has no files beside it.
  ///
  /// - Parameter source: The name of the model, for messages.
  init(parsing content: Data, source: String) throws(InputError) {
    try self.init(source, content: content, folderOf: nil)
  }

  private init(_ path: String, content: Data, folderOf file: String?) throws(InputError) {
    self.path = path
    self.content = content
    model = try ONNXGraph.decode(content, path)
    let external = ExternalData(besideModel: file)
    for tensor in model.tensors where tensor.dataLocation == .external && file != nil {
      do throws(ONNXProblem) {
        _ = try external.content(ExternalPlace(tensor).location)
      } catch {
        throw InputError(path, place: "initializer \(tensor.name)", error.message)
      }
    }
    parts = external.read.map { Part(location: $0.location, content: $0.content) }
  }

  /// The inputs that have no value in the file.
  public var inputs: [Port] {
    let known = Set(model.graph.initializer.map(\.name))
    return model.graph.input.filter { !known.contains($0.name) }.map(Port.init)
  }

  /// The outputs, in the order of the file.
  public var outputs: [Port] { model.graph.output.map(Port.init) }

  /// The network of the file.
  ///
  /// - Parameter choices: What the file leaves open.
  /// - Throws: `InputError` naming the node or the tensor that cannot be used, or all the operators that are not
  ///   supported.
  public func network(_ choices: ModelChoices = ModelChoices()) throws(InputError) -> Network {
    let external = ExternalData(parts.map { .init(location: $0.location, content: $0.content) })
    let graph = try ONNXGraph(model, source: path, choices: choices)
    return try ONNXImporter(graph, external: external).network()
  }
}

extension ModelFile.Port {
  init(_ value: Onnx_ValueInfoProto) {
    name = value.name
    let tensor = value.type.tensorType
    type = ElementType(rawValue: Int(tensor.elemType)).map { "\($0)" } ?? "unknown"
    guard tensor.hasShape else { return }
    extents = tensor.shape.dim.map { dimension in
      switch dimension.value {
      case .dimValue(let extent)?: return "\(extent)"
      case .dimParam(let symbol)? where !symbol.isEmpty: return symbol
      default: return "?"
      }
    }
  }
}

extension Onnx_ModelProto {
  /// All tensors of the graph: initializers, and values of attributes.
  fileprivate var tensors: [Onnx_TensorProto] {
    graph.initializer + graph.node.flatMap { $0.attribute.filter(\.hasT).map(\.t) }
  }
}
