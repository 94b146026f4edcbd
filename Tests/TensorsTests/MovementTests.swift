import TestSupport
import Testing

@testable import Tensors

@Suite("Moving of elements")
struct MovementTests {
  private func shape(_ rank: Int, _ longest: Int, _ generator: inout SplitMix64) -> Shape {
    Shape((0..<rank).map { _ in Int.random(in: 1...longest, using: &generator) })
  }

  @Test("A transpose puts every element in its place", arguments: 0..<100)
  func transposes(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let shape = shape(Int.random(in: 1...5, using: &generator), 7, &generator)
    let permutation = Array(0..<shape.rank).shuffled(using: &generator)
    check(Tensor<Float>.random(shape, &generator), permutation)
    check(Tensor<Double>.random(shape, &generator), permutation)
  }

  private func check<S>(_ a: Tensor<S>, _ permutation: [Int]) {
    let found = a.transposed(permutation)
    let expected = Naive.tensor(Shape(permutation.map { a.shape[$0] })) { index in
      var at = index
      for (i, axis) in permutation.enumerated() { at[axis] = index[i] }
      return Naive.element(a, at)
    }
    #expect(found == expected, "\(a.shape) by \(permutation)")
  }

  @Test("Gathering picks entries, repeats them and leaves zeros", arguments: 0..<60)
  func gathers(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let shape = shape(Int.random(in: 1...4, using: &generator), 5, &generator)
    let axis = Int.random(in: 0..<shape.rank, using: &generator)
    let indices = (0..<Int.random(in: 0...8, using: &generator)).map { _ in
      Int32.random(in: -1..<Int32(shape[axis]), using: &generator)
    }
    let a = Tensor<Float>.random(shape, &generator)
    var target = shape
    target[axis] = indices.count
    let expected = Naive.tensor(target) { index -> Float in
      guard indices[index[axis]] >= 0 else { return 0 }
      var at = index
      at[axis] = Int(indices[index[axis]])
      return Naive.element(a, at)
    }
    #expect(a.gathered(indices, axis: axis) == expected)
    #expect(a.gathered(indices, axis: axis - shape.rank) == expected)
  }

  @Test("Scattering is the adjoint of gathering", arguments: 0..<60)
  func scatterIsAdjoint(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let shape = shape(3, 5, &generator)
    let axis = Int.random(in: 0..<3, using: &generator)
    let indices = (0..<6).map { _ in
      Int32.random(in: -1..<Int32(shape[axis]), using: &generator)
    }
    let x = Tensor<Double>.random(shape, &generator)
    let picked = x.gathered(indices, axis: axis)
    let y = Tensor<Double>.random(picked.shape, &generator)
    let back = y.scattered(indices, axis: axis, extent: shape[axis])
    #expect(back.shape == shape)
    #expect(abs(picked.dot(y) - x.dot(back)) < 1e-12)
  }

  @Test("Joining and slicing undo each other", arguments: 0..<40)
  func joinsAndSlices(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let shape = shape(3, 5, &generator)
    let axis = Int.random(in: 0..<3, using: &generator)
    let parts = (0..<3).map { _ in
      var own = shape
      own[axis] = Int.random(in: 0...4, using: &generator)
      return Tensor<Float>.random(own, &generator)
    }
    let joined = Tensor.concatenated(parts, axis: axis)
    var start = 0
    for part in parts {
      let end = start + part.shape[axis]
      #expect(joined.sliced(start..<end, axis: axis) == part)
      start = end
    }
    #expect(joined.shape[axis] == start)
  }

  @Test("Copies do not change with the original")
  func copiesAreValues() {
    var a = Tensor<Float>([2, 2], [1, 2, 3, 4])
    let (b, flat) = (a, a.reshaped([4]))
    a[1, 0] = 9
    #expect(a.scalars == [1, 2, 9, 4])
    #expect(b.scalars == [1, 2, 3, 4])
    #expect(flat.scalars == [1, 2, 3, 4])
  }
}
