import Networks

/// A linear last layer, and how far apart what it reads can be.
struct LastLayer: Sendable {
  /// Its weights, a row for each output.
  var matrix: Matrix
  /// The distances by norms.
  var reach: NodeReach
  /// The distance of each element by bounds over a region; nil where none are known.
  var sizes: [UpperBound]?
}

extension LastLayer {
  /// How much a weighted sum of the layer's outputs can change.
  ///
  /// - Soundness: The sum is a row `g` times the difference `d` of what the layer reads. An entry of `g` is a sum of as many products as there are
  ///   outputs, whose rounding, and that of the weights, is added to its size.
  func change(of weights: [Double]) -> UpperBound {
    let columns = matrix.columns
    let used = weights.indices.filter { weights[$0] != 0 && $0 < matrix.rows }
    var (sums, sizes) = (
      [Double](repeating: 0, count: columns), [Double](repeating: 0, count: columns)
    )
    for row in used {
      for column in 0..<columns {
        let part = weights[row] * matrix.values[row * columns + column]
        sums[column] += part
        sizes[column] += part.magnitude
      }
    }
    let lost =
      (Roundoff.gamma(used.count + 1) + matrix.roundoff) * (.one + Roundoff.gamma(used.count + 2))
    // What is too small for a double is less than this, for each product.
    let floor = UpperBound(proved: Double(used.count + 1) * Double.leastNormalMagnitude)
    let row = sums.indices.map { column in
      UpperBound(proved: sums[column].magnitude) + lost * UpperBound(proved: sizes[column]) + floor
    }
    return reach.change(of: row, sizes: distances(count: columns))
  }

  /// The distance of each element, by norms or by bounds.
  private func distances(count: Int) -> [UpperBound] {
    (0..<count).map { place in
      let factor = UpperBound(proved: reach.factors?[place] ?? 1)
      return min(factor * reach.baseInfinity, sizes?[place] ?? .infinity)
    }
  }
}

extension NodeReach {
  /// How much a weighted sum of elements can change, each of which changes by at most its size.
  ///
  /// - Parameters:
  ///   - row: The sizes of the weights.
  ///   - sizes: The largest change of each element.
  /// - Soundness: Whatever elements are chosen, those change the sum by at most the sum of their weights times their sizes, and the others by
  ///   at most the Euclidean norm of their weights, times factors, times the l2 distance (Cauchy and Schwarz). The choice is made in plain arithmetic: those whose
  ///   size is smallest beside their weight, as many as show the least.
  func change(of row: [UpperBound], sizes: [UpperBound]) -> UpperBound {
    let stretched = row.indices.map { row[$0] * UpperBound(proved: factors?[$0] ?? 1) }
    guard baseTwo.isFinite else { return zip(row, sizes).map { $0 * $1 }.sum }
    // The largest sum over a box and a ball takes elements to their sizes in this order.
    let order = row.indices.filter { row[$0].value > 0 }.sorted {
      sizes[$0].value * stretched[$1].value < sizes[$1].value * stretched[$0].value
    }
    let radius = baseTwo.value
    var rest = order.reduce(0) { $0 + stretched[$1].value * stretched[$1].value }
    var (taken, best, count) = (0.0, rest.squareRoot() * radius, 0)
    for (place, element) in order.enumerated() {
      taken += row[element].value * sizes[element].value
      rest -= stretched[element].value * stretched[element].value
      let total = taken + max(0, rest).squareRoot() * radius
      if total < best { (best, count) = (total, place + 1) }
    }
    let boxed = order.prefix(count).map { row[$0] * sizes[$0] }.sum
    return boxed + order.dropFirst(count).map { stretched[$0] }.euclidean * baseTwo
  }
}
