import TestSupport
import Testing

@testable import Tensors

@Suite("Rows laid out beside their examples agree with the definitions")
struct LaneRowTests {
  /// A batch, what belongs to it, and rows ordered function after function.
  private struct Case {
    let exampleOfRow: [Int32]
    let rows: Tensor<Double>
    let lines: Lines<Tensor<Double>>
    let used: [Int32]

    init(batch: Int, functions: Int, features: Shape, intercept: Bool) {
      var generator = SplitMix64(seed: UInt64(batch + functions))
      func draw(_ count: Int) -> Tensor<Double> {
        .random(Shape([count] + features.dimensions), &generator)
      }
      let padded = (batch + 15) / 16 * 16
      exampleOfRow = (0..<functions * padded).map { Int32(min($0 % padded, batch - 1)) }
      used = (0..<Int32(functions * padded)).filter { $0 % Int32(padded) < Int32(batch) }
      rows = draw(exampleOfRow.count)
      lines = Lines(
        lowerSlope: draw(batch), lowerIntercept: intercept ? draw(batch) : nil,
        upperSlope: draw(batch), upperIntercept: draw(batch))
    }

    /// The rows of real examples.
    func real(_ tensor: Tensor<Double>) -> Tensor<Double> { tensor.gathered(used, axis: 0) }
  }

  private func expectClose(_ a: Tensor<Double>, _ b: Tensor<Double>, _ what: String) {
    #expect(a.shape == b.shape, "\(what)")
    #expect(a.distance(to: b) <= 1e-11, "\(what)")
  }

  @Test(
    "Through lines, and back", arguments: [1, 7, 16, 35], [true, false])
  func relaxed(batch: Int, intercept: Bool) {
    for features in [[5], [1, 3, 20, 5]] as [Shape] {
      let test = Case(batch: batch, functions: 3, features: features, intercept: intercept)
      let lanes = test.lines.map { Lanes(plain: $0).blocked }
      let found = Lanes.relaxed(
        RowBlock(dense: Lanes(plain: test.rows)), lanes, exampleOfRow: test.exampleOfRow)
      let expected = Tensor.relaxedByDefinition(
        RowBlock(dense: test.rows), test.lines, exampleOfRow: test.exampleOfRow)
      expectClose(
        test.real(found.0.values.plain), test.real(expected.0.values), "rows")
      expectClose(test.real(found.constant.plain), test.real(expected.constant), "constant")

      // Rows of spare lanes have no part in a loss.
      var generator = SplitMix64(seed: 5)
      var by = Tensor<Double>.random(test.rows.shape, &generator)
      var byConstant = Tensor<Double>.random([test.exampleOfRow.count], &generator)
      let isUsed = Tensor<Double>(
        [test.exampleOfRow.count],
        test.exampleOfRow.indices.map { test.used.contains(Int32($0)) ? 1 : 0 })
      byConstant = byConstant * isUsed
      by =
        by
        * isUsed.reshaped(Shape([isUsed.count] + [Int](repeating: 1, count: features.rank)))
      let gradient = Lanes.relaxedGradient(
        Lanes(plain: test.rows), lanes, exampleOfRow: test.exampleOfRow, byResult: Lanes(plain: by),
        byConstant: Lanes(plain: byConstant), needsLower: true)
      let defined = Tensor.relaxedGradient(
        test.rows, test.lines, exampleOfRow: test.exampleOfRow, byResult: by,
        byConstant: byConstant,
        needsLower: true)
      expectClose(test.real(gradient.rows.plain), test.real(defined.rows), "by rows")
      expectClose(gradient.upperSlope.plain, defined.upperSlope, "by upper slopes")
      expectClose(gradient.upperIntercept.plain, defined.upperIntercept, "by upper intercepts")
      for (found, expected) in [
        (gradient.lowerSlope, defined.lowerSlope),
        (gradient.lowerIntercept, defined.lowerIntercept),
      ] { expectClose(found?.plain ?? test.rows, expected ?? test.rows, "by lower lines") }
    }
  }

  @Test("Minima over boxes, and back", arguments: [1, 7, 16, 35])
  func minimum(batch: Int) {
    let test = Case(batch: batch, functions: 4, features: [1, 3, 4, 5], intercept: true)
    let (center, radius) = (test.lines.upperSlope, test.lines.lowerSlope.magnitude())
    let (c, r) = (Lanes(plain: center).blocked, Lanes(plain: radius).blocked)
    let found = Lanes.minimum(
      RowBlock(dense: Lanes(plain: test.rows)), center: c, radius: r,
      exampleOfRow: test.exampleOfRow)
    let expected = Tensor.minimumByDefinition(
      RowBlock(dense: test.rows), center: center, radius: radius, exampleOfRow: test.exampleOfRow)
    expectClose(test.real(found.plain), test.real(expected), "minima")
    var generator = SplitMix64(seed: 9)
    let by = Tensor<Double>.random([test.exampleOfRow.count], &generator)
    expectClose(
      test.real(
        Lanes.minimumGradient(
          Lanes(plain: test.rows), center: c, radius: r, exampleOfRow: test.exampleOfRow,
          byResult: Lanes(plain: by)
        ).plain),
      test.real(
        Tensor.minimumGradient(
          test.rows, center: center, radius: radius, exampleOfRow: test.exampleOfRow, byResult: by)),
      "by rows")
  }

  @Test("Rows in another order are passed on by the definition")
  func otherOrder() {
    let test = Case(batch: 16, functions: 2, features: [4], intercept: false)
    let exampleOfRow = (0..<32).map { Int32($0 / 2) }
    let found = Lanes.relaxed(
      RowBlock(dense: Lanes(plain: test.rows)), test.lines.map { Lanes(plain: $0) },
      exampleOfRow: exampleOfRow)
    let expected = Tensor.relaxedByDefinition(
      RowBlock(dense: test.rows), test.lines, exampleOfRow: exampleOfRow)
    expectClose(found.0.values.plain, expected.0.values, "rows")
    expectClose(found.constant.plain, expected.constant, "constant")
  }

  @Test("A convolution adds each image's multiple of the bias", arguments: [3, 16, 21])
  func scaledBias(batch: Int) {
    var generator = SplitMix64(seed: 3)
    let images = Tensor<Double>.random([batch, 2, 6, 7], &generator)
    let kernel = Tensor<Double>.random([5, 2, 3, 3], &generator)
    let (bias, factors) = (
      Tensor<Double>.random([5], &generator), Tensor<Double>.random([batch], &generator)
    )
    let geometry = ConvolutionGeometry(stride: [1, 2], padding: [1, 1, 1, 1])
    expectClose(
      Lanes(plain: images).convolution(
        Lanes(plain: kernel), bias: Lanes(plain: bias), scaledBy: Lanes(plain: factors), geometry
      ).plain,
      images.convolution(kernel, bias: bias, scaledBy: factors, geometry), "images")
  }
}
