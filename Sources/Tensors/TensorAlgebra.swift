/// The arithmetic that networks and bounds are written in.
///
/// An algorithm over `TensorAlgebra` is written once; the conforming type says what its arithmetic means:
/// plain numbers, numbers that remember how to differentiate, numbers that carry their rounding error.
/// Dispatch happens once for each whole-tensor operation.
///
/// Every step here has a definition in `TensorArithmetic`; a number system overrides one where a pass over memory can
/// replace several.
public protocol TensorAlgebra: TensorArithmetic {
  /// Plain numbers that are at most the value: how a lower bound is read.
  var valuesBelow: Tensor<Double> { get }
  /// Plain numbers that are at least the value: how an upper bound is read.
  var valuesAbove: Tensor<Double> { get }

  /// Whether bounds in this number system account for the rounding of its arithmetic.
  static var chargesRounding: Bool { get }
  /// Lines that enclose `max(x, 0)` over intervals, shaped as the ends are; nil where rounding is not accounted for.
  ///
  /// - Soundness: The lines are below and above the function for every number between the ends, exactly.
  static func chargedRectifierLines(lower: Self, upper: Self) -> Lines<Self>?

  /// The sum of two intervals of one shape, or their difference, rounded outward where rounding is accounted for.
  static func outwardSum(
    _ a: (lower: Self, upper: Self), _ b: (lower: Self, upper: Self), isDifference: Bool
  ) -> (lower: Self, upper: Self)

  /// Whether intervals stay middles and half widths from one affine operation to the next, which saves passes
  /// over memory; otherwise they are turned into ends at once, which rounds less.
  static var keepsMiddles: Bool { get }

  /// The derivative of `sum(rows * convolution(kernel))` by the kernel, where these are the images.
  ///
  /// - Parameters:
  ///   - rows: A number for each output of the convolution, `[n, co, oh, ow]`.
  ///   - kernel: The kernel's shape, `[co, ci / groups, kh, kw]`, which is the result's.
  func convolutionKernelGradient(_ rows: Self, kernel: Shape, _ geometry: ConvolutionGeometry)
    -> Self

  /// Attention in several heads: `softmax(scale q k^T + mask) v`, tensors of `[examples, tokens, heads * width]`.
  static func attention(_ queries: Self, _ keys: Self, _ values: Self, _ form: AttentionForm)
    -> Self
  /// The transposed derivative of `attention` applied to rows of its result.
  static func attentionGradient(
    _ queries: Self, _ keys: Self, _ values: Self, _ form: AttentionForm, rows: Self
  ) -> (queries: Self, keys: Self, values: Self)
  /// Features of tokens, the last axis, each turned with the one half a head away: by the cosine of its place and by the sine, of which
  /// those of a head's first half are negative.
  ///
  /// - Parameters:
  ///   - cosines: The cosines, `[tokens, heads * width]`, as the last two axes are.
  ///   - isTransposed: Whether to apply the transposed map.
  func turned(cosines: Self, sines: Self, heads: Int, isTransposed: Bool) -> Self
  /// The inverse of a square matrix whose symmetric part is positive definite.
  func inverse() -> Self
  /// `x (1 + erf(x / sqrt(2))) / 2` of every element.
  func gelu() -> Self
  /// The same and its slope, for training: single precision may be off by 1e-6.
  func geluWithSlope() -> (value: Self, slope: Self)

  /// Every element times its channel's factor, plus its channel's shift, plus another tensor.
  func channelScaled(_ scale: Self, adding shift: Self?, and addend: Self?, axis: Int) -> Self
  /// The positive part of every element times its channel's factor, plus its channel's shift.
  func channelRectified(_ scale: Self, adding shift: Self?, axis: Int) -> Self
  /// The transposed derivative of `channelRectified` applied to rows of its result.
  func channelRectifiedGradient(_ rows: Self, _ scale: Self, adding shift: Self?, axis: Int) -> (
    elements: Self, scale: Self, shift: Self
  )
  /// For each channel the sum of the elements and of their products with another tensor's.
  func channelSums(_ other: Self, axis: Int) -> (dots: Self, sums: Self)
  /// The mean and the biased variance of each channel.
  func channelMoments(axis: Int) -> ChannelMoments<Self>
  /// The image of an interval under `max(x, 0)`, and sums over the interval.
  static func rectified(_ interval: ScaledInterval<Self>) -> RectifiedInterval<Self>
  /// The transposed derivative of `rectified` applied to rows of its image and of its sums.
  static func rectifiedGradient(
    _ interval: ScaledInterval<Self>, center: Self, radius: Self, sums: Self
  ) -> ScaledIntervalGradient<Self>
  /// Middles and half widths of intervals; with `rectified` of their images under `max(x, 0)`.
  ///
  /// - Parameters:
  ///   - reach: What part of the larger size of both ends, or of a least size, half widths are increased by.
  static func middles(
    lower: Self, upper: Self, rectified: Bool, reach: Double, atLeast least: Double
  ) -> (center: Self, radius: Self)
  /// The elements where a mask is positive, 0 elsewhere.
  func masked(by mask: Self) -> Self
}

extension TensorAlgebra {
  public static func middles(
    lower: Self, upper: Self, rectified: Bool, reach: Double, atLeast least: Double
  ) -> (center: Self, radius: Self) {
    let (low, high) = rectified ? (lower.positivePart(), upper.positivePart()) : (lower, upper)
    let (center, radius) = (low.combined(.mean, high), high.combined(.halfDifference, low))
    guard reach > 0 else { return (center, radius) }
    let sizes = low.magnitude().maximum(high.magnitude()).maximum(full(least, [1]))
    return (center, radius + sizes * reach)
  }

  /// The values themselves, which doubles hold exactly; a number system with more digits rounds down.
  public var valuesBelow: Tensor<Double> { values }
  /// The values themselves, which doubles hold exactly; a number system with more digits rounds up.
  public var valuesAbove: Tensor<Double> { values }

  public static var chargesRounding: Bool { false }

  public static func outwardSum(
    _ a: (lower: Self, upper: Self), _ b: (lower: Self, upper: Self), isDifference: Bool
  ) -> (lower: Self, upper: Self) {
    isDifference
      ? (a.lower - b.upper, a.upper - b.lower) : (a.lower + b.lower, a.upper + b.upper)
  }

  public static func chargedRectifierLines(lower: Self, upper: Self) -> Lines<Self>? { nil }

  public static var keepsMiddles: Bool { false }

  public static func attention(
    _ queries: Self, _ keys: Self, _ values: Self, _ form: AttentionForm
  ) -> Self { attentionByDefinition(queries, keys, values, form) }

  public static func attentionGradient(
    _ queries: Self, _ keys: Self, _ values: Self, _ form: AttentionForm, rows: Self
  ) -> (queries: Self, keys: Self, values: Self) {
    attentionGradientByDefinition(queries, keys, values, form, rows: rows)
  }

  public func turned(cosines: Self, sines: Self, heads: Int, isTransposed: Bool) -> Self {
    let size = shape[-1] / heads
    let places = (0..<shape[-1]).map { Int32($0 - $0 % size + ($0 % size + size / 2) % size) }
    func swapped(_ x: Self) -> Self { x.gathered(places, axis: x.shape.rank - 1) }
    return isTransposed
      ? self * cosines + swapped(self * sines) : self * cosines + swapped(self) * sines
  }

  public func gelu() -> Self {
    self * (self * 0.5.squareRoot()).applying(.erf).scaled(by: 0.5, adding: 0.5)
  }

  public func geluWithSlope() -> (value: Self, slope: Self) {
    let share = (self * 0.5.squareRoot()).applying(.erf).scaled(by: 0.5, adding: 0.5)
    let bell = (applying(.square) * -0.5).applying(.exp) * (2 / Double.pi).squareRoot()
    return (self * share, share + self * bell * 0.5)
  }

  public func convolutionKernelGradient(
    _ rows: Self, kernel: Shape, _ geometry: ConvolutionGeometry
  ) -> Self {
    convolutionKernelGradientByDefinition(rows, kernel: kernel, geometry)
  }

  /// `convolutionKernelGradient` in plain operations: for each tap of the kernel, the product of the rows with the part of
  /// the images that the tap reads.
  public func convolutionKernelGradientByDefinition(
    _ rows: Self, kernel: Shape, _ geometry: ConvolutionGeometry
  ) -> Self {
    let (n, height, width) = (shape[0], rows.shape[2], rows.shape[3])
    let (groups, outputs, inputs) = (geometry.groups, kernel[0] / geometry.groups, kernel[1])
    let count = n * height * width
    let rows = rows.transposed([1, 0, 2, 3]).reshaped([groups, outputs, count])
    let taps = (0..<kernel[2] * kernel[3]).map { tap -> Self in
      let (y, x) = (tap / kernel[3], tap % kernel[3])
      let read = gathered(
        geometry.places(readBy: y, axis: 0, outputs: height, of: shape[2]), axis: 2
      )
      .gathered(geometry.places(readBy: x, axis: 1, outputs: width, of: shape[3]), axis: 3)
      .transposed([1, 0, 2, 3]).reshaped([groups, inputs, count])
      return rows.product(read, transposingLeft: false, transposingRight: true)
        .reshaped([kernel[0], inputs, 1])
    }
    return Self.concatenated(taps, axis: 2).reshaped(kernel)
  }
}
