import Foundation
import ModelFiles
import Networks
import Proofs
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Certificates of predictions: what is accepted, and what becomes of it when something is changed.
@Suite("Certificates about tokens")
struct TokenCertificateTests {
  /// The largest distance within which a prediction is proved, and one a little larger.
  private func edge(
    _ model: TokenModel, _ place: Int, _ token: Int
  ) throws -> (Double, Double) {
    var (low, high) = (0.0, 64.0)
    while high > low * 1.001 + 1e-9 {
      let middle = low == 0 ? high / 16 : (low * high).squareRoot()
      let isProved = try model.checked.predictions(over: model.region(middle), model.proof)[place]
      if isProved == token { low = middle } else { high = middle }
    }
    return (low, high)
  }

  @Test(
    "Accepted at its edge, and with nearly every change rejected", arguments: 0..<6 as Range<UInt64>
  )
  func mutations(seed: UInt64) throws {
    let model = try TokenModel(seed: seed, heads: 2, blocks: 1 + Int(seed % 2), size: 0.5)
    // The first place reads itself alone, whatever its logits are.
    let place = 1 + Int(seed % UInt64(TokenModel.count - 1))
    let token = try #require(
      try model.checked.predictions(over: model.region(1e-7), model.proof)[place])
    let (proved, beyond) = try edge(model, place, token)
    #expect(proved > 1e-6)
    let region = try model.region(proved)
    let good = model.certificate(region, place: place, token: token)
    let read = try #require(try Certificate.read(line: Array(good.line.utf8)))
    #expect(read == good && model.checked.check(read) == .accepted)

    func isRejected(
      _ what: String, _ change: (inout Certificate) throws -> Void
    ) rethrows {
      var changed = good
      try change(&changed)
      #expect(!model.checked.check(changed).isAccepted, "\(what)")
    }
    func changing(_ norms: (inout [TokenProof.Norms]) -> Void) -> Proof {
      var proof = model.proof
      norms(&proof.norms)
      return .tokens(proof)
    }
    for (index, own) in model.proof.norms.enumerated() {
      for part in own.parts.indices {
        isRejected("a norm a hundredth lower") {
          $0.proof = changing { $0[index].parts[part] *= 0.99 }
        }
        for value in [0, -1, .nan, .infinity, own.parts[part] * (1 - 1e-7)] as [Double] {
          isRejected("norm \(value)") { $0.proof = changing { $0[index].parts[part] = value } }
        }
        isRejected("a head's norm dropped") {
          $0.proof = changing { $0[index].parts.remove(at: part) }
        }
      }
      isRejected("a norm too many") { $0.proof = changing { $0[index].parts.append(9) } }
      isRejected("a layer without norms") { $0.proof = changing { $0.remove(at: index) } }
      isRejected("norms stated twice") { $0.proof = changing { $0.append(own) } }
      isRejected("larger norms, which are right and show too little") {
        $0.proof = changing { $0[index].parts = $0[index].parts.map { $0 * 8 } }
      }
    }
    isRejected("a node that there is not") {
      $0.proof = changing { $0.append(.init(node: "nowhere", parts: [1])) }
    }
    try isRejected("a widened distance") { $0.claim.region = .tokens(try model.region(beyond)) }
    isRejected("another prediction") {
      $0.claim.property = .prediction(place: place, token: (token + 1) % TokenModel.vocabulary)
    }
    isRejected("a token beyond the vocabulary") {
      $0.claim.property = .prediction(place: place, token: TokenModel.vocabulary)
    }
    isRejected("a place beyond the text") {
      $0.claim.property = .prediction(place: TokenModel.count, token: token)
    }
    isRejected("another node") {
      var other = region
      other.node = model.proof.norms[0].node
      $0.claim.region = .tokens(other)
    }
    isRejected("a text that is too short") {
      var other = region
      other.tokens.removeLast()
      $0.claim.region = .tokens(other)
    }
    isRejected("a token without a row") {
      var other = region
      other.tokens[0] = UInt32(TokenModel.vocabulary)
      $0.claim.region = .tokens(other)
    }
    isRejected("another model") { $0.claim.network.sha256 = String(repeating: "1", count: 64) }
    isRejected("another output") { $0.claim.network.output += "2" }
    isRejected("single precision") { $0.claim.meanings = [.real, .binary32] }
    isRejected("a violation") { $0.claim.verdict = .violated }
    isRejected("a label") { $0.claim.property = .label(token) }
    isRejected("another rule") { $0.proof = .interval(weights: nil) }
    isRejected("norms as of the rule lipschitz") {
      $0.proof = .lipschitz(LipschitzProof(norms: []))
    }
    isRejected("a box") {
      $0.claim.region = .box(
        lower: NumberArray([Double](repeating: 0, count: TokenModel.count)),
        upper: NumberArray([Double](repeating: 6, count: TokenModel.count)))
    }
    isRejected("a box, and a label, and intervals") {
      $0.claim.region = .box(
        lower: NumberArray([Double](repeating: 0, count: TokenModel.count)),
        upper: NumberArray([Double](repeating: 6, count: TokenModel.count)))
      $0.claim.property = .label(token)
      $0.proof = .interval(weights: nil)
    }
  }

  @Test("Other places and other texts are accepted only where what they claim is so")
  func otherClaims() throws {
    var (accepted, rejected) = (0, 0)
    for seed in 0..<12 as Range<UInt64> {
      let model = try TokenModel(seed: seed, size: 0.5)
      for place in 0..<TokenModel.count {
        for token in 0..<TokenModel.vocabulary {
          let certificate = model.certificate(
            try model.region(0.002), place: place, token: token)
          let outputs = model.values(of: model.graph.last, at: model.embedded(model.tokens))
          let own = outputs[place * TokenModel.vocabulary..<(place + 1) * TokenModel.vocabulary]
          let best = (own.firstIndex(of: own.max() ?? 0) ?? 0) - own.startIndex
          let isAccepted = model.checked.check(certificate).isAccepted
          if isAccepted { accepted += 1 } else { rejected += 1 }
          #expect(!isAccepted || best == token)
        }
      }
    }
    #expect(accepted > 12 && rejected > 60)
  }

  // MARK: Networks of another form

  /// Why a network has no rule; nil where it has.
  private func obstacle(_ change: (inout Network) throws -> Void) throws -> String? {
    var network = try TokenModel(seed: 5).network
    try change(&network)
    if case .failure(let obstacle) = CheckedNetwork(network, sha256: noDigest).tokens {
      return obstacle.description
    }
    return nil
  }

  private func refuses(
    _ what: String, _ replacement: (any Networks.Operation) -> any Networks.Operation
  ) throws {
    #expect(try obstacle { $0 = $0.replacingOperations(replacement) } != nil, "\(what)")
  }

  @Test("What is no transformer of the form that is known is refused, and never read as one")
  func otherNetworks() throws {
    #expect(try obstacle { _ in } == nil)
    let count = TokenModel.count
    for (what, place, value) in [
      ("a mask with a hole", 1, 0.0), ("a mask that hides an earlier token", count, -1e9),
      ("a mask that hides too little", 1, -1e8), ("a mask that adds", 0, 0.5),
    ] {
      let found = try obstacle { network in
        for (index, parameter) in network.parameters.enumerated()
        where parameter.value.shape == [count, count] {
          var mask = parameter.value
          mask.withMutableElements { $0[place] = value }
          network.setValue(mask, of: ParameterID(index))
        }
      }
      #expect(found?.contains("softmax") ?? false, "\(what): \(found ?? "accepted")")
    }
    try refuses("another axis of a softmax") { $0 is Softmax ? Softmax(axis: 2) : $0 }
    try refuses("heads in another order") { operation in
      guard let transpose = operation as? Transpose, transpose.permutation == [0, 2, 1, 3] else {
        return operation
      }
      return Transpose([0, 1, 2, 3])
    }
    for (what, indices) in [
      ("features that stay", Array(0..<8)),
      ("features that move in a circle", [1, 2, 3, 0, 5, 6, 7, 4]),
      ("partners in another head", [4, 5, 6, 7, 0, 1, 2, 3]),
      ("a feature left out", [2, 3, 0, 1, 6, 7, 4, -1]),
    ] {
      try refuses(what) { operation in
        guard let selection = operation as? Selection else { return operation }
        return Selection(axis: selection.axis, indices: indices.map { Int32($0) })
      }
    }
    try refuses("another function") { $0 is Erf ? Tanh() : $0 }
    #expect(
      try obstacle { network in
        for (index, parameter) in network.parameters.enumerated()
        where parameter.value.count == 1 && parameter.value.scalars == [1] {
          network.setValue(Tensor(parameter.value.shape, [2]), of: ParameterID(index))
        }
      } != nil)
  }
}
