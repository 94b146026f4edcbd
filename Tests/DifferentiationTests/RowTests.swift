import Differentiation
import Tensors
import TestSupport
import Testing

private let exampleOfRow: [Int32] = [0, 1, 2, 0, 1, 2]

private func lines(_ x: [Dual], from first: Int, intercept: Bool) -> Lines<Dual> {
  Lines(
    lowerSlope: x[first], lowerIntercept: intercept ? x[first + 3] : nil,
    upperSlope: x[first + 1], upperIntercept: x[first + 2])
}

private func both(_ rows: RowBlock<Dual>, _ constant: Dual) -> Dual {
  .concatenated([rows.values.reshaped([rows.values.shape.count]), constant * 3], axis: 0)
}

private let geometry = ConvolutionGeometry(stride: [2, 1], padding: [1, 0, 1, 1])

private let cases: [PrimitiveCase] = [
  .init(name: "relaxed", inputs: [[6, 4], [3, 4], [3, 4], [3, 4]]) {
    let (rows, constant) = Dual.relaxed(
      RowBlock(dense: $0[0]), lines($0, from: 1, intercept: false), exampleOfRow: exampleOfRow)
    return both(rows, constant)
  },
  .init(
    name: "relaxed, with lower intercepts",
    inputs: [[6, 2, 2], [3, 2, 2], [3, 2, 2], [3, 2, 2], [3, 2, 2]]
  ) {
    let (rows, constant) = Dual.relaxed(
      RowBlock(dense: $0[0]), lines($0, from: 1, intercept: true), exampleOfRow: exampleOfRow)
    return both(rows, constant)
  },
  .init(name: "relaxed, rows alone", inputs: [[6, 4], [3, 4], [3, 4], [3, 4]]) {
    Dual.relaxed(
      RowBlock(dense: $0[0]), lines($0, from: 1, intercept: false), exampleOfRow: exampleOfRow
    ).0
      .values
  },
  .init(name: "relaxed, constants alone", inputs: [[6, 4], [3, 4], [3, 4], [3, 4]]) {
    Dual.relaxed(
      RowBlock(dense: $0[0]), lines($0, from: 1, intercept: false), exampleOfRow: exampleOfRow
    )
    .constant
  },
  .init(name: "throughConvolution", inputs: [[6, 1, 2, 3, 4], [2, 3, 2, 2], [2]]) {
    let (rows, constant) = Dual.throughConvolution(
      RowBlock(dense: $0[0]), kernel: $0[1], taps: $0[1], bias: $0[2], geometry,
      input: ImageSize(channels: 3, height: 5, width: 4))
    return constant.map { both(rows, $0) } ?? rows.values
  },
  .init(
    name: "throughConvolution, constants alone", inputs: [[6, 1, 2, 3, 4], [2, 3, 2, 2], [2]]
  ) {
    let through = Dual.throughConvolution(
      RowBlock(dense: $0[0]), kernel: $0[1], taps: $0[1], bias: $0[2], geometry,
      input: ImageSize(channels: 3, height: 5, width: 4))
    return through.constant ?? through.0.values
  },
  .init(name: "throughConvolution without a bias", inputs: [[6, 1, 2, 3, 4], [2, 3, 2, 2]]) {
    Dual.throughConvolution(
      RowBlock(dense: $0[0]), kernel: $0[1], taps: $0[1], bias: nil, geometry,
      input: ImageSize(channels: 3, height: 5, width: 4)
    ).0.values
  },
  .init(name: "minimum over a fixed box", inputs: [[6, 4]]) {
    let box = Tensor<Double>([3, 4], (0..<12).map { 0.3 * Double($0 % 5) - 0.4 })
    return Dual.minimum(
      RowBlock(dense: $0[0]), center: Dual(box), radius: Dual(box.magnitude()),
      exampleOfRow: exampleOfRow)
  },
  .init(name: "minimum over a box that moves", inputs: [[6, 4], [3, 4], [3, 4]]) {
    Dual.minimum(
      RowBlock(dense: $0[0]), center: $0[1], radius: $0[2].magnitude(), exampleOfRow: exampleOfRow)
  },
]

@Suite("The gradient of a step of a backward pass agrees with central differences")
struct RowTests {
  @Test("Steps over rows", arguments: cases)
  func steps(_ example: PrimitiveCase) {
    for seed in 0..<3 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let inputs = example.inputs.map { randomTensor($0, in: example.range, &random) }
      expectGradients(inputs, seed: seed + 100, example.evaluate)
    }
  }
}
