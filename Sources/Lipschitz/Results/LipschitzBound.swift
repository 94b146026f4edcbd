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
  /// A bound of the largest size of an entry of the output's differences between two of its elements.
  let pairs: PairConstants

  /// The bound in the norm of the inputs.
  public var total: UpperBound { norm == .infinity ? infinity : two }

  /// The layer with the largest constant; nil where no layer has one above 1.
  public var dominant: Layer? {
    layers.filter { $0.constant > 1 }.max { $0.constant < $1.constant }
  }

  /// How much `y_i - y_j` can change, for inputs 1 apart.
  ///
  /// - Soundness: The least of four bounds that hold each: by the difference of the rows of a linear last layer, in l2 and in linf;
  ///   by `sqrt(2)` times the l2 distance of the outputs; and by twice their linf distance.
  public func difference(of i: Int, minus j: Int) -> UpperBound {
    let generic = min(UpperBound(proved: 2).squareRoot * two, UpperBound(proved: 2) * infinity)
    return min(generic, pairs.difference(of: i, minus: j) ?? .infinity)
  }

  /// How much a weighted sum of outputs can change, for inputs 1 apart.
  ///
  /// - Soundness: The least of bounds that hold each: by Cauchy and Schwarz from the l2 distance of the outputs, by the sum of the weights' sizes
  ///   from their linf distance, and for a multiple of a difference of two by `difference`.
  public func change(of weights: [Double]) -> UpperBound {
    let sizes = weights.map { UpperBound(proved: $0.magnitude) }
    let generic = min(sizes.euclidean * two, sizes.sum * infinity)
    let places = weights.indices.filter { weights[$0] != 0 }
    guard places.count == 2, weights[places[0]] == -weights[places[1]] else { return generic }
    return min(generic, sizes[places[0]] * difference(of: places[0], minus: places[1]))
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

/// What differences of two outputs of a linear last layer can change by.
struct PairConstants: Sendable {
  /// The last layer's weights with the factors of what it reads, a row for each output; nil where the last layer is no such.
  var matrix: Matrix?
  /// The distances of what the last layer reads.
  var reach: NodeReach

  /// A bound of the change of `y_i - y_j`; nil where nothing is known beyond that of the outputs.
  ///
  /// - Soundness: The difference of two rows is rounded once in each entry; what the weights themselves may be off is added for both.
  ///   Rows of the difference act as those of any matrix.
  func difference(of i: Int, minus j: Int) -> UpperBound? {
    guard let matrix, i < matrix.rows, j < matrix.rows else { return nil }
    let columns = matrix.columns
    let rows = [i, j].map { matrix.values[$0 * columns..<($0 + 1) * columns] }
    let stored = [i, j].map {
      Matrix(rows: 1, columns: columns, Array(matrix.values[$0 * columns..<($0 + 1) * columns]))
    }
    let row = Matrix(
      rows: 1, columns: columns, zip(rows[0], rows[1]).map { $0 - $1 }, roundoff: Roundoff.gamma(2))
    let offTwo = matrix.roundoff * (stored[0].frobeniusNorm + stored[1].frobeniusNorm)
    let offSum = matrix.roundoff * (stored[0].infinityNorm + stored[1].infinityNorm)
    return min(
      (row.frobeniusNorm + offTwo) * reach.baseTwo,
      (row.infinityNorm + offSum) * reach.baseInfinity)
  }
}
