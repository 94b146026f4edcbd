import TestSupport
import Testing

@testable import Tensors

/// Rows of windows at random places of an image, some beyond its edge.
func randomWindows<S>(
  _ rows: Int, _ image: ImageSize, _ generator: inout SplitMix64
) -> RowBlock<Tensor<S>> {
  func place(_ extent: Int, _ window: Int) -> [Int32] {
    (0..<rows).map { _ in Int32.random(in: -2...Int32(extent), using: &generator) }
  }
  let height = Int.random(in: 1...image.height, using: &generator)
  let width = Int.random(in: 1...image.width, using: &generator)
  let isWhole = height == image.height && width == image.width
  let placement =
    isWhole
    ? Placement(covering: image, rows: rows)
    : Placement(
      image: image, height: height, width: width, y: place(image.height, height),
      x: place(image.width, width))
  var values = Tensor<S>.random(placement.shape, &generator)
  Naive.forEachIndex(placement.shape) { at in
    let (y, x) = (Int(placement.y[at[0]]) + at[1], Int(placement.x[at[0]]) + at[2])
    if y < 0 || y >= image.height || x < 0 || x >= image.width {
      values[at[0], at[1], at[2], at[3]] = 0
    }
  }
  return RowBlock(values, at: placement)
}

/// Rows of windows, and the same as plain images `[rows, channels, height, width]`.
struct WindowCase {
  let image = ImageSize(channels: 3, height: 7, width: 6)
  let rows: RowBlock<Tensor<Double>>
  let exampleOfRow: [Int32]

  init(_ generator: inout SplitMix64) {
    rows = randomWindows(5, image, &generator)
    exampleOfRow = (0..<5).map { _ in Int32.random(in: 0...1, using: &generator) }
  }

  var dense: Tensor<Double> { plain(rows) }
  /// The shape of what belongs to examples, channels last as windows take it.
  var grid: Shape { [2, image.height, image.width, image.channels] }

  func plain(_ rows: RowBlock<Tensor<Double>>) -> Tensor<Double> {
    Tensor.dense(rows, [image.channels, image.height, image.width])
  }

  /// What belongs to each row's example, laid out as plain images.
  func own(_ grids: Tensor<Double>) -> Tensor<Double> {
    grids.transposed([0, 3, 1, 2]).gathered(exampleOfRow, axis: 0)
  }

  func lines(_ generator: inout SplitMix64, lowerIntercept: Bool) -> Lines<Tensor<Double>> {
    Lines(
      lowerSlope: .random(grid, &generator),
      lowerIntercept: lowerIntercept ? .random(grid, &generator) : nil,
      upperSlope: .random(grid, &generator), upperIntercept: .random(grid, &generator))
  }
}

@Suite("Windows of rows")
struct WindowTests {
  @Test("A window has its elements at its place in the image", arguments: 0..<40)
  func windowsAreParts(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    let test = WindowCase(&generator)
    let place = try #require(test.rows.placement)
    let expected = Naive.tensor(test.dense.shape) { at -> Double in
      let (y, x) = (at[2] - Int(place.y[at[0]]), at[3] - Int(place.x[at[0]]))
      guard y >= 0, y < place.height, x >= 0, x < place.width else { return 0 }
      return test.rows.values[at[0], y, x, at[1]]
    }
    #expect(test.dense == expected)
    #expect(test.plain(Tensor.imageRows(test.dense, test.image)) == test.dense)
  }

  @Test("Windows pass back through a convolution as whole images do", arguments: 0..<120)
  func convolutionsAgree(seed: UInt64) {
    check(Float.self, seed)
    check(Double.self, seed)
  }

  private func check<S: TensorScalar>(_ type: S.Type, _ seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    var test = RandomConvolution(&generator)
    test.input.channels /= test.geometry.groups
    test.geometry.groups = 1
    let shape = test.outputShape
    let image = ImageSize(channels: test.outputs, height: shape[2], width: shape[3])
    let rows: RowBlock<Tensor<S>> = randomWindows(3, image, &generator)
    let kernel = Tensor<S>.random(test.kernelShape, &generator)
    let input = Shape([test.input.channels, test.input.height, test.input.width])
    let found = Tensor.throughConvolution(
      rows, kernel: kernel, taps: taps(kernel.transposed([1, 0, 2, 3])), bias: nil, test.geometry,
      input: test.input
    ).0
    let whole = Tensor.dense(rows, shape.dropping(1))
      .convolutionTranspose(kernel, test.geometry, input: test.input)
    let limit = slack(S.self, terms: test.terms)
    #expect(Tensor.dense(found, input).distance(to: whole) <= limit, "\(S.self) \(test)")
  }

  @Test("Values pass forward through a convolution as the transpose demands", arguments: 0..<80)
  func forwardIsAdjoint(seed: UInt64) throws {
    var generator = SplitMix64(seed: seed)
    var test = RandomConvolution(&generator)
    test.input.channels /= test.geometry.groups
    test.geometry.groups = 1
    let shape = test.outputShape
    let image = ImageSize(channels: test.outputs, height: shape[2], width: shape[3])
    let rows: RowBlock<Tensor<Double>> = randomWindows(3, image, &generator)
    let kernel = Tensor<Double>.random(test.kernelShape, &generator)
    let back = Tensor.throughConvolution(
      rows, kernel: kernel, taps: taps(kernel.transposed([1, 0, 2, 3])), bias: nil, test.geometry,
      input: test.input
    ).0
    let place = try #require(back.placement)
    // Outside of the image there is padding, which is zero.
    var values = Tensor<Double>.random(place.shape, &generator)
    let inside = RowBlock(values, at: place)
      .moved(to: Placement(covering: test.input, rows: 3))
    values = RowBlock(inside, at: Placement(covering: test.input, rows: 3)).moved(to: place)
    let forward = Tensor.forwardConvolution(
      RowBlock(values, at: place), to: try #require(rows.placement), kernel: kernel.shape,
      taps: taps(kernel), bias: nil, test.geometry)
    // Where a window reaches beyond the image its coefficient is zero and the value unspecified.
    let products = zip(rows.values.scalars, forward.scalars).map { $0 == 0 ? 0 : $0 * $1 }
    let difference = products.reduce(0, +) - back.values.dot(values)
    #expect(abs(difference) <= 1e-15 * Double(forward.count * test.terms), "\(test)")
  }

  @Test("Windows are relaxed as whole images are", arguments: 0..<40, [false, true])
  func relaxationsAgree(seed: UInt64, lowerIntercept: Bool) {
    var generator = SplitMix64(seed: seed)
    let test = WindowCase(&generator)
    let lines = test.lines(&generator, lowerIntercept: lowerIntercept)
    let (found, constant) = Tensor.relaxed(test.rows, lines, exampleOfRow: test.exampleOfRow)
    let (positive, negative) = (test.dense.positivePart(), test.dense.negativePart())
    let expected = positive * test.own(lines.lowerSlope) + negative * test.own(lines.upperSlope)
    var sums = negative * test.own(lines.upperIntercept)
    if let lower = lines.lowerIntercept { sums = sums + positive * test.own(lower) }
    #expect(test.plain(found).distance(to: expected) < 1e-15)
    #expect(constant.distance(to: sums.rowSums()) < 1e-12)
  }

  @Test(
    "Values pass forward through the lines that the rows chose", arguments: 0..<40, [false, true])
  func relaxedForwardIsAdjoint(seed: UInt64, lowerIntercept: Bool) {
    var generator = SplitMix64(seed: seed)
    let test = WindowCase(&generator)
    let lines = test.lines(&generator, lowerIntercept: lowerIntercept)
    let (back, constant) = Tensor.relaxed(test.rows, lines, exampleOfRow: test.exampleOfRow)
    let values = Tensor<Double>.random(test.rows.values.shape, &generator)
    let forward = Tensor.relaxedForward(test.rows, values, lines, exampleOfRow: test.exampleOfRow)
    let here = (test.rows.values * forward).rowSums()
    #expect(here.distance(to: (back.values * values).rowSums() + constant) < 1e-12)
  }

  @Test(
    "The minimum over a box is the value at the minimizer, and no point is below it",
    arguments: 0..<40)
  func minimaAreReached(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let test = WindowCase(&generator)
    let center = Tensor<Double>.random(test.grid, &generator)
    let radius = Tensor<Double>.random(test.grid, &generator).magnitude()
    let found = Tensor.minimum(
      test.rows, center: center, radius: radius, exampleOfRow: test.exampleOfRow)
    let (m, r) = (test.own(center), test.own(radius))
    #expect(
      found.distance(to: (test.dense * m - test.dense.magnitude() * r).rowSums()) < 1e-12)
    let point = Tensor.minimizer(
      test.rows, center: center, radius: radius, exampleOfRow: test.exampleOfRow)
    #expect(found.distance(to: (test.rows.values * point).rowSums()) < 1e-12)
    for _ in 0..<20 {
      let sample = m + r * Tensor<Double>.random(m.shape, &generator)
      let values = (test.dense * sample).rowSums()
      #expect(zip(found.scalars, values.scalars).allSatisfy { $0 <= $1 + 1e-12 })
    }
  }

  @Test("Sums, biases and factors of windows are those of whole images", arguments: 0..<40)
  func sumsAgree(seed: UInt64) {
    var generator = SplitMix64(seed: seed)
    let test = WindowCase(&generator)
    let other: RowBlock<Tensor<Double>> = randomWindows(5, test.image, &generator)
    #expect(
      test.plain(Tensor.sum(test.rows, other)).distance(to: test.dense + test.plain(other))
        < 1e-15)
    let channels = Tensor<Double>.random([3], &generator)
    let spread = channels.reshaped([3, 1, 1])
    #expect(
      Tensor.channelSum(test.rows, bias: channels)
        .distance(to: (test.dense * spread).rowSums()) < 1e-12)
    #expect(
      test.plain(Tensor.scaledByChannel(test.rows, channels)).distance(to: test.dense * spread)
        < 1e-15)
  }
}
