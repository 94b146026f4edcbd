import Networks
import Properties

/// How far apart the outputs of a network can be, for inputs that are 1 apart, with what each node adds to it.
public struct LipschitzBound: Sendable {
  /// What one node does to the distance.
  public struct Layer: Sendable, Hashable, Codable {
    /// The node's name in the model.
    public var node: String
    /// The operation.
    public var operation: String
    /// How many times farther apart the node's outputs can be than its inputs (the farthest of them, where there are several).
    public var constant: Double
    /// How far apart the node's outputs can be, for inputs of the network that are 1 apart.
    public var running: Double
    /// The largest stretch by the node's matrix that was found, where one was looked for: the bound of its norm is no lower.
    public var normAtLeast: Double?
    /// The proved bound of the node's matrix, where one was looked for.
    public var normAtMost: Double?
    /// How the constant was found.
    public var remark: String

    enum CodingKeys: String, CodingKey {
      case node, operation, constant, running, remark
      case normAtLeast = "norm_at_least"
      case normAtMost = "norm_at_most"
    }
  }

  /// How distances of inputs are measured, and those of the outputs in `layers`.
  public var norm: Norm
  /// The nodes in the order of computation.
  public var layers: [Layer]
  /// A bound of the l2 distance of the outputs, for inputs 1 apart.
  public var two: UpperBound
  /// A bound of the largest change of an output, for inputs 1 apart.
  public var infinity: UpperBound
  /// What a linear last layer reads; nil where the last layer is no such.
  let last: LastLayer?

  /// The bound in the norm of the inputs.
  public var total: UpperBound { norm == .infinity ? infinity : two }

  /// The layer with the largest constant; nil where no layer has one above 1.
  public var dominant: Layer? {
    layers.filter { $0.constant > 1 }.max { $0.constant < $1.constant }
  }

  /// How much `y_i - y_j` can change, for inputs 1 apart.
  ///
  /// - Soundness: As for `change(of:)`.
  public func difference(of i: Int, minus j: Int) -> UpperBound {
    var weights = [Double](repeating: 0, count: max(i, j) + 1)
    (weights[i], weights[j]) = (1, -1)
    return change(of: weights)
  }

  /// How much a weighted sum of outputs can change, for inputs 1 apart.
  ///
  /// - Parameter weights: A weight for each output; those that are missing are 0.
  /// - Soundness: The least of bounds that hold each: by Cauchy and Schwarz from the l2 distance of the outputs, by the sum of the weights' sizes
  ///   from their linf distance, and by the weighted sum of the rows of a linear last layer.
  public func change(of weights: [Double]) -> UpperBound {
    let sizes = weights.map { UpperBound(proved: $0.magnitude) }
    let generic = min(sizes.euclidean * two, sizes.sum * infinity)
    return min(generic, last?.change(of: weights) ?? .infinity)
  }

  /// The distance within which an output stays the largest, for lower bounds of its margins over the others.
  ///
  /// - Parameters:
  ///   - label: The output.
  ///   - margins: For every other output, in order, a number that `y_label - y_j` is at least at the middle.
  /// - Soundness: Within `m_j / K_j` the difference changes by at most `m_j`; quotients are rounded down. 0 where a margin is not positive.
  public func radius(label: Int, margins: [Double]) -> Double {
    var least = Double.infinity
    for (index, margin) in margins.enumerated() {
      let other = index < label ? index : index + 1
      guard margin > 0 else { return 0 }
      let constant = difference(of: label, minus: other).value
      guard constant > 0 else { continue }
      least = min(least, (margin / constant).nextDown)
    }
    return max(0, least)
  }
}
