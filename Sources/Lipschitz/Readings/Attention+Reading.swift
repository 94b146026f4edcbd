import Networks

extension Attention: LipschitzReadable {
  /// Attention by distances, all inputs of which are one node; that by products has no constant.
  ///
  /// - Soundness: A head's token moves by at most `DistanceAttention.steepness` times the largest change of one of its tokens, which is at most that
  ///   of all; over all tokens the squares add up, and over heads too, each of which reads features of its own. In linf a product of a vector
  ///   and a row is at most `sqrt(width)` times its l2 bound.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    guard form.logits == .distances, form.scale >= 0,
      Set(context.network.nodes[context.node].inputs).count == 1
    else {
      throw context.unsupported(
        "attention has a constant for all inputs where its logits are distances of one node that is queries, keys and values; bound a region, with "
          + "--around and --radius")
    }
    let shape = context.shape
    let (tokens, width) = (shape[-2], shape[-1] / form.heads)
    let all = UpperBound(proved: Double(tokens)).squareRoot
    let (steepness, spread) = (
      DistanceAttention.steepness(tokens: tokens), DistanceAttention.spread(tokens: tokens)
    )
    let root = UpperBound(proved: Double(width)).squareRoot
    let reach = NodeReach(
      two: inputs[0].two * all * steepness,
      infinity: inputs[0].infinity * (.one + UpperBound(proved: 4) * root * spread),
      count: shape.count)
    return NodeReading(reach, "distances of \(tokens) tokens")
  }
}
