import Digests
import Files
import Foundation
import ModelFiles
import Networks

/// The network that comes with the program; see `datasets/models/README.md`.
public enum EmbeddedNetwork {
  /// A classifier of the embedded digits: pixels from 0 to 1, `[1, 1, 8, 8]`, to ten outputs.
  ///
  /// - Throws: `InputError` when the program was built from a damaged copy.
  public static func digits() throws(InputError) -> Network {
    try Network(parsingONNX: digitsFile, source: "digits.onnx (embedded)")
  }

  /// The SHA-256 digest of the file `datasets/models/digits.onnx`.
  public static var digitsDigest: String { sha256(of: digitsFile) }

  /// The content of the file `datasets/models/digits.onnx`.
  public static let digitsFile: Data = {
    guard
      let packed = Data(base64Encoded: embeddedDigitsNetwork, options: .ignoreUnknownCharacters),
      let content = try? gunzip(packed, source: "embedded network", limit: 1 << 24)
    else { preconditionFailure("The embedded network is damaged; run scripts/embed_network.py") }
    return content
  }()
}
