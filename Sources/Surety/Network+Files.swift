import Files
import Foundation
import ModelFiles
import Networks

extension Network {
  /// Reads an ONNX file, `.onnx` or `.onnx.gz`.
  ///
  /// - Throws: `InputError` as for `init(contentsOf:)` of a path.
  public init(contentsOf url: URL) throws(InputError) {
    try self.init(contentsOf: url.path)
  }
}
