import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Elementwise operations, broadcasting and reductions")
struct ElementwiseTests {
  static let shapes: [([Int], [Int])] = [
    ([], []), ([3], []), ([3], [1]), ([2, 3], [3]), ([2, 3], [2, 1]), ([2, 1], [1, 3]),
    ([4, 1, 3], [5, 1]), ([1, 5, 1, 2], [3, 1, 4, 1]), ([2, 3, 4], [2, 3, 4]), ([0, 3], [1, 3]),
    ([2, 3, 4], [3, 1]), ([33, 17], [17]),
  ]

  @Test("Every binary operation broadcasts by NumPy's rule", arguments: shapes)
  func binaryOperationsBroadcast(left: [Int], right: [Int]) throws {
    try check(Float.self, Shape(left), Shape(right))
    try check(Double.self, Shape(left), Shape(right))
    try check(Double.self, Shape(right), Shape(left))
  }

  private func check<S: TensorScalar>(_ type: S.Type, _ left: Shape, _ right: Shape) throws {
    var generator = SplitMix64(seed: 5)
    let target = try #require(Shape.broadcast(left, right))
    // Positive numbers with repeats: powers are defined, and some elements are equal.
    func numbers(_ shape: Shape) -> Tensor<S> {
      Tensor(shape, (0..<shape.count).map { _ in S(Int.random(in: 1...4, using: &generator)) / 2 })
    }
    let (a, b) = (numbers(left), numbers(right))
    for operation in BinaryOperation.allCases {
      let found = a.combined(operation, b)
      let expected = Naive.tensor(target) { index in
        Self.value(operation, Naive.element(a, index), Naive.element(b, index))
      }
      #expect(found.distance(to: expected) <= Double(S.ulpOfOne) * 16, "\(operation)")
    }
  }

  private static func value<S: TensorScalar>(_ operation: BinaryOperation, _ x: S, _ y: S) -> S {
    switch operation {
    case .add: x + y
    case .subtract: x - y
    case .multiply: x * y
    case .divide: x / y
    case .maximum: Swift.max(x, y)
    case .minimum: Swift.min(x, y)
    case .equal: x == y ? 1 : 0
    case .less: x < y ? 1 : 0
    case .power: S(pow(Double(x), Double(y)))
    case .mean: (x + y) / 2
    case .halfDifference: (x - y) / 2
    }
  }

  @Test("Every unary operation is its function", arguments: UnaryOperation.allCases)
  func unaryOperations(operation: UnaryOperation) {
    let positive = [0.125, 0.5, 1, 1.75, 3]
    let isForPositive = [.log, .squareRoot, .reciprocal].contains(operation)
    let inputs = isForPositive ? positive : positive.map { -$0 } + [0] + positive
    let function: (Double) -> Double =
      switch operation {
      case .negate: { -$0 }
      case .magnitude: { abs($0) }
      case .positivePart: { max($0, 0) }
      case .negativePart: { min($0, 0) }
      case .reciprocal: { 1 / $0 }
      case .square: { $0 * $0 }
      case .squareRoot: { $0.squareRoot() }
      case .exp: { exp($0) }
      case .log: { log($0) }
      case .tanh: { tanh($0) }
      case .sigmoid: { 1 / (1 + exp(-$0)) }
      case .sine: { sin($0) }
      case .cosine: { cos($0) }
      case .sign: { $0 > 0 ? 1 : $0 < 0 ? -1 : 0 }
      case .floor: { floor($0) }
      case .erf: { erf($0) }
      }
    let expected = Tensor<Double>([inputs.count], inputs.map(function))
    let double = Tensor<Double>([inputs.count], inputs).applying(operation)
    let single = Tensor<Float>([inputs.count], inputs.map { Float($0) }).applying(operation)
    #expect(double.distance(to: expected) <= 1e-14)
    #expect(single.values.distance(to: expected) <= 1e-5)
  }

  @Test("A tensor repeats along axes of extent 1", arguments: shapes)
  func broadcasting(left: [Int], right: [Int]) throws {
    let target = try #require(Shape.broadcast(Shape(left), Shape(right)))
    var generator = SplitMix64(seed: 6)
    let a = Tensor<Float>.random(Shape(left), &generator)
    let expected = Naive.tensor(target) { Naive.element(a, $0) }
    #expect(a.broadcast(to: target) == expected)
  }

  @Test("A reduction collapses one axis", arguments: 0..<40)
  func reductions(seed: UInt64) {
    check(Float.self, seed)
    check(Double.self, seed)
  }

  private func check<S: TensorScalar>(_ type: S.Type, _ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let rank = Int.random(in: 1...4, using: &generator)
    let long = seed % 4 == 0 ? 45 : 5
    let shape = Shape((0..<rank).map { _ in Int.random(in: 1...long, using: &generator) })
    let a = Tensor<S>.random(shape, &generator)
    for axis in 0..<rank {
      var target = shape
      target[axis] = 1
      for (reduction, combine) in [
        (Reduction.sum, { $0 + $1 }), (.maximum, { Swift.max($0, $1) }),
        (.minimum, { Swift.min($0, $1) }),
      ] as [(Reduction, (S, S) -> S)] {
        let expected = Naive.tensor(target) { index in
          let elements = (0..<shape[axis]).map { i in
            var at = index
            at[axis] = i
            return Naive.element(a, at)
          }
          return elements.dropFirst().reduce(elements[0], combine)
        }
        let limit = slack(S.self, terms: shape[axis])
        #expect(a.reduced(reduction, axis: axis).distance(to: expected) <= limit, "\(shape)")
        #expect(
          a.reduced(reduction, axis: axis - rank).distance(to: expected) <= limit, "\(shape)")
      }
    }
  }

  @Test("A sum over no elements is zero")
  func emptySums() {
    #expect(
      Tensor<Float>([2, 0, 3], []).reduced(.sum, axis: 1) == Tensor(repeating: 0, [2, 1, 3]))
  }

  @Test("Several axes are dropped on request")
  func severalAxes() {
    let a = Tensor<Double>([2, 2, 2], [1, 2, 3, 4, 5, 6, 7, 8])
    #expect(a.reduced(.sum, axes: [0, 2]).scalars == [14, 22])
    #expect(a.reduced(.sum, axes: [0, 2]).shape == [1, 2, 1])
    #expect(a.reduced(.sum, axes: [0, 2], keepingAxes: false).shape == [2])
  }
}
