/// A matrix of doubles, row by row: the coefficients of a linear layer have a row for each input, an embedding's table one for each token.
struct TokenMatrix: Sendable {
  var rows: Int
  var columns: Int
  var values: [Double]

  func row(_ index: Int) -> ArraySlice<Double> {
    values[index * columns..<(index + 1) * columns]
  }

  /// Some columns.
  func part(_ range: Range<Int>) -> TokenMatrix {
    TokenMatrix(
      rows: rows, columns: range.count,
      values: (0..<rows).flatMap { row in
        values[row * columns + range.lowerBound..<row * columns + range.upperBound]
      })
  }

  var magnitude: [Double] { values.map(abs) }
}

/// A network of tokens as the rule `tokens` reads it: each step computes a row of numbers for each token.
struct TokenGraph: Sendable {
  struct Step: Sendable {
    /// The node of the network.
    var node: Int
    /// The name in the model file, for messages.
    var name: String
    /// The tensors of the model file that have its value.
    var tensors: [String]
    /// The steps it reads.
    var inputs: [Int]
    /// The length of a row.
    var width: Int
    var kind: Kind
  }

  enum Kind: Sendable {
    /// The rows of the text's tokens.
    case embedding
    /// A row times a matrix, plus a bias.
    case linear(TokenMatrix, bias: [Double]?)
    /// A number for each element of all rows is added.
    case shifted([Double])
    case sum(isDifference: Bool)
    /// Times a number that is not 0, or divided by it.
    case scaled(Double, isQuotient: Bool)
    case rectified
    case gated(Gate)
    case turned(Turn)
    case attention(Attention)
  }

  /// `factor x (1 + erf(sharpness x))`.
  struct Gate: Sendable {
    var factor: Double
    /// Above 0; off by its rounding at most, relatively.
    var sharpness: Double
  }

  /// Each feature times a number, plus its partner times another; numbers for each place of the text and feature.
  struct Turn: Sendable {
    /// The partner of each feature, whose partner it is.
    let partners: [Int]
    let own: [Double]
    let others: [Double]
    /// At least how much a row of each token is stretched.
    let stretches: [Double]

    /// - Soundness: Pairs of features are multiplied by `[[a, b], [c, d]]`, whose norm is the root of `a^2 + b^2` where `a = d` and `b = -c`, and at most that
    ///   of the sum of all squares elsewhere.
    init(partners: [Int], own: [Double], others: [Double], count: Int) {
      (self.partners, self.own, self.others) = (partners, own, others)
      let width = partners.count
      stretches = (0..<count).map { token in
        var largest = 0.0
        for feature in 0..<width {
          let (place, other) = (token * width + feature, token * width + partners[feature])
          let (a, b, c, d) = (own[place], others[place], others[other], own[other])
          let isRotation = a == d && b == -c
          let rest = isRotation ? 0 : c * c + d * d
          largest = max(largest, a * a + b * b + rest)
        }
        return (largest * Rounding.inflation + 4 * Rounding.tiny).squareRoot().up
      }
    }
  }

  /// `softmax(scale q k^T + mask) v` in equal parts of the features, called heads.
  struct Attention: Sendable {
    var heads: Int
    /// What products of queries and keys are multiplied by, one after the other.
    var scales: [Scale]
    /// Whether tokens behind a token have 1e9 or more taken off their logits, so that it reads none of them.
    var isCausal: Bool
    var queries: Projection
    var keys: Projection
    var values: Projection
  }

  struct Scale: Sendable {
    var factor: Double
    var isQuotient: Bool

    /// At least the size of the factor.
    var size: Double { isQuotient ? (1 / abs(factor)).up : abs(factor) }
  }

  /// What attention reads: a linear layer without bias, turned and scaled perhaps.
  struct Projection: Sendable {
    /// The step that attention reads.
    var step: Int
    /// The linear layer.
    var layer: Int
    /// The steps between, of kinds `turned` and `scaled`.
    var between: [Int]
  }

  /// The tokens of a text.
  var count: Int
  /// The embedding.
  var table: TokenMatrix
  var steps: [Step]
  /// Which steps the output depends on.
  var isNeeded: [Bool]
  /// The last layer, whose outputs, times numbers above 0, are the network's.
  var last: Int
  /// In how many parts the outputs of each linear layer are read by attention; 1 where none reads it.
  var parts: [Int: Int]

  /// The layers whose norms a proof states: all but the last.
  var layers: [Int] {
    steps.indices.filter { index in
      if case .linear = steps[index].kind { isNeeded[index] && index != last } else { false }
    }
  }
}
