import Networks
import Tensors

extension Softmax: LipschitzReadable {
  /// 1/2 in either norm.
  ///
  /// Source: Gao and Pavel, "On the properties of the softmax function with application in game theory and reinforcement learning"
  /// (2017) for 1; the factor 1/2 follows from the matrix of derivatives.
  ///
  /// - Soundness: The matrix `diag(a) - a a^T` is symmetric and its row i sums to `2 a_i (1 - a_i) <= 1/2` in sizes, which bounds its
  ///   norm in linf, and in l2 by the Schur test.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let half = UpperBound(proved: 0.5)
    return NodeReading(
      NodeReach(
        two: inputs[0].two * half, infinity: inputs[0].infinity * half,
        count: context.shape.count), "1/2 by its derivatives")
  }
}

extension LogSumExp: LipschitzReadable {
  /// 1 in either norm.
  ///
  /// - Soundness: The derivative is a softmax, whose sizes sum to 1, so the result changes by at most the largest change in its group.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    NodeReading(
      NodeReach(two: inputs[0].two, infinity: inputs[0].infinity, count: context.shape.count),
      "1, as a maximum")
  }
}

extension Maximum: LipschitzReadable {
  /// The larger of both distances in linf, the root of the sum of their squares in l2.
  ///
  /// - Soundness: Each element changes by at most the larger of the changes of the two it is taken from.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let parts = [0, 1].map { inputs[$0].broadcast(context, input: $0) }
    return NodeReading(
      NodeReach(
        two: parts.map(\.two).euclidean, infinity: max(parts[0].infinity, parts[1].infinity),
        count: context.shape.count), "the larger of both")
  }
}

extension Multiply: LipschitzReadable {
  /// The largest size of each factor times the distance of the other.
  ///
  /// - Soundness: `x y - x' y' = x (y - y') + (x - x') y'`, and all four values lie in the ranges. A factor that does not move needs no
  ///   range of the other.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let parts = [0, 1].map { inputs[$0].broadcast(context, input: $0) }
    func largest(_ index: Int) throws(Unsupported) -> UpperBound {
      // The other factor's distance is what it is multiplied by.
      if parts[1 - index].two == .zero { return .zero }
      guard let sizes = context.sizes(ofInput: index) else {
        throw context.unsupported(
          "a product has no constant that holds for all inputs; bound a region, with --around and --radius"
        )
      }
      return UpperBound(proved: sizes.max() ?? 0)
    }
    let (a, b) = (try largest(0), try largest(1))
    return NodeReading(
      NodeReach(
        two: a * parts[1].two + b * parts[0].two,
        infinity: a * parts[1].infinity + b * parts[0].infinity, count: context.shape.count),
      "largest factors over the region")
  }
}

extension MatrixProduct: LipschitzReadable {
  /// A bound of the norm of each factor times the distance of the other.
  ///
  /// - Soundness: `A B - A' B' = A (B - B') + (A - A') B'`, and `|X Y|_F <= |X|_2 |Y|_F`. The norm of a matrix whose entries are at most
  ///   those of another in size is at most the other's, which the Schur test and the Frobenius norm bound. Matrices side by side
  ///   have the largest norm of one; one that is broadcast is copied.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let shapes = context.inputShapes
    func sizes(_ index: Int) throws(Unsupported) -> MatrixSizes {
      if inputs[1 - index].two == .zero { return MatrixSizes() }
      guard let sizes = context.sizes(ofInput: index) else {
        throw context.unsupported(
          "a product has no constant that holds for all inputs; bound a region, with --around and --radius"
        )
      }
      return MatrixSizes(sizes, rows: shapes[index][-2], columns: shapes[index][-1])
    }
    var (left, right) = (try sizes(0), try sizes(1))
    if isSoftmaxOfRows(context) { left.sumToOne() }
    func copies(_ index: Int) -> UpperBound {
      let own = shapes[index].dimensions.dropLast(2).reduce(1, *)
      let all = context.shape.dimensions.dropLast(2).reduce(1, *)
      return UpperBound(proved: Double(all / max(1, own))).squareRoot
    }
    return NodeReading(
      NodeReach(
        two: left.norm * inputs[1].two * copies(1) + right.norm * inputs[0].two * copies(0),
        infinity: left.rowSum * inputs[1].infinity + right.columnSum * inputs[0].infinity,
        count: context.shape.count), "norms of the factors over the region")
  }
}

/// Whether the left factor of a product has rows that a softmax made: attention.
private func isSoftmaxOfRows(_ context: ReadingContext) -> Bool {
  let left = context.network.nodes[context.network.nodes[context.node].inputs[0]]
  guard let softmax = left.operation as? Softmax else { return false }
  return softmax.axis == left.shape.rank - 1
}

/// What is known of matrices by the largest sizes of their entries.
private struct MatrixSizes {
  /// A bound of the spectral norm of each.
  var norm = UpperBound.zero
  /// The largest sum of a row and of a column.
  var (rowSum, columnSum) = (UpperBound.zero, UpperBound.zero)

  init() {}

  /// Takes into account that no number is negative and that every row sums to 1.
  mutating func sumToOne() {
    rowSum = min(rowSum, .one)
    norm = min(norm, (rowSum * columnSum).squareRoot)
  }

  init(_ sizes: [Double], rows: Int, columns: Int) {
    for start in stride(from: 0, to: sizes.count, by: rows * columns) {
      let matrix = Matrix(
        rows: rows, columns: columns, Array(sizes[start..<start + rows * columns]))
      let (row, column) = (matrix.infinityNorm, matrix.oneNorm)
      norm = max(norm, min((row * column).squareRoot, matrix.frobeniusNorm))
      (rowSum, columnSum) = (max(rowSum, row), max(columnSum, column))
    }
  }
}
