import Tensors
import TestSupport
import Testing

@testable import Differentiation

@Suite("The record of a computation")
struct TapeTests {
  private let x = Dual.variable(Values([3], [0.5, -1, 2]))

  private func sum(_ x: Dual) -> Dual { x.reduced(.sum, axis: 0) }

  @Test("A chain of operations")
  func chain() {
    var random = SplitMix64(seed: 1)
    let inputs = [randomTensor([2, 3], &random), randomTensor([3, 2], &random)]
    expectGradients(inputs, seed: 2) { inputs in
      let y = inputs[0].product(inputs[1]).applying(.tanh)
      return (y.product(inputs[0]).applying(.sigmoid) * 2 + 1).applying(.log)
    }
  }

  @Test("A diamond: paths that part and meet again")
  func diamond() {
    var random = SplitMix64(seed: 3)
    expectGradients([randomTensor([4], in: 0.5...2, &random)], seed: 4) { inputs in
      let shared = inputs[0].applying(.exp)
      let left = shared.applying(.square)
      let right = shared.applying(.log) * inputs[0]
      return left / right + shared * left.applying(.sine)
    }
  }

  @Test("A variable used many times gets the sum of all gradients")
  func repeatedUse() {
    let y = sum(x * x * x + x)
    #expect(y.gradients(of: [x, x])[0].scalars == [1.75, 4, 13])
  }

  @Test("Many diamonds in a row take one step each")
  func diamondsInARow() {
    // Walking every path would take 2^60 steps.
    var y = x
    for _ in 0..<60 { y = (y + y) * 0.5 }
    #expect(sum(y).gradients(of: [x])[0].scalars == [1, 1, 1])
  }

  @Test("An intermediate value can be differentiated by, and the sweep goes on below it")
  func intermediate() {
    let middle = x * 3
    let gradients = sum(middle.applying(.square)).gradients(of: [middle, x])
    #expect(gradients[0].scalars == [3, -6, 12])
    #expect(gradients[1].scalars == [9, -18, 36])
  }

  @Test("A variable that the value does not depend on has gradient zero")
  func independent() {
    let other = Dual.variable(Values(repeating: 1, [2, 2]))
    #expect(sum(x).gradients(of: [other])[0] == Values(repeating: 0, [2, 2]))
    #expect(Dual.full(1, []).gradients(of: [other, x]).map(\.shape) == [[2, 2], [3]])
    #expect(sum(x).gradients(of: [Dual(x.base)])[0].scalars == [0, 0, 0])
  }

  @Test("A value is its own gradient's seed")
  func itself() {
    let seed = Values([3], [1, 2, 3])
    #expect(x.gradients(of: [x], seed: seed) == [seed])
    #expect(x.gradients(of: [x], seed: seed) == [seed])
  }

  @Test("Detached values are constants")
  func detached() {
    #expect(!x.detached.isTracked)
    #expect(sum(x * x.detached).gradients(of: [x])[0].scalars == x.base.scalars)
  }

  @Test("Operations on constants record nothing")
  func constants() {
    let a = Dual(Values([2], [1, 2]))
    #expect(!(a + a).applying(.exp).reshaped([2, 1]).product(a.reshaped([1, 2])).isTracked)
    #expect((a + .variable(a.base)).isTracked)
  }

  @Test("An operation of one's own")
  func custom() {
    let base = x.base.applying(.square)
    let values = x.base
    let square = Dual(base, [x.dependence { $0 * values * 2 }, Dual(base).dependence { $0 }])
    #expect(sum(square).gradients(of: [x])[0].scalars == [1, -2, 4])
  }

  @Test("Gradients of gradients, by tracking twice")
  func twice() {
    typealias Twice = Tracked<Dual>
    let inner = Dual.variable(Values([2], [3, -2]))
    let outer = Twice.variable(inner)
    let cubes = (outer * outer * outer).reduced(.sum, axis: 0)
    let first = cubes.gradients(of: [outer])[0]
    #expect(first.base.scalars == [27, 12])
    let second = first.reduced(.sum, axis: 0).gradients(of: [inner])[0]
    #expect(second.scalars == [18, -12])
  }

  @Test("Single precision follows double precision")
  func singlePrecision() {
    let values = x.base
    func gradient<T: TensorAlgebra>(_ type: T.Type) -> [Double] {
      let x = Tracked<T>.variable(T(values))
      let y = (x.applying(.tanh) * x).reduced(.sum, axis: 0)
      return y.gradients(of: [x])[0].values.scalars
    }
    let (narrow, wide) = (gradient(Tensor<Float>.self), gradient(Values.self))
    #expect(largestRelativeDifference(narrow, wide, floor: 1) < 1e-6)
    #expect(Tracked<Tensor<Float>>.scalarSize == 4)
  }

  @Test("Threads may record at the same time, and the sum does not depend on them")
  func threads() {
    var random = SplitMix64(seed: 5)
    let weight = Dual.variable(randomTensor([8], &random))
    let factors = (0..<16).map { _ in Dual(randomTensor([8], &random)) }
    var seen: Set<[Double]> = []
    for _ in 0..<20 {
      let parts = Slots(factors.count)
      Workers.forEach(factors.count) { index in
        parts[index] = (weight * factors[index]).applying(.exp).reduced(.sum, axis: 0)
      }
      let loss = sum(.concatenated(parts.values, axis: 0))
      seen.insert(loss.gradients(of: [weight])[0].scalars)
    }
    #expect(seen.count == 1)
  }
}

/// Results of parallel work, each index written by one thread.
private final class Slots: @unchecked Sendable {
  private let slots: UnsafeMutableBufferPointer<Dual?>
  init(_ count: Int) {
    slots = .allocate(capacity: count)
    slots.initialize(repeating: nil)
  }
  deinit { slots.deinitialize().deallocate() }
  subscript(index: Int) -> Dual? {
    get { slots[index] }
    set { slots[index] = newValue }
  }
  var values: [Dual] { slots.compactMap { $0 } }
}
