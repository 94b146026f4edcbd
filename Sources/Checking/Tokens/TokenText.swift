/// What a network computes of one text, and what of it bounds of changed texts need.
struct TokenText: Sendable {
  let graph: TokenGraph
  /// The rows after each step that is needed.
  private(set) var rows: [Int: TokenRows] = [:]
  /// At least the norm of each token's row after each step.
  private(set) var norms: [Int: [Double]] = [:]
  /// What is known of each attention.
  private(set) var attentions: [Int: [Head]] = [:]

  /// One head of an attention: numbers for each token, of a matrix those of each token for each one that it may read.
  struct Head: Sendable {
    /// At least the norms of its queries, keys and values.
    var queries: [Double]
    var keys: [Double]
    var values: [Double]
    /// At least how much each token reads of each other one; 0 for those that are hidden.
    var weights: [Double]
    /// At least the distances of the values that a token may read from what it gets, or their norms if those are less: the largest of them.
    var spreads: [Double]
  }

  /// - Soundness: Radii hold all roundings (`TokenRows`, `TokenFunction`). A token that is hidden from another has less than `exp(-8e8)` of its weight, as
  ///   `TokenDistances` sees to; what that changes is below the least double.
  /// - Throws: `Rejection` where a token has no row, or numbers are known too badly.
  init(_ graph: TokenGraph, tokens: [UInt32], _ matrices: Matrices) throws(Rejection) {
    self.graph = graph
    guard tokens.count == graph.count else {
      throw Rejection("the text has \(tokens.count) tokens, the network reads \(graph.count)")
    }
    if let unknown = tokens.first(where: { Int($0) >= graph.table.rows }) {
      throw Rejection(
        "the text has the token \(unknown), the embedding only rows for \(graph.table.rows)")
    }
    for (index, step) in graph.steps.enumerated() where graph.isNeeded[index] {
      let inputs = step.inputs.compactMap { rows[$0] }
      guard inputs.count == step.inputs.count else {
        throw Rejection("\(step.name) reads what is not known")
      }
      let result: TokenRows
      switch step.kind {
      case .embedding:
        result = TokenRows(
          count: graph.count, width: step.width, tokens.flatMap { graph.table.row(Int($0)) })
      case .linear(let matrix, let bias):
        let product = inputs[0].times(matrix, matrices)
        result =
          bias.map { bias in
            product.adding(
              TokenRows(
                count: graph.count, width: step.width, (0..<graph.count).flatMap { _ in bias }))
          } ?? product
      case .shifted(let values):
        result = inputs[0].adding(TokenRows(count: graph.count, width: step.width, values))
      case .sum(let isDifference): result = inputs[0].adding(inputs[1], isDifference: isDifference)
      case .scaled(let factor, let isQuotient):
        result = inputs[0].scaled(factor, isQuotient: isQuotient)
      case .rectified: result = inputs[0].rectified
      case .gated(let gate): result = TokenFunction.gated(inputs[0], gate)
      case .turned(let turn): result = inputs[0].turned(turn)
      case .attention(let attention):
        let found = try Self.attended(inputs, attention, step, matrices)
        result = found.rows
        attentions[index] = found.heads
      }
      guard result.isFinite else { throw Rejection("the values of \(step.name) are too large") }
      norms[index] = result.norms()
      rows[index] = result
    }
  }

  private static func attended(
    _ inputs: [TokenRows], _ attention: TokenGraph.Attention, _ step: TokenGraph.Step,
    _ matrices: Matrices
  ) throws(Rejection) -> (rows: TokenRows, heads: [Head]) {
    let (count, width) = (inputs[0].count, inputs[0].width / attention.heads)
    var result = TokenRows(
      count: count, width: inputs[0].width,
      [Double](repeating: 0, count: count * inputs[0].width))
    var heads: [Head] = []
    for head in 0..<attention.heads {
      let own = head * width..<(head + 1) * width
      let (queries, keys, values) = (
        inputs[0].part(own), inputs[1].part(own), inputs[2].part(own)
      )
      var logits = queries.times(keys.transposed, matrices)
      for scale in attention.scales {
        logits = logits.scaled(scale.factor, isQuotient: scale.isQuotient)
      }
      guard logits.isFinite,
        let weights = TokenFunction.softmax(logits, isCausal: attention.isCausal)
      else { throw Rejection("the logits of \(step.name) are known too badly") }
      let mixed = weights.times(values, matrices)
      for token in 0..<count {
        for feature in 0..<width {
          let (from, to) = (
            token * width + feature, token * result.width + own.lowerBound + feature
          )
          result.center[to] = mixed.center[from]
          // For what is hidden.
          result.radius[to] = TokenRows.radius(mixed.radius[from])
        }
      }
      heads.append(
        Head(
          queries: queries.norms(), keys: keys.norms(), values: values.norms(),
          weights: zip(weights.center, weights.radius).map { ($0 + $1).up },
          spreads: spreads(of: values, around: mixed, isCausal: attention.isCausal)))
    }
    return (result, heads)
  }

  /// For each token the largest distance of a value that it may read from what it gets, or their largest norm if that is less.
  private static func spreads(
    of values: TokenRows, around mixed: TokenRows, isCausal: Bool
  ) -> [Double] {
    let (count, width, sizes) = (values.count, values.width, values.norms())
    return (0..<count).map { token in
      var (largest, norm) = (0.0, 0.0)
      for other in 0..<(isCausal ? token + 1 : count) {
        var sum = 0.0
        for feature in 0..<width {
          let (a, b) = (other * width + feature, token * width + feature)
          let difference =
            (abs(values.center[a] - mixed.center[b]) + values.radius[a] + mixed.radius[b])
            * Rounding.inflation
          sum += difference * difference
        }
        let distance = ((sum * Rounding.inflation + Double(width) * Rounding.tiny).squareRoot()).up
        (largest, norm) = (max(largest, distance), max(norm, sizes[other]))
      }
      return min(norm, largest + Rounding.tiny)
    }
  }
}
