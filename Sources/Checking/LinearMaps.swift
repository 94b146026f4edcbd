/// A linear map between the elements of two nodes, with exact coefficients.
///
/// It knows three things: its product with numbers that are not negative, taken apart into the positive and the negative
/// coefficients, from which intervals follow without differences; its transpose, through which rows go back; and how many
/// products the sums of either have, which says what they lose to rounding.
protocol LinearMap: Sendable {
  /// The most products in the sum of one element of the result.
  var fanIn: Int { get }
  /// The most products in the sum of one coefficient of a row that goes back; 0 if it goes back without rounding.
  var fanOut: Int { get }
  /// The size of the least coefficient that is not 0; infinite where there is none.
  var smallest: Double { get }
  /// The size of the largest coefficient.
  var largest: Double { get }
  /// A power of two of which all coefficients are multiples; infinite where all are 0.
  var unit: Double { get }
  /// The products of the positive coefficients, and of the sizes of the negative ones, with a vector.
  func parts(of vector: [Double], _ matrices: Matrices) -> (positive: [Double], negative: [Double])
  /// Rows times the map.
  func pullBack(_ rows: Rows, _ matrices: Matrices) -> Rows
}

extension Sequence<Double> {
  /// The size of the largest number.
  var largestSize: Double { reduce(0) { Swift.max($0, abs($1)) } }

  /// The largest power of two of which all finite numbers are multiples; infinite where all are 0.
  var commonUnit: Double { reduce(.infinity) { Swift.min($0, $1.lastBit) } }

  /// The size of the least number that is not 0.
  var smallestSize: Double {
    reduce(.infinity) { $1 == 0 ? $0 : Swift.min($0, abs($1)) }
  }
}

/// `y_i = d_i x_i`: nothing moves, so rows keep their patches.
struct DiagonalMap: LinearMap {
  /// How the input lies in memory: the same places as those of the result, though perhaps of another shape.
  var input: Layout
  /// The factors; nil for the same everywhere.
  var factors: [Double]?
  var uniform = 1.0

  var fanIn: Int { 1 }
  var fanOut: Int { factors == nil && abs(uniform) == 1 ? 0 : 1 }
  var smallest: Double { factors?.smallestSize ?? [uniform].smallestSize }
  var largest: Double { factors?.largestSize ?? abs(uniform) }
  var unit: Double { factors?.commonUnit ?? uniform.lastBit }
  func factor(_ index: Int) -> Double { factors?[index] ?? uniform }

  func parts(
    of vector: [Double], _ matrices: Matrices
  ) -> (positive: [Double], negative: [Double]) {
    (
      vector.indices.map { max(0, factor($0)) * vector[$0] },
      vector.indices.map { max(0, -factor($0)) * vector[$0] }
    )
  }

  func pullBack(_ rows: Rows, _ matrices: Matrices) -> Rows {
    var rows = rows
    if rows.patches.layout != input {
      rows = rows.whole()
      rows.patches = Patches(input, count: rows.count)
    }
    guard let factors else {
      guard uniform != 1 else { return rows }
      var result = rows
      for index in result.values.indices { result.values[index] *= uniform }
      return result
    }
    var result = rows
    result.values.withUnsafeMutableBufferPointer { values in
      rows.patches.forEachRun { _, at, place, length in
        for index in 0..<length { values[at + index] *= factors[place + index] }
      }
    }
    return result
  }
}

/// A product of the last axis with a matrix.
///
/// Neither of the nodes may have both channels and pixels, so that their places are in the order of their elements.
struct MatrixMap: LinearMap {
  /// How many vectors one example has.
  var vectors: Int
  var inputs: Int
  var outputs: Int
  var input: Layout
  private var positive: [Double]
  private var negative: [Double]
  /// `outputs x inputs`.
  private var transposed: [Double]
  let smallest: Double
  let largest: Double
  let unit: Double

  /// - Parameter weights: `inputs x outputs`.
  init(_ weights: [Double], _ input: Layout, inputs: Int, outputs: Int) {
    (self.input, self.inputs, self.outputs) = (input, inputs, outputs)
    vectors = input.count / inputs
    positive = weights.map { max(0, $0) }
    negative = weights.map { max(0, -$0) }
    transposed = [Double](repeating: 0, count: weights.count)
    for row in 0..<inputs {
      for column in 0..<outputs {
        transposed[column * inputs + row] = weights[row * outputs + column]
      }
    }
    smallest = weights.smallestSize
    largest = weights.largestSize
    unit = weights.commonUnit
  }

  var fanIn: Int { inputs }
  var fanOut: Int { outputs }

  func parts(
    of vector: [Double], _ matrices: Matrices
  ) -> (positive: [Double], negative: [Double]) {
    func product(_ weights: [Double]) -> [Double] {
      [Double](unsafeUninitializedCapacity: vectors * outputs) { result, count in
        count = vectors * outputs
        guard count > 0, let base = result.baseAddress else { return }
        matrices.multiply(
          vectors, outputs, inputs, vector, rowStep: inputs, weights, base, resultStep: outputs)
      }
    }
    return (product(positive), product(negative))
  }

  func pullBack(_ rows: Rows, _ matrices: Matrices) -> Rows {
    let rows = rows.whole()
    var result = Rows(input, count: rows.count)
    result.values.withUnsafeMutableBufferPointer { values in
      guard let base = values.baseAddress else { return }
      matrices.multiply(
        rows.count * vectors, inputs, outputs, rows.values, rowStep: outputs, transposed, base,
        resultStep: inputs)
    }
    return result
  }
}

/// A map with a list of products for each element of its result: moves, sums, means, repetitions.
struct ListedMap: LinearMap {
  var input: Layout
  var output: Layout
  /// Where the products of each element begin, and where the last ones end.
  private var starts: [Int]
  private var sources: [Int32]
  private var weights: [Double]
  let fanIn: Int
  let fanOut: Int
  let smallest: Double
  let largest: Double
  let unit: Double

  /// Whether each element of the result is one of the inputs', its negation, or 0.
  let isMove: Bool

  /// - Parameter products: For each element of the result, by its number, the elements of the input and their factors.
  init(_ input: Layout, _ output: Layout, _ products: [[(source: Int, weight: Double)]]) {
    (self.input, self.output) = (input, output)
    let placed = output.placed(products)
    starts = [0]
    starts.reserveCapacity(placed.count + 1)
    (sources, weights) = ([], [])
    var readers = [Int](repeating: 0, count: input.count)
    for list in placed {
      for (source, weight) in list where weight != 0 {
        let place = input.place(of: source)
        sources.append(Int32(place))
        weights.append(weight)
        readers[place] += 1
      }
      starts.append(sources.count)
    }
    let isPlain = weights.allSatisfy { abs($0) == 1 }
    fanIn = max(1, placed.map(\.count).max() ?? 1)
    isMove = isPlain && placed.allSatisfy { $0.count <= 1 }
    let most = readers.max() ?? 0
    fanOut = isPlain && most <= 1 ? 0 : most
    smallest = weights.smallestSize
    largest = weights.largestSize
    unit = weights.commonUnit
  }

  func parts(
    of vector: [Double], _ matrices: Matrices
  ) -> (positive: [Double], negative: [Double]) {
    var (positive, negative) = (
      [Double](repeating: 0, count: output.count), [Double](repeating: 0, count: output.count)
    )
    for place in 0..<output.count {
      for index in starts[place]..<starts[place + 1] {
        let (weight, value) = (weights[index], vector[Int(sources[index])])
        if weight > 0 {
          positive[place] += weight * value
        } else {
          negative[place] -= weight * value
        }
      }
    }
    return (positive, negative)
  }

  func pullBack(_ rows: Rows, _ matrices: Matrices) -> Rows {
    let rows = rows.whole()
    var result = Rows(input, count: rows.count)
    let (width, wide) = (input.count, output.count)
    rows.values.withUnsafeBufferPointer { from in
      starts.withUnsafeBufferPointer { starts in
        sources.withUnsafeBufferPointer { sources in
          weights.withUnsafeBufferPointer { weights in
            result.values.withUnsafeMutableBufferPointer { values in
              for row in 0..<rows.count {
                for place in 0..<wide {
                  let coefficient = from[row * wide + place]
                  guard coefficient != 0 else { continue }
                  for index in starts[place]..<starts[place + 1] {
                    values[row * width + Int(sources[index])] += coefficient * weights[index]
                  }
                }
              }
            }
          }
        }
      }
    }
    return result
  }
}
