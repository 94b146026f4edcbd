import Digests
import Files
import Foundation
import ModelFiles
import Networks

extension ModelFile {
  /// The SHA-256 digest of all that a network read from the file depends on, in lowercase hexadecimal.
  ///
  /// For a file that holds all its weights, read without choices, it is the digest of the file's bytes. Otherwise it is
  /// that of a list with one line for each part: the model's digest, the digest and the path of each file beside it, and
  /// each choice.
  public func digest(_ choices: ModelChoices = ModelChoices()) -> String {
    let own = sha256(of: content)
    let lines =
      parts.map { "data \(sha256(of: $0.content)) \($0.location)" } + choices.words
    guard !lines.isEmpty else { return own }
    return sha256(of: Data((["model \(own)"] + lines).joined(separator: "\n").utf8))
  }
}

extension ModelChoices {
  /// The choices, one a line.
  fileprivate var words: [String] {
    var words: [String] = []
    if let output { words.append("output \(output)") }
    for extent in extents { words.append("extent \(extent.name) \(extent.extents)") }
    for input in fixed {
      let values = input.values.map { "\($0.bitPattern)" }.joined(separator: " ")
      words.append(
        "fixed \(input.name) \(input.shape?.description ?? "") \(sha256(of: Data(values.utf8)))")
    }
    if joinsInputs { words.append("joined") }
    return words
  }
}

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

extension Network {
  /// Reads an ONNX file, `.onnx` or `.onnx.gz`.
  ///
  /// - Throws: `InputError` as for `init(contentsOf:)` of a path.
  public init(contentsOf url: URL) throws(InputError) {
    try self.init(contentsOf: url.path)
  }
}
