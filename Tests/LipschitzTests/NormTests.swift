import Foundation
import TestSupport
import Testing

@testable import Lipschitz

/// A matrix of random entries.
func randomMatrix(
  _ rows: Int, _ columns: Int, _ generator: inout SplitMix64,
  _ entry: (inout SplitMix64) -> Double = { Double.random(in: -1...1, using: &$0) }
) -> Matrix {
  Matrix(rows: rows, columns: columns, (0..<rows * columns).map { _ in entry(&generator) })
}

extension Matrix {
  /// Whether a vector shows, in exact arithmetic, that the norm is above a number.
  func exceeds(_ limit: Double, along vector: [Double]) -> Bool {
    guard limit.isFinite else { return false }
    let v = vector.map { Dyadic($0) }
    var stretched = Dyadic.zero
    for row in 0..<rows {
      let sum = (0..<columns).reduce(Dyadic.zero) {
        $0 + Dyadic(values[row * columns + $1]) * v[$1]
      }
      stretched = stretched + sum * sum
    }
    let length = v.reduce(Dyadic.zero) { $0 + $1 * $1 }
    return Dyadic(limit) * Dyadic(limit) * length < stretched
  }

  /// A vector that is stretched nearly most, by power iteration in plain doubles on the scaled matrix.
  func topVector(steps: Int = 300) -> [Double] {
    let largest = values.map { abs($0) }.max() ?? 1
    let scaled = values.map { $0 / largest }
    var generator = SplitMix64(seed: 5)
    var v = (0..<columns).map { _ in Double.random(in: -1...1, using: &generator) }
    for _ in 0..<steps {
      var next = [Double](repeating: 0, count: columns)
      for row in 0..<rows {
        let sum = (0..<columns).reduce(0) { $0 + scaled[row * columns + $1] * v[$1] }
        for column in 0..<columns { next[column] += scaled[row * columns + column] * sum }
      }
      let size = next.map { abs($0) }.max() ?? 0
      guard size > 0 else { break }
      v = next.map { $0 / size }
    }
    return v
  }
}

@Suite("Verified norms of matrices")
struct NormTests {
  @Test(
    "No vector is stretched by more than the bound, in exact arithmetic, and the bound is tight")
  func random() {
    var generator = SplitMix64(seed: 1)
    for trial in 0..<1000 {
      let (rows, columns) = (
        Int.random(in: 1...14, using: &generator), Int.random(in: 1...14, using: &generator)
      )
      let matrix = randomMatrix(rows, columns, &generator)
      let norm = matrix.spectralNorm
      #expect(!matrix.exceeds(norm.upper.value, along: matrix.topVector()), "trial \(trial)")
      #expect(norm.lower.value <= norm.upper.value)
      #expect(norm.upper.value <= norm.lower.value * (1 + 1e-3), "trial \(trial): \(norm)")
      #expect(matrix.gramIteration().value >= norm.lower.value, "trial \(trial)")
    }
  }

  @Test("Hostile matrices: graded, tiny, subnormal, huge, nearly cancelling, of rank one")
  func hostile() {
    var generator = SplitMix64(seed: 2)
    let entries: [(String, (inout SplitMix64) -> Double)] = [
      ("graded 1e30", { pow(10, Double.random(in: -30...30, using: &$0)) }),
      ("graded 1e150", { pow(10, Double.random(in: -150...150, using: &$0)) }),
      ("subnormal", { Double.random(in: -1...1, using: &$0) * 0x1p-1030 }),
      ("least", { Bool.random(using: &$0) ? Double.leastNonzeroMagnitude : 0 }),
      ("huge", { Double.random(in: -1...1, using: &$0) * 1e300 }),
      ("cancelling", { 1 + Double.random(in: -1...1, using: &$0) * 1e-15 }),
      ("sparse", { Int.random(in: 0..<5, using: &$0) == 0 ? 1 : 0 }),
      ("signs", { Bool.random(using: &$0) ? 1 : -1 }),
    ]
    for (name, entry) in entries {
      for trial in 0..<25 {
        let (rows, columns) = (
          Int.random(in: 2...9, using: &generator), Int.random(in: 2...9, using: &generator)
        )
        let matrix = randomMatrix(rows, columns, &generator, entry)
        let norm = matrix.spectralNorm
        #expect(
          !matrix.exceeds(norm.upper.value, along: matrix.topVector()), "\(name) \(trial): \(norm)")
        #expect(norm.lower.value <= norm.upper.value, "\(name) \(trial)")
        // The largest entry is a lower bound of its own, which Gram matrices of subnormal numbers do not lose.
        let largest = matrix.values.map { abs($0) }.max() ?? 0
        #expect(norm.upper.value >= largest, "\(name) \(trial)")
        let size = Double(max(rows, columns))
        #expect(
          norm.upper.value <= max(Double.leastNonzeroMagnitude, largest) * size * 1.01,
          "\(name) \(trial): \(norm)")
      }
    }
  }

  @Test("Norms that are known: orthogonal, diagonal, of rank one, Hilbert's")
  func known() {
    func matrix(_ rows: Int, _ columns: Int, _ entry: (Int, Int) -> Double) -> Matrix {
      var values: [Double] = []
      for row in 0..<rows {
        for column in 0..<columns { values.append(entry(row, column)) }
      }
      return Matrix(rows: rows, columns: columns, values)
    }
    // Hadamard's matrix of order 64 is 8 times an orthogonal one.
    let hadamard = matrix(64, 64) { ($0 & $1).nonzeroBitCount % 2 == 0 ? 1 : -1 }
    check(hadamard, is: 8, within: 1e-6)
    check(matrix(20, 20) { $0 == $1 ? -Double($0) : 0 }, is: 19, within: 1e-6)
    let (left, right) = ((1...30).map(Double.init), (-4..<8).map(Double.init))
    let sides = [left, right].map { side in side.map { $0 * $0 }.reduce(0, +).squareRoot() }
    check(matrix(30, 12) { left[$0] * right[$1] }, is: sides[0] * sides[1], within: 1e-6)
    let hilbert = matrix(8, 8) { 1 / Double($0 + $1 + 1) }
    check(hilbert, is: 1.6959389969219498, within: 1e-6)
    #expect(
      Matrix(rows: 3, columns: 2, [Double](repeating: 0, count: 6)).spectralNorm.upper == .zero)
  }

  private func check(_ matrix: Matrix, is norm: Double, within part: Double) {
    let found = matrix.spectralNorm
    #expect(found.method == .cholesky)
    #expect(found.upper.value >= norm * (1 - 1e-15) && found.upper.value <= norm * (1 + part))
    #expect(found.lower.value <= norm * (1 + 1e-15) && found.lower.value >= norm * (1 - 1e-6))
    #expect(matrix.gramIteration(steps: 12).value >= norm * (1 - 1e-15))
    #expect(matrix.gramIteration(steps: 12).value <= norm * 1.01)
  }

  @Test("A bound that is 1% too low is not proved, the bound itself is")
  func tampered() {
    var generator = SplitMix64(seed: 3)
    for size in [2, 5, 17, 60] {
      let matrix = randomMatrix(size, size + 3, &generator)
      let norm = matrix.spectralNorm
      #expect(matrix.provesSpectralNorm(atMost: norm.upper.value * (1 + 1e-7)))
      #expect(!matrix.provesSpectralNorm(atMost: norm.upper.value * 0.99))
      #expect(!matrix.provesSpectralNorm(atMost: norm.lower.value * (1 - 1e-9)))
    }
  }

  @Test("Numbers that are not finite bound nothing")
  func notFinite() {
    for value in [Double.nan, .infinity] {
      let matrix = Matrix(rows: 2, columns: 2, [1, 2, value, 4])
      #expect(!matrix.spectralNorm.upper.isFinite)
      #expect(!matrix.infinityNorm.isFinite && !matrix.oneNorm.isFinite)
      #expect(!matrix.twoToInfinityNorm.isFinite && !matrix.gramIteration().isFinite)
      #expect(!matrix.provesSpectralNorm(atMost: 1e300))
    }
  }

  @Test("Sums of rows and columns are at least the exact ones, and hardly more")
  func sums() {
    var generator = SplitMix64(seed: 4)
    for _ in 0..<50 {
      let matrix = randomMatrix(7, 30, &generator) {
        Double.random(in: -1...1, using: &$0) * pow(10, Double.random(in: -9...9, using: &$0))
      }
      let exact = (0..<7).map { row in
        (0..<30).reduce(Dyadic.zero) { $0 + Dyadic(abs(matrix.values[row * 30 + $1])) }
      }
      for (bound, sum) in zip(matrix.rowSums, exact) {
        #expect(Dyadic(bound.value) >= sum && Dyadic(bound.value * (1 - 1e-13)) < sum)
      }
      #expect(matrix.infinityNorm == matrix.rowSums.max())
      let columns = matrix.transposed.infinityNorm.value
      #expect(abs(matrix.oneNorm.value - columns) <= 1e-13 * columns)
    }
  }

  @Test("Sums, products and roots of bounds are rounded up, and exact where they can be")
  func arithmetic() {
    var generator = SplitMix64(seed: 6)
    for _ in 0..<2000 {
      let (x, y) = (
        pow(10, Double.random(in: -200...100, using: &generator)),
        pow(10, Double.random(in: -200...100, using: &generator))
      )
      let (a, b) = (UpperBound(proved: x), UpperBound(proved: y))
      #expect(Dyadic((a + b).value) >= Dyadic(x) + Dyadic(y))
      #expect(Dyadic((a * b).value) >= Dyadic(x) * Dyadic(y))
      let root = Dyadic(a.squareRoot.value)
      #expect(root * root >= Dyadic(x))
      #expect(Dyadic(a.divided(by: y).value) * Dyadic(y) >= Dyadic(x))
    }
    #expect((UpperBound(proved: 3) * UpperBound(proved: 0.5)).value == 1.5)
    #expect(
      UpperBound(proved: 4).squareRoot.value == 2
        && UpperBound(proved: 2).squareRoot.value > 1.414213562373095)
    #expect(UpperBound(proved: .nan) == .infinity && UpperBound.infinity * .zero == .zero)
  }
}
