import Files
import Foundation
import Networks

extension Network {
  /// Reads an ONNX file, `.onnx` or `.onnx.gz`.
  ///
  /// The shapes of the network are those of one example as the file states them, a symbolic leading
  /// dimension being 1. The input is the only graph input without a value, the output the first graph
  /// output. Constants are folded; opsets 7 to 24 are read.
  ///
  /// - Throws: `InputError` naming the node or the initializer that cannot be used, or all the operators
  ///   that are not supported.
  public init(contentsOf path: String) throws(InputError) {
    try self.init(parsingONNX: readFile(path), source: path)
  }

  /// Reads the bytes of an ONNX file.
  ///
  /// - Parameters:
  ///   - data: The bytes, not compressed.
  ///   - source: The name of the file, for messages.
  /// - Throws: `InputError` naming the node or the initializer that cannot be used, or all the operators
  ///   that are not supported.
  public init(parsingONNX data: Data, source: String) throws(InputError) {
    let graph = try ONNXGraph(parsing: data, source: source)
    self = try ONNXImporter(graph, opset: graph.opset).network()
  }
}
