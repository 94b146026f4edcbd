import Tensors

/// 1 for each of the tokens with the largest scores, 0 for all others; of equal scores the earlier token's counts as larger.
///
/// The first input is `[..., tokens, 1]`. A second one, where there is one, holds the numbers that each score is the sum of, up to a
/// constant, `[..., tokens, width]`: values do not depend on it, but how much bounds leave to the rounding of scores.
///
/// Source: the routing of mixture-of-depths (Raposo et al. 2024), as p-MoD has it (Zhang et al., ICCV 2025); ties as ONNX `TopK`.
public struct TopTokens: Operation {
  /// How many tokens are kept.
  public var kept: Int
  /// How many there are.
  public var tokens: Int

  /// Creates the operation.
  public init(_ kept: Int, of tokens: Int) { (self.kept, self.tokens) = (kept, tokens) }

  public var name: String { "TopTokens" }
  public var bend: Bend { .jumps }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    guard inputs.count == 1 || inputs.count == 2, inputs[0].rank >= 2,
      inputs[0][-2] == tokens, inputs[0][-1] == 1
    else {
      throw ShapeMismatch(
        "scores of \(tokens) tokens are [..., \(tokens), 1], got "
          + inputs.map(\.description).joined(separator: ", "))
    }
    guard kept >= 1, kept <= tokens else {
      throw ShapeMismatch("\(kept) of \(tokens) tokens cannot be kept")
    }
    guard inputs.count == 1 || inputs[1].dimensions.dropLast() == inputs[0].dimensions.dropLast()
    else { throw ShapeMismatch("shape mismatch: scores \(inputs[0]) of sums over \(inputs[1])") }
    return inputs[0]
  }

  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let scores = inputs[0]
    let others = scores.asRow
    let ahead =
      scores.combined(.less, others)
      + scores.combined(.equal, others) * Self.order(tokens) { $1 < $0 }
    return isKept(places: ahead.reduced(.sum, axis: ahead.shape.rank - 1))
  }

  /// 1 where a token that has so many others ahead of it is kept.
  public func isKept<T: TensorAlgebra>(places: T) -> T {
    places.combined(.less, T.full(Double(kept) - 0.5, [1]))
  }

  /// Ones where a token `i` and another one `j` are so related, `[tokens, tokens]`, the tokens in order.
  public static func order<T: TensorAlgebra>(_ tokens: Int, _ holds: (Int, Int) -> Bool) -> T {
    T(
      Tensor<Double>(
        [tokens, tokens], (0..<tokens * tokens).map { holds($0 / tokens, $0 % tokens) ? 1 : 0 }))
  }
}

extension TensorAlgebra {
  /// A column for each example, `[..., tokens, 1]`, as a row, so that both together have an element for every two tokens.
  public var asRow: Self { reshaped(Shape(Array(shape.dimensions.dropLast(2)) + [1, shape[-2]])) }
}
