/// How many heads attention has, and what they attend to.
public struct AttentionForm: Hashable, Sendable {
  /// What logits are made of.
  public enum Logits: String, Hashable, Sendable, CaseIterable, Codable {
    /// Products of queries and keys.
    case products
    /// Minus the squares of the l2 distances of queries and keys (Kim et al., "The Lipschitz constant of self-attention", ICML 2021).
    case distances = "l2"
  }

  /// The heads, side by side in the last axis.
  public var heads: Int
  /// What products of queries and keys, or minus the squares of their distances, are multiplied by.
  public var scale: Double
  /// Whether a token attends to itself and those before it only.
  public var isCausal: Bool
  /// What logits are made of.
  public var logits: Logits

  /// Creates a form.
  public init(heads: Int, scale: Double, isCausal: Bool, logits: Logits = .products) {
    (self.heads, self.scale, self.isCausal, self.logits) = (heads, scale, isCausal, logits)
  }

  /// What products of queries and keys are multiplied by in logits, but for what all of a row have: of `-|q - k|^2` that is `2 q k - |k|^2`.
  var productScale: Double { logits == .distances ? 2 * scale : scale }

  /// What is added to the logits of tokens that are not attended to: their exponentials are 0 in any float.
  public static var hidden: Double { -1e9 }

  /// What is added to the logits, `[tokens, tokens]`; nil where every token is attended to.
  public func mask(tokens: Int) -> Tensor<Double>? {
    guard isCausal else { return nil }
    var mask = Tensor<Double>(repeating: 0, [tokens, tokens])
    mask.withMutableElements { mask in
      for row in 0..<tokens {
        for column in row + 1..<max(tokens, row + 1) { mask[row * tokens + column] = Self.hidden }
      }
    }
    return mask
  }
}

extension TensorAlgebra {
  /// How much each token attends to each other one, `[examples, heads, tokens, tokens]`, for queries and keys of `[examples..., tokens,
  /// heads * width]`.
  public static func attentionWeights(
    _ queries: Self, _ keys: Self, _ form: AttentionForm
  ) -> Self {
    let tokens = queries.shape[-2]
    let k = keys.inHeads(form.heads)
    var logits =
      queries.inHeads(form.heads).product(k, transposingLeft: false, transposingRight: true)
      * form.productScale
    if form.logits == .distances {
      logits =
        logits - k.applying(.square).reduced(.sum, axis: 3).transposed([0, 1, 3, 2]) * form.scale
    }
    if let mask = form.mask(tokens: tokens) { logits = logits + Self(mask) }
    let sizes = (logits - logits.reduced(.maximum, axis: 3)).applying(.exp)
    return sizes / sizes.reduced(.sum, axis: 3)
  }

  /// `attention` in plain operations, over whole matrices of logits.
  public static func attentionByDefinition(
    _ queries: Self, _ keys: Self, _ values: Self, _ form: AttentionForm
  ) -> Self {
    attentionWeights(queries, keys, form).product(values.inHeads(form.heads))
      .sideBySide(queries.shape)
  }

  /// `attentionGradient` in plain operations.
  public static func attentionGradientByDefinition(
    _ queries: Self, _ keys: Self, _ values: Self, _ form: AttentionForm, rows: Self
  ) -> (queries: Self, keys: Self, values: Self) {
    let weights = attentionWeights(queries, keys, form)
    let (q, k) = (queries.inHeads(form.heads), keys.inHeads(form.heads))
    let (v, g) = (values.inHeads(form.heads), rows.inHeads(form.heads))
    let byWeights = g.product(v, transposingLeft: false, transposingRight: true)
    let means = (byWeights * weights).reduced(.sum, axis: 3)
    let byLogits = (byWeights - means) * weights * form.productScale
    var byKeys = byLogits.product(q, transposingLeft: true, transposingRight: false)
    if form.logits == .distances {
      byKeys = byKeys - byLogits.reduced(.sum, axis: 2).transposed([0, 1, 3, 2]) * k
    }
    return (
      byLogits.product(k).sideBySide(queries.shape), byKeys.sideBySide(queries.shape),
      weights.product(g, transposingLeft: true, transposingRight: false)
        .sideBySide(queries.shape)
    )
  }

  /// `[examples..., tokens, heads * width]` as `[examples, heads, tokens, width]`.
  private func inHeads(_ heads: Int) -> Self {
    let (tokens, width) = (shape[-2], shape[-1])
    return reshaped([shape.count / max(1, tokens * width), tokens, heads, width / heads])
      .transposed([0, 2, 1, 3])
  }

  /// The inverse of `inHeads`.
  private func sideBySide(_ shape: Shape) -> Self { transposed([0, 2, 1, 3]).reshaped(shape) }
}
