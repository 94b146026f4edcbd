import Checking
import Digests
import Files
import Lipschitz
import ModelFiles
import Networks
import Proofs

/// Writes certificates of predictions of a text, each of which the checker accepts.
///
/// The norms that a certificate states are proved here; how far tokens move, and margins, are the checker's own. It takes the sizes and margins of the very
/// text, and so proves more than `TokenCertifier`, whose bound is one for all texts.
public struct TokenProver: Sendable {
  private let network: CheckedNetwork
  private let embedding: String
  private let proof: TokenProof

  /// Prepares a model file.
  ///
  /// - Throws: `InputError` when the digest of the file says less than all about the network, or the checker has no rule for it.
  public init(_ network: Network, of file: ModelFile) throws(InputError) {
    guard file.parts.isEmpty, file.inputs.count == 1 else {
      throw InputError(
        file.path,
        "weights lie in other files, or there are several inputs; certificates are about one file"
      )
    }
    self.network = CheckedNetwork(network, sha256: Digests.sha256(of: file.content))
    let layers: (embedding: String, parts: [CheckedNetwork.LayerPart])
    do throws(Rejection) {
      layers = try self.network.tokenLayers()
    } catch {
      throw InputError(file.path, "the checker has no rule for it: \(error)")
    }
    embedding = layers.embedding
    var norms: [TokenProof.Norms] = []
    for part in layers.parts {
      let matrix = Matrix(rows: part.rows, columns: part.columns, part.values)
      let norm = matrix.spectralNorm.upper.value * Self.room
      guard norm.isFinite else {
        throw InputError(file.path, "no norm of \(part.node) is proved; it is too large")
      }
      if norms.last?.node == part.node {
        norms[norms.count - 1].parts.append(norm)
      } else {
        norms.append(TokenProof.Norms(node: part.node, parts: [norm]))
      }
    }
    proof = TokenProof(norms: norms)
  }

  /// How much more is stated than was proved, so that the checker, which loses a little more to rounding, proves it too.
  private static let room = 1 + 0x1p-20

  /// The changes of a text.
  public func region(
    _ tokens: [Int32], within epsilon: ExactNumber, _ change: InputRegion.Tokens.Change
  ) -> InputRegion.Tokens {
    InputRegion.Tokens(
      node: embedding, tokens: tokens.map { UInt32($0) }, epsilon: epsilon, change: change)
  }

  /// The token that is proved to be predicted at each place, however the text changes; nil where that is not proved.
  public func predictions(over region: InputRegion.Tokens) -> [Int?] {
    // Where numbers are too large, or known too badly, nothing is proved of the text.
    (try? network.predictions(over: region, proof)) ?? region.tokens.map { _ in nil }
  }

  /// The certificate of a prediction that was proved.
  public func certificate(
    _ token: Int, at place: Int, over region: InputRegion.Tokens
  ) -> Certificate {
    let words =
      switch region.change {
      case .vectors: "However each embedded token is changed by \(region.epsilon) at most"
      case .token:
        "Whichever one token is replaced by one whose embedding is \(region.epsilon) away at most"
      }
    return Certificate(
      claim: Proofs.Claim(
        network: .init(sha256: network.sha256, input: network.input, output: network.output),
        meanings: [.real], region: .tokens(region),
        property: .prediction(place: place, token: token),
        words: "\(words) (root mean square), token \(token) is predicted at place \(place)"),
      proof: .tokens(proof))
  }
}
