/// How far the rows of changed texts can be from those of a text, and how large they can be: for each token, in the Euclidean norm.
///
/// What is computed here are upper bounds, in doubles from numbers that are not negative; every result is made larger by more than its own rounding.
struct TokenDistances {
  let text: TokenText
  /// At least the norms of the parts of each layer's matrix.
  let layers: [Int: [Double]]
  /// After each step, for each token.
  private(set) var distances: [Int: [Double]] = [:]
  private(set) var sizes: [Int: [Double]] = [:]

  /// What logits, keys and values may be at most, for all that is hidden to be below the least double.
  static let mostLogit = 1e8
  static let mostValue = 1e300

  /// Takes distances of the embedded tokens through the network.
  ///
  /// - Soundness: A layer moves a row by its norm at most, sums by the triangle inequality; the functions stretch no distance by more than their largest
  ///   slope; pairs of features are turned by matrices of two rows; `attended` says why for attention. A size is at most what it is at the text and the
  ///   distance together, and at most what the sizes before make of it.
  /// - Throws: `Rejection` where logits may be so large that hidden tokens count.
  init(
    _ text: TokenText, _ layers: [Int: [Double]], from embedded: [Double]
  ) throws(Rejection) {
    (self.text, self.layers) = (text, layers)
    let graph = text.graph
    for (index, step) in graph.steps.enumerated()
    where graph.isNeeded[index] && index != graph.last {
      let norms = text.norms[index] ?? []
      let moved = step.inputs.map { distances[$0] ?? [] }
      let large = step.inputs.map { sizes[$0] ?? [] }
      var (distance, size): ([Double], [Double])
      switch step.kind {
      case .embedding:
        distance = embedded
        size = embedded.map { _ in .infinity }
      case .linear(_, let bias):
        let norm = layers[index]?.euclideanNorm ?? .infinity
        let added = bias?.euclideanNorm ?? 0
        distance = moved[0].map { Self.up($0 * norm) }
        size = large[0].map { Self.up($0 * norm + added) }
      case .shifted:
        distance = moved[0]
        size = distance.map { _ in .infinity }
      case .sum:
        distance = zip(moved[0], moved[1]).map { Self.up($0 + $1) }
        size = zip(large[0], large[1]).map { Self.up($0 + $1) }
      case .scaled(let factor, let isQuotient):
        let factor = TokenGraph.Scale(factor: factor, isQuotient: isQuotient).size
        distance = moved[0].map { Self.up($0 * factor) }
        size = large[0].map { Self.up($0 * factor) }
      case .rectified: (distance, size) = (moved[0], large[0])
      case .gated(let gate):
        let factor = abs(gate.factor)
        distance = moved[0].map { Self.up($0 * (TokenFunction.gateSlope * factor)) }
        size = large[0].map { Self.up($0 * (2 * factor)) }
      case .turned(let turn):
        distance = zip(moved[0], turn.stretches).map { Self.up($0 * $1) }
        size = zip(large[0], turn.stretches).map { Self.up($0 * $1) }
      case .attention(let attention):
        (distance, size) = try attended(attention, index)
      }
      for token in distance.indices {
        size[token] = min(size[token], Self.up(norms[token] + distance[token]))
      }
      guard distance.allSatisfy(\.isFinite), size.allSatisfy(\.isFinite) else {
        throw Rejection("how far the rows of \(step.name) move is too much for doubles")
      }
      (distances[index], sizes[index]) = (distance, size)
    }
  }

  /// More than a number that was computed from numbers that are not negative, by not too many steps.
  static func up(_ computed: Double) -> Double {
    computed * Rounding.inflation + Rounding.tiny
  }

  /// A head's part of what attention reads.
  private struct Part {
    var distances: [Double]
    var sizes: [Double]
  }

  private func part(
    _ projection: TokenGraph.Projection, _ head: Int, _ norms: [Double]
  ) throws(Rejection) -> Part {
    let graph = text.graph
    let norm = layers[projection.layer]?[head] ?? .infinity
    let source = graph.steps[projection.layer].inputs[0]
    var factors = [Double](repeating: norm, count: graph.count)
    for step in projection.between {
      switch graph.steps[step].kind {
      case .scaled(let factor, let isQuotient):
        let size = TokenGraph.Scale(factor: factor, isQuotient: isQuotient).size
        factors = factors.map { Self.up($0 * size) }
      case .turned(let turn):
        factors = zip(factors, turn.stretches).map { Self.up($0 * $1) }
      default: factors = factors.map { _ in .infinity }
      }
    }
    let distances = zip(factors, self.distances[source] ?? []).map { Self.up($0 * $1) }
    let sizes = (0..<graph.count).map { token in
      min(
        Self.up(factors[token] * (self.sizes[source]?[token] ?? .infinity)),
        Self.up(norms[token] + distances[token]))
    }
    guard distances.allSatisfy(\.isFinite), sizes.allSatisfy(\.isFinite) else {
      throw Rejection(
        "how far the rows of \(graph.steps[projection.step].name) move is too much for doubles")
    }
    return Part(distances: distances, sizes: sizes)
  }

  /// Distances and sizes behind attention.
  ///
  /// - Soundness: With weights a and values v at the text, and a', v' of a changed one, `sum a'_j v'_j - sum a_j v_j` is
  ///   `sum a'_j (v'_j - v_j) + sum (a'_j - a_j) (v_j - c)` for any c, since both weights sum to 1. A logit moves by `l_j`, at most
  ///   `s min(|q| dk + dq |k'|, |q'| dk + dq |k|)`. The sum w of `|a'_j - a_j|` is at most the largest `l_j` (a softmax moves so, in the sum of sizes), at
  ///   most 2, and at most `2 e / (1 - f)` with `e = sum a_j (l_j + l_j^2)` and `f = sum a_j min(1, l_j)`, where all l are at most 1: a' is `a_j exp(.)`
  ///   over their sum, which is within e of 1 and at least `1 - f`. The first sum is at most the largest `|v'_j - v_j|`, and at most
  ///   `sum a_j |v'_j - v_j|` and half of w times the difference of the largest and the smallest of them.
  private func attended(
    _ attention: TokenGraph.Attention, _ index: Int
  ) throws(Rejection) -> (distance: [Double], size: [Double]) {
    let count = text.graph.count
    var squares = [Double](repeating: 0, count: count)
    var sizeSquares = squares
    let scale = attention.scales.reduce(1) { Self.up($0 * $1.size) }
    for (head, own) in (text.attentions[index] ?? []).enumerated() {
      let queries = try part(attention.queries, head, own.queries)
      let keys = try part(attention.keys, head, own.keys)
      let values = try part(attention.values, head, own.values)
      let largest = [queries, keys, values].map { $0.sizes.max() ?? 0 }
      if attention.isCausal {
        guard Self.up(scale * Self.up(largest[0] * largest[1])) <= Self.mostLogit,
          largest[2] <= Self.mostValue
        else {
          throw Rejection(
            "the logits of \(text.graph.steps[index].name) may be so large that hidden tokens count"
          )
        }
      }
      for token in 0..<count {
        let length = attention.isCausal ? token + 1 : count
        let (q, dq, qSize) = (
          own.queries[token], queries.distances[token], queries.sizes[token]
        )
        var (most, e, f) = (0.0, 0.0, 0.0)
        var (mean, far, near, size) = (0.0, 0.0, Double.infinity, 0.0)
        for other in 0..<length {
          let (dk, dv) = (keys.distances[other], values.distances[other])
          let weight = own.weights[token * count + other]
          let logit =
            scale
            * min(q * dk + dq * keys.sizes[other], qSize * dk + dq * own.keys[other])
          most = max(most, logit)
          e += weight * (logit + logit * logit)
          f += weight * min(1, logit)
          mean += weight * dv
          (far, near) = (max(far, dv), min(near, dv))
          size = max(size, values.sizes[other])
        }
        most = Self.up(most)
        var moved = min(2, most)
        let rest = (1 - Self.up(f)).down
        if most <= 1, rest > 0 { moved = min(moved, Self.up(2 * Self.up(e) / rest)) }
        let first = min(far, Self.up(mean + moved / 2 * Self.up(far - near)))
        let distance = Self.up(first + moved * own.spreads[token])
        squares[token] += distance * distance
        sizeSquares[token] += size * size
      }
    }
    // Squares may vanish; what is hidden adds less than the least double.
    let vanished = Double(2 * attention.heads) * Rounding.tiny
    func root(_ squares: [Double]) -> [Double] {
      squares.map { Self.up(($0 * Rounding.inflation + vanished).squareRoot()) }
    }
    return (root(squares), root(sizeSquares))
  }
}
