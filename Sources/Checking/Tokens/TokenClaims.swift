import Networks
import Proofs
import Synchronization
import Tensors

/// A network of tokens with what is known of it for all certificates of a file: texts that were computed, and norms that were shown.
final class TokenNetwork: Sendable {
  let graph: TokenGraph
  /// The linear layers by the tensors that have their values.
  private let layers: [String: Int]
  private let embedding: Set<String>
  private let matrices: Matrices
  private let norms = KnownNorms()
  private let known = Mutex<[Known]>([])

  /// What was shown of a region.
  struct Shown: Sendable {
    /// The outputs for the text.
    var outputs: TokenRows
    /// At least how far the row that the last layer reads can move, for each place of the text.
    var distances: [Double]
  }

  private struct Known: Sendable {
    var region: InputRegion.Tokens
    var proof: TokenProof
    var shown: Result<Shown, Rejection>
  }

  init(_ graph: TokenGraph, _ matrices: Matrices) {
    self.graph = graph
    self.matrices = matrices
    var layers: [String: Int] = [:]
    for layer in graph.layers {
      for tensor in graph.steps[layer].tensors where layers[tensor] == nil {
        layers[tensor] = layer
      }
    }
    self.layers = layers
    let first = graph.steps.first { if case .embedding = $0.kind { true } else { false } }
    embedding = Set(first?.tensors ?? [])
  }

  /// How many texts are kept.
  private static let mostTexts = 8

  /// Shows that a prediction does not change.
  ///
  /// - Soundness: Outputs K and J are apart by a margin at the text, and by it and at most `|w_K - w_J| d` less for each text of the region, with w the columns
  ///   of the last layer and d how far the row that it reads can move. What the outputs are multiplied by is above 0.
  /// - Throws: `Rejection` where that is not shown.
  func require(
    _ region: InputRegion.Tokens, _ place: Int, _ token: Int, _ proof: TokenProof
  ) throws(Rejection) {
    let shown = try shown(region, proof)
    guard place < graph.count else {
      throw Rejection("the place \(place) is beyond the \(graph.count) tokens of the text")
    }
    let outputs = shown.outputs
    guard token < outputs.width, outputs.width > 1 else {
      throw Rejection("the token \(token) is none of the network's \(outputs.width) outputs")
    }
    guard let rival = rival(of: token, at: place, shown) else { return }
    throw Rejection(
      "that token \(token) is predicted at place \(place) is not shown: token \(rival.token) is \(rival.behind) behind at least, and can come nearer by \(rival.moved)"
    )
  }

  /// The token that is predicted at each place for all of a region; nil where that is not shown.
  func predictions(
    _ region: InputRegion.Tokens, _ proof: TokenProof
  ) throws(Rejection) -> [Int?] {
    let shown = try shown(region, proof)
    let (outputs, width) = (shown.outputs, shown.outputs.width)
    return (0..<graph.count).map { place in
      let own = outputs.center[place * width..<(place + 1) * width]
      guard width > 1, let most = own.max(), let best = own.firstIndex(of: most) else { return nil }
      let token = best - place * width
      return rival(of: token, at: place, shown) == nil ? token : nil
    }
  }

  /// A token that might be predicted instead.
  private func rival(
    of token: Int, at place: Int, _ shown: Shown
  ) -> (token: Int, behind: Double, moved: Double)? {
    guard case .linear(let matrix, _) = graph.steps[graph.last].kind else {
      return (token, -.infinity, .infinity)
    }
    let outputs = shown.outputs
    let base = place * outputs.width
    func low(_ index: Int) -> Double {
      (outputs.center[base + index] - outputs.radius[base + index]).down
    }
    func high(_ index: Int) -> Double {
      (outputs.center[base + index] + outputs.radius[base + index]).up
    }
    for other in 0..<outputs.width where other != token {
      let behind = Rounding.sumDown(low(token), -high(other))
      let difference = (0..<matrix.rows).map { row -> Double in
        let (a, b) = (
          matrix.values[row * matrix.columns + token], matrix.values[row * matrix.columns + other]
        )
        return abs(a - b).up
      }.euclideanNorm
      let moved = TokenDistances.up(difference * shown.distances[place])
      // Whatever is no number shows nothing.
      guard behind > moved, moved.isFinite else { return (other, behind, moved) }
    }
    return nil
  }

  /// What is shown of a region, the last ones from memory.
  private func shown(
    _ region: InputRegion.Tokens, _ proof: TokenProof
  ) throws(Rejection) -> Shown {
    try known.withLock { known in
      if let place = known.firstIndex(where: { $0.region == region && $0.proof == proof }) {
        return known[place].shown
      }
      let shown = Result { () throws(Rejection) in try self.computed(region, proof) }
      if known.count >= Self.mostTexts { known.removeFirst() }
      known.append(Known(region: region, proof: proof, shown: shown))
      return shown
    }.get()
  }

  private func computed(
    _ region: InputRegion.Tokens, _ proof: TokenProof
  ) throws(Rejection) -> Shown {
    guard embedding.contains(region.node) else {
      throw Rejection("\(region.node) is not the embedding of the network's tokens")
    }
    let stated = try stated(proof)
    let text = try TokenText(graph, tokens: region.tokens, matrices)
    guard let outputs = text.rows[graph.last], case let source = graph.steps[graph.last].inputs[0]
    else { throw Rejection("the network has no outputs") }
    // From root mean squares to Euclidean norms.
    let width = Double(graph.table.columns)
    let epsilon = Rounding.productUp(region.epsilon.roundedUp, width.squareRoot().up)
    guard epsilon.isFinite else { throw Rejection("epsilon is too large") }
    func distances(_ embedded: [Double]) throws(Rejection) -> [Double] {
      try TokenDistances(text, stated, from: embedded).distances[source] ?? []
    }
    switch region.change {
    case .vectors:
      return Shown(
        outputs: outputs,
        distances: try distances([Double](repeating: epsilon, count: graph.count)))
    case .token:
      // The text itself, whose logits must not be too large either.
      var most = try distances([Double](repeating: 0, count: graph.count))
      for (place, token) in region.tokens.enumerated() {
        let far = farthest(from: Int(token), within: epsilon)
        guard far > 0 else { continue }
        var embedded = [Double](repeating: 0, count: graph.count)
        embedded[place] = far
        most = zip(most, try distances(embedded)).map { max($0, $1) }
      }
      return Shown(outputs: outputs, distances: most)
    }
  }

  /// At least the distance of the farthest row of the embedding from a token's own, of those that may be within a distance; 0 where there is none.
  private func farthest(from token: Int, within epsilon: Double) -> Double {
    let (own, width) = (Array(graph.table.row(token)), graph.table.columns)
    var farthest = 0.0
    for other in 0..<graph.table.rows where other != token {
      let row = graph.table.row(other)
      var sum = 0.0
      for (a, b) in zip(own, row) { sum += (a - b) * (a - b) }
      let distance = sum.squareRoot()
      // Off by less than a part of `gamma`, and what vanishes.
      let lost = Rounding.gamma(width + 8) * distance + 0x1p-500
      guard !((distance - lost).down > epsilon) else { continue }
      farthest = max(farthest, (distance + lost).up)
    }
    return farthest
  }

  // MARK: Norms

  /// The norms of all layers but the last, each part of which is shown.
  func stated(_ proof: TokenProof) throws(Rejection) -> [Int: [Double]] {
    var stated: [Int: [Double]] = [:]
    for own in proof.norms {
      guard let layer = layers[own.node] else {
        throw Rejection("\(own.node) is no linear layer whose norm is asked for")
      }
      guard stated.updateValue(own.parts, forKey: layer) == nil else {
        throw Rejection("the norms of \(own.node) are stated twice")
      }
      let parts = graph.parts[layer] ?? 1
      guard own.parts.count == parts else {
        throw Rejection("\(own.node) has \(own.parts.count) norms, expected \(parts)")
      }
      for (part, norm) in own.parts.enumerated() {
        let isShown = try norms.isShown(
          .init(node: layer, source: part, norm: norm, factors: [])
        ) { () throws(Rejection) in
          let matrix = self.matrix(layer, part)
          return LinearBlock.Part(source: 0, columns: matrix.columns, values: matrix.values)
            .isShown(toStretchAtMost: norm, rows: matrix.rows, matrices)
        }
        guard isShown else {
          throw Rejection("norm \(part) of \(own.node) is not shown to be at most \(norm)")
        }
      }
    }
    if let missing = graph.layers.first(where: { stated[$0] == nil }) {
      throw Rejection("the norms of \(graph.steps[missing].name) are not stated")
    }
    return stated
  }

  /// The columns of a layer's matrix that belong to a part of its outputs.
  func matrix(_ layer: Int, _ part: Int) -> TokenMatrix {
    guard case .linear(let matrix, _) = graph.steps[layer].kind else {
      return TokenMatrix(rows: 0, columns: 0, values: [])
    }
    let width = matrix.columns / (graph.parts[layer] ?? 1)
    return matrix.part(part * width..<(part + 1) * width)
  }
}
