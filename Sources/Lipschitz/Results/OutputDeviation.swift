import Networks

/// How far the outputs of a network over a region can be from those at its middle.
///
/// Source: ours. Distances of nodes are the smaller of what norms carry forward and of what linear bounds of the node say.
public struct OutputDeviation: Sendable {
  /// The distance of the outputs in l2.
  public let two: UpperBound
  /// The largest distance of an output.
  public let infinity: UpperBound
  /// The distance of each output by bounds over the region; nil where none are known.
  let sizes: [UpperBound]?
  /// What a linear last layer reads, by each way in which its distances are known; none where the last layer is no such.
  let last: [LastLayer]

  /// How much a weighted sum of outputs can differ from its value at the middle.
  ///
  /// - Parameter weights: A weight for each output.
  /// - Soundness: The least of bounds that hold each: by Cauchy and Schwarz from the l2 distance of the outputs, by the sum of the weights' sizes
  ///   from their largest distance, by the distances of the outputs one by one, and by what the last layer reads.
  public func change(of weights: [Double]) -> UpperBound {
    let rows = weights.map { UpperBound(proved: $0.magnitude) }
    var result = min(rows.euclidean * two, rows.sum * infinity)
    if let sizes { result = min(result, zip(rows, sizes).map { $0 * $1 }.sum) }
    return last.reduce(result) { min($0, $1.change(of: weights)) }
  }
}
