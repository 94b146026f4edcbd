import Digests
import Files
import Foundation

/// The SHA-256 digest of a model: of its file, decompressed.
///
/// Results and checkpoints name their model by it, so it has to cover every file that the network is read from.
///
/// - Throws: `InputError` when the file cannot be read.
public func modelDigest(ofFile path: String) throws(InputError) -> String {
  sha256(of: try readFile(path))
}
