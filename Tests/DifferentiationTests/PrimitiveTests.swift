import Differentiation
import Tensors
import TestSupport
import Testing

/// A primitive with inputs at which it is smooth.
struct PrimitiveCase: Sendable, CustomTestStringConvertible {
  var name: String
  var inputs: [Shape]
  /// The range that elements are drawn from.
  var range: ClosedRange<Double> = -2...2
  var evaluate: @Sendable ([Dual]) -> Dual
  var testDescription: String { "\(name) of \(inputs.map(\.description))" }
}

private let unary: [PrimitiveCase] = UnaryOperation.allCases.flatMap { operation in
  let positive: Set<UnaryOperation> = [.log, .squareRoot, .reciprocal]
  return [[5], [2, 3, 1]].map { shape in
    PrimitiveCase(
      name: "\(operation)", inputs: [shape], range: positive.contains(operation) ? 0.5...3 : -2...2
    ) { $0[0].applying(operation) }
  }
}

private let binary: [PrimitiveCase] = BinaryOperation.allCases.flatMap { operation in
  let shapes: [(Shape, Shape)] = [
    ([5], [5]), ([2, 3], [3]), ([3], [2, 3]), ([2, 1, 3], [1, 4, 1]), ([2, 3, 2], [3, 1]),
    ([1], [2, 2]), ([2, 2], []), ([1, 1], [1]),
  ]
  let positive: Set<BinaryOperation> = [.divide, .power]
  return shapes.map { shapes in
    PrimitiveCase(
      name: "\(operation)", inputs: [shapes.0, shapes.1],
      range: positive.contains(operation) ? 0.5...3 : -2...2
    ) { $0[0].combined(operation, $0[1]) }
  }
}

private let reductions: [PrimitiveCase] = [Reduction.sum, .maximum, .minimum].flatMap { reduction in
  let places: [(shape: Shape, axis: Int)] = [
    ([4], 0), ([2, 3], 0), ([2, 3], -1), ([2, 3, 4], 1), ([2, 1], 1),
  ]
  return places.map { place in
    PrimitiveCase(name: "\(reduction) over \(place.axis)", inputs: [place.shape]) {
      $0[0].reduced(reduction, axis: place.axis)
    }
  }
}

private let products: [PrimitiveCase] = [
  (false, false), (false, true), (true, false), (true, true),
]
.flatMap { (left: Bool, right: Bool) in
  let leads: [(a: [Int], b: [Int])] = [
    ([], []), ([3], [3]), ([3], []), ([], [3]), ([1], []), ([2, 3], [1, 3]), ([2, 1], [3]),
    ([2, 3], [1]),
  ]
  return leads.map { leads in
    PrimitiveCase(
      name: "product\(left ? ", left transposed" : "")\(right ? ", right transposed" : "")",
      inputs: [
        Shape(leads.a + (left ? [4, 2] : [2, 4])), Shape(leads.b + (right ? [3, 4] : [4, 3])),
      ]
    ) { $0[0].product($0[1], transposingLeft: left, transposingRight: right) }
  }
}

private let movement: [PrimitiveCase] = [
  .init(name: "scaled", inputs: [[2, 3]]) { $0[0].scaled(by: -1.5, adding: 2) },
  .init(name: "reshaped", inputs: [[2, 6]]) { $0[0].reshaped([3, 4]) },
  .init(name: "transposed", inputs: [[2, 3, 4]]) { $0[0].transposed([2, 0, 1]) },
  .init(name: "transposed", inputs: [[2, 3, 4, 2]]) { $0[0].transposed([3, 1, 0, 2]) },
  .init(name: "broadcast", inputs: [[3, 1]]) { $0[0].broadcast(to: [2, 3, 4]) },
  .init(name: "broadcast", inputs: [[1]]) { $0[0].broadcast(to: [2, 3]) },
  .init(name: "gathered", inputs: [[2, 3]]) { $0[0].gathered([2, -1, 0, 2], axis: 1) },
  .init(name: "gathered", inputs: [[3, 2]]) { $0[0].gathered([2, 2, -1], axis: -2) },
  .init(name: "scattered", inputs: [[2, 3]]) { $0[0].scattered([1, -1, 1], axis: -1, extent: 4) },
  .init(name: "scattered", inputs: [[3, 2]]) { $0[0].scattered([4, 0, 4], axis: 0, extent: 5) },
  .init(name: "sliced", inputs: [[2, 4]]) { $0[0].sliced(1..<3, axis: 1) },
  .init(name: "concatenated", inputs: [[2, 1], [2, 3], [2, 2]]) {
    .concatenated($0, axis: -1)
  },
  .init(name: "concatenated", inputs: [[1, 2], [3, 2]]) { .concatenated($0, axis: 0) },
  .init(name: "concatenated", inputs: [[2, 2]]) { .concatenated($0, axis: 0) },
]

@Suite("The gradient of a primitive agrees with central differences")
struct PrimitiveTests {
  private func check(_ example: PrimitiveCase) {
    for seed in 0..<3 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let inputs = example.inputs.map { randomTensor($0, in: example.range, &random) }
      expectGradients(inputs, seed: seed + 100, example.evaluate)
    }
  }

  @Test("Unary operations", arguments: unary)
  func unaryOperations(_ example: PrimitiveCase) { check(example) }

  @Test("Binary operations, broadcasting", arguments: binary)
  func binaryOperations(_ example: PrimitiveCase) { check(example) }

  @Test("Reductions", arguments: reductions)
  func reductionsOfAxes(_ example: PrimitiveCase) { check(example) }

  @Test("Matrix products, broadcasting", arguments: products)
  func matrixProducts(_ example: PrimitiveCase) { check(example) }

  @Test("Movement of elements", arguments: movement)
  func movementOfElements(_ example: PrimitiveCase) { check(example) }
}
