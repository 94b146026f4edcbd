import Proofs

extension CheckedNetwork {
  /// Shows that a claim about changes of a text's tokens is true.
  ///
  /// - Throws: `Rejection` where that is not shown.
  func requireTokens(_ certificate: Certificate) throws(Rejection) {
    let claim = certificate.claim
    try requireSubject(of: claim)
    guard case .tokens(let region) = claim.region,
      case .prediction(let place, let token) = claim.property,
      case .tokens(let proof) = certificate.proof
    else {
      throw Rejection(
        "a region of tokens, a prediction and the rule tokens belong together, and nothing else does"
      )
    }
    guard claim.verdict == .holds else {
      throw Rejection("no rule shows that some change of tokens gives another prediction")
    }
    guard claim.meanings == [.real] else {
      throw Rejection("binary32: norms are about exact reals alone")
    }
    try tokenNetwork().require(region, place, token, proof)
  }

  /// The token that is predicted at each place of a text, for all changes of a region; nil where the proof does not show that. For whoever writes
  /// certificates.
  ///
  /// - Soundness: A certificate of a prediction that is there is accepted.
  /// - Throws: `Rejection` when the network, the region or the norms are not as the rule `tokens` has them.
  public func predictions(
    over region: InputRegion.Tokens, _ proof: TokenProof
  ) throws(Rejection) -> [Int?] {
    try requireExact()
    return try tokenNetwork().predictions(region, proof)
  }

  /// A part of the outputs of a linear layer, whose norm a proof by the rule `tokens` states.
  public struct LayerPart: Sendable {
    /// The layer, by its tensor.
    public var node: String
    /// The inputs.
    public var rows: Int
    /// The outputs of the part.
    public var columns: Int
    /// The coefficients, a row for each input.
    public var values: [Double]
  }

  /// The embedding, by its tensor, and the parts of layers whose norms a proof by the rule `tokens` states, in order.
  ///
  /// - Throws: `Rejection` when the network is none of tokens that the checker knows.
  public func tokenLayers() throws(Rejection) -> (embedding: String, parts: [LayerPart]) {
    try requireExact()
    let network = try tokenNetwork()
    let graph = network.graph
    var parts: [LayerPart] = []
    for layer in graph.layers {
      guard let name = graph.steps[layer].tensors.first else { continue }
      for part in 0..<(graph.parts[layer] ?? 1) {
        let matrix = network.matrix(layer, part)
        parts.append(
          LayerPart(
            node: name, rows: matrix.rows, columns: matrix.columns, values: matrix.values))
      }
    }
    let embedding = graph.steps.first { if case .embedding = $0.kind { true } else { false } }
    return (embedding?.tensors.first ?? "", parts)
  }

  private func tokenNetwork() throws(Rejection) -> TokenNetwork {
    switch tokens {
    case .success(let network): return network
    case .failure(let obstacle): throw obstacle
    }
  }
}
