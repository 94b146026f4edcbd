/// Rows of numbers, one for each token, each number within a radius of a double: what a node computes of one text, without rounding.
struct TokenRows: Sendable {
  var count: Int
  var width: Int
  var center: [Double]
  var radius: [Double]

  init(count: Int, width: Int, _ center: [Double], _ radius: [Double]? = nil) {
    (self.count, self.width, self.center) = (count, width, center)
    self.radius = radius ?? [Double](repeating: 0, count: center.count)
  }

  /// At least the Euclidean norm of some features of each token's row.
  func norms(_ features: Range<Int>? = nil) -> [Double] {
    let features = features ?? 0..<width
    return (0..<count).map { token in
      features.map { feature in
        let place = token * width + feature
        return ((abs(center[place]) + radius[place]) * Rounding.inflation).up
      }.euclideanNorm
    }
  }

  /// Some features.
  func part(_ features: Range<Int>) -> TokenRows {
    func cut(_ values: [Double]) -> [Double] {
      (0..<count).flatMap { token in
        values[token * width + features.lowerBound..<token * width + features.upperBound]
      }
    }
    return TokenRows(count: count, width: features.count, cut(center), cut(radius))
  }

  /// Whether all numbers are numbers.
  var isFinite: Bool { center.allSatisfy(\.isFinite) && radius.allSatisfy(\.isFinite) }

  // MARK: Arithmetic

  // The radius of each result holds those of what it is computed from, and what the center loses to rounding; it is computed in doubles from
  // numbers that are not negative and made larger by `Rounding.inflation`, which is more than its own rounding, and by the least double.

  /// The sum or difference, element by element.
  func adding(_ other: TokenRows, isDifference: Bool = false) -> TokenRows {
    var result = self
    for place in center.indices {
      let sum = center[place] + (isDifference ? -other.center[place] : other.center[place])
      result.center[place] = sum
      result.radius[place] = Self.radius(
        radius[place] + other.radius[place] + Rounding.unit * abs(sum))
    }
    return result
  }

  /// Times a number, or divided by it.
  func scaled(_ factor: Double, isQuotient: Bool) -> TokenRows {
    var result = self
    for place in center.indices {
      let value = isQuotient ? center[place] / factor : center[place] * factor
      let own = isQuotient ? radius[place] / abs(factor) : radius[place] * abs(factor)
      result.center[place] = value
      result.radius[place] = Self.radius(own + Rounding.unit * abs(value))
    }
    return result
  }

  /// `max(x, 0)`.
  var rectified: TokenRows {
    var result = self
    for place in center.indices { result.center[place] = max(0, center[place]) }
    return result
  }

  /// The product of the rows with a matrix.
  func times(_ matrix: TokenMatrix, _ matrices: Matrices) -> TokenRows {
    let other = TokenRows(
      count: matrix.rows, width: matrix.columns, matrix.values)
    return times(other, matrices)
  }

  /// The product of two matrices: of the rows of this one, each as wide as the other has rows.
  ///
  /// - Soundness: `|xy - x'y'| <= |x'| r_y + r_x (|y'| + r_y)` for each product, and sums of n products lose gamma_n of the sum of their sizes.
  func times(_ other: TokenRows, _ matrices: Matrices) -> TokenRows {
    let (m, n, k) = (count, other.width, width)
    func product(_ a: [Double], _ b: [Double]) -> [Double] {
      [Double](unsafeUninitializedCapacity: m * n) { result, length in
        length = m * n
        guard let base = result.baseAddress else { return }
        matrices.multiply(m, n, k, a, rowStep: k, b, base, resultStep: n)
      }
    }
    let gamma = Rounding.gamma(k + 2)
    let sizes = other.center.map(abs)
    let isExact = other.radius.allSatisfy { $0 == 0 }
    let lost = zip(center, radius).map { $1 + gamma * abs($0) }
    var total = product(lost, isExact ? sizes : zip(sizes, other.radius).map { $0 + $1 })
    if !isExact {
      let more = product(center.map(abs), other.radius)
      for place in total.indices { total[place] += more[place] }
    }
    let tiny = Double(2 * k + 2) * Rounding.tiny
    return TokenRows(
      count: m, width: n, product(center, other.center),
      total.map { Self.radius($0 + tiny) })
  }

  /// The rows as columns.
  var transposed: TokenRows {
    func turned(_ values: [Double]) -> [Double] {
      var result = values
      for row in 0..<count {
        for column in 0..<width { result[column * count + row] = values[row * width + column] }
      }
      return result
    }
    return TokenRows(count: width, width: count, turned(center), turned(radius))
  }

  /// Each feature times a number plus its partner times another.
  func turned(_ turn: TokenGraph.Turn) -> TokenRows {
    var result = self
    let gamma = Rounding.gamma(4)
    for token in 0..<count {
      for feature in 0..<width {
        let (place, other) = (token * width + feature, token * width + turn.partners[feature])
        let (a, b) = (turn.own[place], turn.others[place])
        let (x, y) = (center[place] * a, center[other] * b)
        result.center[place] = x + y
        result.radius[place] = Self.radius(
          radius[place] * abs(a) + radius[other] * abs(b) + gamma * (abs(x) + abs(y))
            + 2 * Rounding.tiny)
      }
    }
    return result
  }

  /// A radius that was computed in doubles, made larger by more than that may have lost.
  static func radius(_ computed: Double) -> Double {
    computed * Rounding.inflation + Rounding.tiny
  }
}
