import TestSupport
import Testing

@testable import Tensors

@Suite("Matrix products")
struct ProductTests {
  @Test("A product is the sum over rows and columns, transposed or not", arguments: 0..<60)
  func productsAreSums(seed: UInt64) {
    check(Float.self, seed)
    check(Double.self, seed)
  }

  private func check<S: TensorScalar>(_ type: S.Type, _ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    func extent() -> Int { Int.random(in: 1...(seed % 5 == 0 ? 70 : 9), using: &generator) }
    let (m, n, k) = (extent(), extent(), extent())
    for left in [false, true] {
      for right in [false, true] {
        let a = Tensor<S>.random(left ? [k, m] : [m, k], &generator)
        let b = Tensor<S>.random(right ? [n, k] : [k, n], &generator)
        let found = a.product(b, transposingLeft: left, transposingRight: right)
        let expected = Naive.product(
          a, b, transposingLeft: left, transposingRight: right, [m, n])
        #expect(
          found.distance(to: expected) <= slack(S.self, terms: k),
          "\(S.self) \(m)x\(k)x\(n), transposed \(left) \(right)")
      }
    }
  }

  @Test(
    "Leading axes broadcast",
    arguments: [
      ([5], [1, 1]), ([1, 1], [5]), ([2, 3], [3]), ([3], [2, 1]), ([2, 1], [1, 3]), ([], [4]),
      ([4], []), ([2, 3], [2, 3]), ([1, 1, 2], [2]), ([], [1, 1]),
    ])
  func leadingAxesBroadcast(left: [Int], right: [Int]) throws {
    var generator = SplitMix64(seed: 7)
    let lead = try #require(Shape.broadcast(Shape(left), Shape(right)))
    for (transposingLeft, transposingRight) in [(false, false), (true, false), (false, true)] {
      let a = Tensor<Double>.random(
        Shape(left + (transposingLeft ? [4, 3] : [3, 4])), &generator)
      let b = Tensor<Double>.random(
        Shape(right + (transposingRight ? [2, 4] : [4, 2])), &generator)
      let target = Shape(lead.dimensions + [3, 2])
      let found = a.product(
        b, transposingLeft: transposingLeft, transposingRight: transposingRight)
      let expected = Naive.product(
        a, b, transposingLeft: transposingLeft, transposingRight: transposingRight, target)
      #expect(found.distance(to: expected) < 1e-14)
    }
  }

  @Test("A product over no terms is zero")
  func emptyProductsAreZero() {
    let a = Tensor<Float>([2, 0], [])
    let b = Tensor<Float>([0, 3], [])
    #expect(a.product(b) == Tensor(repeating: 0, [2, 3]))
  }

  @Test("Adding to a result keeps what is there")
  func productsAccumulate() {
    var generator = SplitMix64(seed: 3)
    let (a, b) = (
      Tensor<Double>.random([5, 6], &generator), Tensor<Double>.random([6, 7], &generator)
    )
    var sum = Tensor<Double>(repeating: 2, [5, 7])
    sum.withMutableElements { out in
      guard let out = out.baseAddress else { return }
      a.withElements { a in
        b.withElements { b in
          guard let a = a.baseAddress, let b = b.baseAddress else { return }
          Matrices.multiply(
            transposeA: false, transposeB: false, m: 5, n: 7, k: 6, a, b, out, adding: true)
        }
      }
    }
    #expect(sum.distance(to: a.product(b) + 2) < 1e-14)
  }

  @Test("A product and its transpose are adjoint", arguments: 0..<20)
  func productsAreAdjoint(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let (x, y) = (
      Tensor<Double>.random([3, 11], &generator), Tensor<Double>.random([3, 5], &generator)
    )
    let weight = Tensor<Double>.random([11, 5], &generator)
    let forward = x.product(weight).dot(y)
    let backward = x.dot(
      y.product(weight, transposingLeft: false, transposingRight: true))
    #expect(abs(forward - backward) < 1e-12)
  }
}
