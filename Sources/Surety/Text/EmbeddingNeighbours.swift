import Tensors

/// For each token the others whose rows of an embedding are within a distance, a root mean square: what the distance means as a substitution.
struct EmbeddingNeighbours: Sendable {
  /// The other tokens.
  private(set) var of: [[Int32]]

  /// Compares all rows.
  ///
  /// - Parameter table: The rows, `[tokens, width]`.
  init(_ table: Tensor<Double>, within distance: Double) {
    let (rows, width) = (table.shape[0], table.shape[1])
    let values = table.scalars
    of = [[Int32]](repeating: [], count: rows)
    for a in 0..<rows {
      for b in 0..<a {
        var sum = 0.0
        for place in 0..<width {
          let difference = values[a * width + place] - values[b * width + place]
          sum += difference * difference
        }
        guard (sum / Double(width)).squareRoot() <= distance else { continue }
        of[a].append(Int32(b))
        of[b].append(Int32(a))
      }
    }
  }

  /// The ordered pairs of different tokens.
  var pairs: Int { of.reduce(0) { $0 + $1.count } }
}
