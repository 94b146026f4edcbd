/// A linear program: columns between ends, and rows whose sums lie between ends.
struct LinearProgram: Sendable {
  /// The least value of each column; finite.
  var lower: [Double] = []
  /// The largest value of each column; finite.
  var upper: [Double] = []
  /// The coefficients of the rows.
  private(set) var rows = SparseRows()
  /// The least value of each row's sum; may be infinite.
  var rowLower: [Double] = []
  /// The largest value of each row's sum; may be infinite.
  var rowUpper: [Double] = []

  /// Adds a column and returns its place.
  mutating func addColumn(_ lower: Double, _ upper: Double) -> Int32 {
    self.lower.append(lower)
    self.upper.append(upper)
    return Int32(self.lower.count - 1)
  }

  /// Adds a row and returns its place.
  @discardableResult
  mutating func addRow(
    _ entries: some Sequence<(column: Int32, value: Double)>, from lower: Double, to upper: Double
  ) -> Int {
    rows.append(entries)
    rowLower.append(lower)
    rowUpper.append(upper)
    return rows.count - 1
  }
}

// MARK: - What multipliers prove

extension LinearProgram {
  /// What a sum of the columns is at least, as multipliers of the rows prove it.
  ///
  /// With the multipliers `m`, `c x = (c - m A) x + m (A x)`, and each term is least at an end of its column or row.
  /// This holds for any multipliers, so where they come from does not matter.
  ///
  /// Source: Neumaier and Shcherbina, "Safe bounds in linear and mixed-integer linear programming" (2004).
  ///
  /// - Parameters:
  ///   - objective: The coefficients `c`; empty to ask whether there is any point: none if the result is positive.
  ///   - multipliers: One for each row; one of a row without the end that it needs counts as 0.
  /// - Returns: The bound; negative infinity when numbers overflow.
  /// - Soundness: For every point of the program as it is written, in real arithmetic: the errors of every sum are
  ///   bounded by the sizes of what is added, and products are rounded down.
  func lowerBound(
    of objective: [(column: Int32, value: Double)], multipliers: [Double]
  ) -> Double {
    var reduced = [Double](repeating: 0, count: lower.count)
    var sizes = reduced
    for (column, value) in objective {
      reduced[Int(column)] += value
      sizes[Int(column)] += abs(value)
    }
    var bound = RoundedDownSum()
    for row in 0..<rows.count {
      let multiplier = multipliers[row]
      let end = multiplier > 0 ? rowLower[row] : rowUpper[row]
      guard multiplier != 0, end.isFinite else { continue }
      bound.add(multiplier, end)
      for entry in rows.starts[row]..<rows.starts[row + 1] {
        let product = rows.values[entry] * multiplier
        reduced[Int(rows.columns[entry])] -= product
        sizes[Int(rows.columns[entry])] += abs(product)
      }
    }
    // A column meets each row once, and the objective a few times.
    let unit = RoundedDownSum.errorUnit(terms: rows.count + objective.count)
    for column in lower.indices {
      let error =
        sizes[column] * unit + Double(rows.count + objective.count) * .leastNonzeroMagnitude
      let (least, most) = (
        (reduced[column] - error).nextDown, (reduced[column] + error).nextUp
      )
      bound.addLeast(of: least, most, times: lower[column], upper[column])
    }
    return bound.value
  }
}

/// A sum of products that is never above its exact value.
struct RoundedDownSum {
  private var sum = 0.0
  private var size = 0.0
  private var count = 0

  /// What a sum of some terms may be off by, for each unit of the sum of their sizes.
  ///
  /// `n u / (1 - n u)` with `u = 2^-53`, and room for the rounding of the sizes and of this itself.
  ///
  /// Source: Higham, "Accuracy and stability of numerical algorithms" (2002), section 3.1.
  static func errorUnit(terms: Int) -> Double { Double(terms + 8) * 0x1.01p-53 }

  /// Adds a product.
  mutating func add(_ a: Double, _ b: Double) {
    let product = (a * b).nextDown
    sum += product
    size += abs(product)
    count += 1
  }

  /// Adds the least product of a number of one interval and a number of another.
  mutating func addLeast(of a: Double, _ b: Double, times low: Double, _ high: Double) {
    guard low != high else {
      if low == 0 { return }
      let product = min(a * low, b * low).nextDown
      return addTerm(product)
    }
    addTerm(min(a * low, b * low, a * high, b * high).nextDown)
  }

  private mutating func addTerm(_ term: Double) {
    sum += term
    size += abs(term)
    count += 1
  }

  /// The sum, rounded down; negative infinity where it is no number.
  var value: Double {
    let value = (sum - size * Self.errorUnit(terms: count)).nextDown
    return value.isFinite ? value : -.infinity
  }
}
