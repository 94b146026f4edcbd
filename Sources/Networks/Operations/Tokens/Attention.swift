import Tensors

/// Attention in several heads: `softmax(scale q k^T + mask) v`, the softmax over the tokens that a token attends to; or with logits
/// `-scale |q - k|^2` of distances.
///
/// Inputs are queries, keys and values, `[tokens, heads * width]` each, the heads side by side; so is the output. Bounds and model files see
/// the products and softmaxes that it stands for (`Network.expandingAttention`).
///
/// Source: Vaswani et al., "Attention is all you need" (2017); `scale` is `1 / width` in functional attention (Newhouse et al. 2025). Distances: Kim
/// et al., "The Lipschitz constant of self-attention" (ICML 2021).
public struct Attention: Operation {
  /// How many heads there are, and what they attend to.
  public var form: AttentionForm

  /// Creates attention.
  public init(_ form: AttentionForm) { self.form = form }

  public var name: String { "Attention" }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 3, inputs[0].rank >= 2, inputs.allSatisfy({ $0 == inputs[0] }),
      form.heads > 0, inputs[0][-1] % form.heads == 0
    else {
      throw ShapeMismatch(
        "attention of \(form.heads) heads takes queries, keys and values of one shape, got "
          + inputs.map(\.description).joined(separator: ", "))
    }
    return inputs[0]
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    T.attention(inputs[0], inputs[1], inputs[2], form)
  }
}
