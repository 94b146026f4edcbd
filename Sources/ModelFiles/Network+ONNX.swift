import Files
import Foundation
import Networks

extension Network {
  /// Reads an ONNX file, `.onnx` or `.onnx.gz`, and the files beside it that its weights lie in.
  ///
  /// The shapes of the network are those of one example as the file states them, a symbolic leading
  /// dimension being 1. The input is the only graph input without a value, the output the first graph
  /// output; `ModelFile.network` lets a caller choose others. Constants are folded; opsets 6 to 28 are read.
  ///
  /// - Throws: `InputError` naming the node or the initializer that cannot be used, or all the operators
  ///   that are not supported.
  public init(contentsOf path: String) throws(InputError) {
    self = try ModelFile(path).network()
  }

  /// Reads the bytes of an ONNX file that holds all its weights.
  ///
  /// - Parameters:
  ///   - data: The bytes, not compressed.
  ///   - source: The name of the file, for messages.
  /// - Throws: `InputError` naming the node or the initializer that cannot be used, or all the operators
  ///   that are not supported.
  public init(parsingONNX data: Data, source: String) throws(InputError) {
    self = try ModelFile(parsing: data, source: source).network()
  }
}
