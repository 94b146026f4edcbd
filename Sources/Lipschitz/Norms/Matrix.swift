import Networks
import Tensors

/// A dense matrix that maps columns: `rows` outputs of `columns` inputs, row by row.
///
/// - Soundness: The matrix that is meant may differ from the stored one by `roundoff` times the size of each entry, where its entries
///   were computed; all norms are those of the matrix that is meant.
public struct Matrix: Sendable {
  /// The number of outputs.
  public let rows: Int
  /// The number of inputs.
  public let columns: Int
  /// The entries, row by row.
  public internal(set) var values: [Double]
  /// How far each entry may be off, as a part of its size.
  public internal(set) var roundoff: UpperBound

  /// Creates a matrix from its entries, row by row.
  ///
  /// - Precondition: There are as many values as rows times columns.
  public init(rows: Int, columns: Int, _ values: [Double]) {
    self.init(rows: rows, columns: columns, values, roundoff: .zero)
  }

  init(rows: Int, columns: Int, _ values: [Double], roundoff: UpperBound) {
    precondition(values.count == rows * columns, "\(values.count) values for \(rows)x\(columns)")
    (self.rows, self.columns, self.values, self.roundoff) = (rows, columns, values, roundoff)
  }

  /// Creates the matrix of a layer from its weights, `[inputs, outputs]`.
  init(transposing weight: Tensor<Double>, roundoff: UpperBound) {
    let turned = weight.transposed([1, 0])
    self.init(
      rows: turned.shape[0], columns: turned.shape[1], turned.scalars, roundoff: roundoff)
  }

  /// Whether no entry is NaN or infinite.
  public var isFinite: Bool { values.allSatisfy(\.isFinite) }

  /// The least factor of a column that is not 0: products with it stay in the range where rounding is relative.
  private static let leastFactor = 0x1p-200

  /// The matrix with each column times a factor that is not negative; tiny factors are raised.
  ///
  /// - Soundness: Products are off by a unit roundoff. Raising a factor raises no norm that matters here below what is meant: the smaller
  ///   change is the larger one times a number of at most 1. A product too small to be rounded relatively makes all norms infinite.
  func scalingColumns(by factors: [Double]) -> Matrix {
    var result = self
    result.roundoff = roundoff + Roundoff.gamma(2) * (.one + roundoff)
    let raised = factors.map { $0 == 0 ? 0 : max($0, Self.leastFactor) }
    for row in 0..<rows {
      for column in 0..<columns {
        let place = row * columns + column
        let scaled = values[place] * raised[column]
        if scaled.magnitude < 0x1p-960, values[place] != 0, raised[column] != 0 {
          result.roundoff = .infinity
        }
        result.values[place] = scaled
      }
    }
    return result
  }

  /// The matrix of some of the rows.
  func keepingRows(_ kept: [Int]) -> Matrix {
    Matrix(
      rows: kept.count, columns: columns,
      kept.flatMap { values[$0 * columns..<($0 + 1) * columns] }, roundoff: roundoff)
  }

  /// What a sum over `count` computed sizes of entries may have to be multiplied by to be at least the exact one.
  private func outward(_ count: Int) -> UpperBound {
    (.one + roundoff) * (.one + Roundoff.gamma(count + 4) + Roundoff.gamma(count + 4).squared)
  }

  /// For each row the sum of the sizes of its entries.
  ///
  /// - Soundness: A sum of n sizes is computed to at least `1 - gamma(n)` times itself, which the factor outweighs.
  var rowSums: [UpperBound] {
    (0..<rows).map { row in
      let sum = values[row * columns..<(row + 1) * columns].reduce(0) { $0 + abs($1) }
      return UpperBound(proved: sum) * outward(columns)
    }
  }

  /// For each row the Euclidean norm of its entries.
  ///
  /// - Soundness: As for `rowSums`; entries are divided by a power of two first, and those that vanish so are counted.
  var rowNorms: [UpperBound] {
    (0..<rows).map { row in euclideanNorm(values[row * columns..<(row + 1) * columns]) }
  }

  /// The Euclidean norm of numbers, rounded up.
  ///
  /// - Soundness: Squares of what is scaled to at most 1 lose a unit roundoff each, or 2^-1074 where they are too small.
  private func euclideanNorm(_ part: ArraySlice<Double>) -> UpperBound {
    let largest = part.reduce(0) { max($0, abs($1)) }
    guard largest > 0 else { return .zero }
    guard largest.isFinite else { return .infinity }
    if part.count == 1 { return UpperBound(proved: largest) * (.one + roundoff) }
    let exponent = Int(largest.exponent) + 1
    let sum = part.reduce(0) { sum, value in
      let scaled = value.scaled(exponent: -exponent)
      return sum + scaled * scaled
    }
    let floor = UpperBound(proved: Double(part.count) * 0x1p-1000)
    return (UpperBound(proved: sum) * outward(part.count) * (.one + roundoff) + floor).squareRoot
      .scaled(exponent: exponent)
  }

  /// The largest size of a change of an output where no input changes by more than 1: the induced linf norm.
  ///
  /// - Soundness: The largest sum of the sizes of a row, rounded up.
  public var infinityNorm: UpperBound { rowSums.max() ?? .zero }

  /// The induced l1 norm: the largest sum of the sizes of a column.
  ///
  /// - Soundness: As for `infinityNorm`.
  public var oneNorm: UpperBound {
    var sums = [Double](repeating: 0, count: columns)
    for row in 0..<rows {
      for column in 0..<columns { sums[column] += abs(values[row * columns + column]) }
    }
    return UpperBound(proved: sums.max() ?? 0) * outward(rows)
  }

  /// The largest Euclidean norm of a row: how far an output moves where the inputs move by 1 in l2.
  ///
  /// - Soundness: By the inequality of Cauchy and Schwarz, rounded up.
  public var twoToInfinityNorm: UpperBound { rowNorms.max() ?? .zero }

  /// The root of the sum of all squares, which the spectral norm is at most.
  ///
  /// - Soundness: As for `rowNorms`.
  public var frobeniusNorm: UpperBound { euclideanNorm(values[...]) }
}

extension [Double] {
  /// The numbers times a power of two; only what becomes too small is rounded.
  func scaled(exponent: Int) -> [Double] {
    guard abs(exponent) < 1000 else { return map { $0.scaled(exponent: exponent) } }
    let factor = Double(sign: .plus, exponent: exponent, significand: 1)
    return map { $0 * factor }
  }
}

extension Double {
  /// The number times a power of two.
  func scaled(exponent: Int) -> Double {
    self == 0 ? 0 : Double(sign: .plus, exponent: exponent, significand: self)
  }
}
