import COpenBLAS

/// Products of matrices in doubles: by OpenBLAS, or by plain loops for those who do not want to trust it.
struct Matrices: Sendable {
  var isPlain = false

  /// The checker's threads work on different certificates, so that each product has one.
  private static let isSingleThreaded: Bool = {
    openblas_set_num_threads(1)
    return true
  }()

  /// Writes the product of two row-major matrices, `m x k` and `k x n`; rows of the first and of the result may lie apart.
  func multiply(
    _ m: Int, _ n: Int, _ k: Int, _ a: UnsafePointer<Double>, rowStep: Int,
    _ b: UnsafePointer<Double>, _ result: UnsafeMutablePointer<Double>, resultStep: Int
  ) {
    guard isPlain || !Self.isSingleThreaded else {
      cblas_dgemm(
        CblasRowMajor, CblasNoTrans, CblasNoTrans, blasint(m), blasint(n), blasint(k), 1, a,
        blasint(rowStep), b, blasint(n), 0, result, blasint(resultStep))
      return
    }
    for row in 0..<m {
      let line = result + row * resultStep
      for column in 0..<n { line[column] = 0 }
      for inner in 0..<k {
        let factor = a[row * rowStep + inner]
        for column in 0..<n { line[column] += factor * b[inner * n + column] }
      }
    }
  }
}

/// Sums over runs of coefficients. Eight at a time, in an order of their own: every error bound here holds for any order.
///
/// A coefficient that is NaN or infinite makes a sum NaN or infinite, and so its row's bound no number that proves anything.
enum Runs {
  typealias Lanes = SIMD8<Double>

  @inline(__always)
  static func load(_ pointer: UnsafePointer<Double>, _ index: Int) -> Lanes {
    UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
  }

  @inline(__always)
  static func size(_ x: Lanes) -> Lanes { x.replacing(with: -x, where: x .< 0) }

  /// `sum a b`.
  static func dot(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    var (sum, at) = (Lanes.zero, 0)
    while at + 8 <= count {
      sum += load(a, at) * load(b, at)
      at += 8
    }
    var rest = sum.sum()
    while at < count {
      rest += a[at] * b[at]
      at += 1
    }
    return rest
  }

  /// `sum |a| b`.
  static func weighted(
    _ a: UnsafePointer<Double>, _ b: UnsafePointer<Double>, _ count: Int
  ) -> Double {
    var (sum, at) = (Lanes.zero, 0)
    while at + 8 <= count {
      sum += size(load(a, at)) * load(b, at)
      at += 8
    }
    var rest = sum.sum()
    while at < count {
      rest += abs(a[at]) * b[at]
      at += 1
    }
    return rest
  }

  /// Adds `sum (a > 0 ? a lower : a upper)`, the least value of a row over intervals, and the sum of the terms' sizes.
  static func addLeast(
    _ a: UnsafePointer<Double>, _ lower: UnsafePointer<Double>, _ upper: UnsafePointer<Double>,
    _ count: Int, _ sum: inout Double, _ sizes: inout Double
  ) {
    var (lanes, laneSizes, at) = (Lanes.zero, Lanes.zero, 0)
    while at + 8 <= count {
      let x = load(a, at)
      // One of the two is 0, so their sum is exact.
      let term =
        x.replacing(with: 0, where: x .< 0) * load(lower, at)
        + x.replacing(with: 0, where: x .> 0) * load(upper, at)
      lanes += term
      laneSizes += size(term)
      at += 8
    }
    sum += lanes.sum()
    sizes += laneSizes.sum()
    while at < count {
      let term = a[at] * (a[at] > 0 ? lower[at] : upper[at])
      sum += term
      sizes += abs(term)
      at += 1
    }
  }

  /// What one run of a row gives where it passes lines.
  struct Passed {
    /// The sum of coefficients times the intercepts of the lines they take.
    var constant: Double
    /// The sum of the sizes of these products.
    var intercepts: Double
    /// The sum of the sizes of the new coefficients times what a rounding of the slope may change.
    var slopes: Double

    static func += (a: inout Passed, b: Passed) {
      a.constant += b.constant
      a.intercepts += b.intercepts
      a.slopes += b.slopes
    }
  }

  /// Multiplies each coefficient by the slope of its line: the lower one where it is positive, the upper one where it is negative.
  static func pass(
    _ a: UnsafeMutablePointer<Double>, _ lower: LinePointers, _ upper: LinePointers,
    _ rounded: UnsafePointer<Double>, _ count: Int
  ) -> Passed {
    var (constant, intercepts, slopes) = (Lanes.zero, Lanes.zero, Lanes.zero)
    var at = 0
    while at + 8 <= count {
      let x = load(a, at)
      let (up, down) = (
        x.replacing(with: 0, where: x .< 0), x.replacing(with: 0, where: x .> 0)
      )
      // One of the two is 0, so the sum is exact.
      let next = up * load(lower.slope, at) + down * load(upper.slope, at)
      UnsafeMutableRawPointer(a + at).storeBytes(of: next, as: Lanes.self)
      let part = up * load(lower.intercept, at) + down * load(upper.intercept, at)
      constant += part
      intercepts += size(part)
      slopes += size(next) * load(rounded, at)
      at += 8
    }
    var passed = Passed(
      constant: constant.sum(), intercepts: intercepts.sum(), slopes: slopes.sum())
    while at < count {
      let line = a[at] > 0 ? lower : upper
      let part = a[at] * line.intercept[at]
      a[at] *= line.slope[at]
      passed.constant += part
      passed.intercepts += abs(part)
      passed.slopes += abs(a[at]) * rounded[at]
      at += 1
    }
    return passed
  }
}

/// Lines, element by element: `slope x + intercept`.
struct LinePointers {
  var slope: UnsafePointer<Double>
  var intercept: UnsafePointer<Double>

  func advanced(by count: Int) -> LinePointers {
    LinePointers(slope: slope + count, intercept: intercept + count)
  }
}
