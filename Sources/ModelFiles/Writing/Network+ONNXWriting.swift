import Files
import Foundation
import Networks

extension Network {
  /// Writes the network as an ONNX file that any ONNX runtime opens.
  ///
  /// - Throws: `InputError` naming the file when it cannot be written, or an operation that ONNX lacks.
  public func write(toONNX path: String) throws(InputError) {
    guard !path.hasSuffix(".gz") else {
      throw InputError(path, "models are written uncompressed; leave .gz away")
    }
    try writeFile(onnxData(), to: path)
  }

  /// The network as the bytes of an ONNX file, opset 15.
  ///
  /// Weights are rounded to 32-bit floats, as every runtime and verification tool expects; a network read
  /// from 32-bit floats loses nothing. The first axis of input and output takes a batch of any size, where each
  /// operation treats it as one; otherwise they have the shape of one example.
  ///
  /// - Throws: `InputError` naming an operation that ONNX lacks.
  public func onnxData() throws(InputError) -> Data {
    var writer = ONNXWriter(self)
    let model = try writer.model()
    do {
      return try model.serializedData()
    } catch {
      throw InputError(outputName, "the model cannot be encoded: \(error)")
    }
  }
}
