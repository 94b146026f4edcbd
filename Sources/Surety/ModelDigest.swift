import Digests
import Files
import Foundation
import ModelFiles

/// The SHA-256 digest of a model: of its file, decompressed, and of the files that its weights lie in.
///
/// Results and checkpoints name their model by it. A file that is no model has the digest of its bytes.
///
/// - Throws: `InputError` when the file cannot be read.
public func modelDigest(ofFile path: String) throws(InputError) -> String {
  let content = try readFile(path)
  guard let file = try? ModelFile(path) else { return sha256(of: content) }
  return file.digest()
}
