/// The fused steps of a backward pass, each with a definition in terms of plain tensor operations.
///
/// A number system overrides a step where its hardware rewards that; the definitions here say what every
/// override must compute.
public protocol BackwardAlgebra: TensorAlgebra {
  /// Whether rows of image nodes are kept as windows, and their lines with channels last.
  static var usesWindows: Bool { get }
  /// The largest height and width of a kernel that `throughConvolution` takes.
  static var largestWindowKernel: Int { get }
  /// How many examples are kept side by side. Above 1, rows are ordered function after function, those of
  /// each function example after example, filled up with copies of the last to a multiple of this.
  static var exampleBlock: Int { get }
  /// Passes rows back through an activation enclosed by lines.
  ///
  /// - Returns: The rows before the activation, and what the intercepts add to each row's constant.
  /// - Soundness: With lower lines for coefficients `>= 0` and upper lines for the others, the new function
  ///   is at most the old one wherever the lines enclose the activation.
  static func relaxed(_ rows: RowBlock<Self>, _ lines: Lines<Self>, exampleOfRow: [Int32]) -> (
    RowBlock<Self>, constant: Self
  )
  /// The transposed derivative of `relaxed` for dense rows, applied to rows of its two results.
  ///
  /// - Parameters:
  ///   - rows: The dense rows that were passed through.
  ///   - byResult: Of the shape of the rows.
  ///   - byConstant: `[rows]`.
  ///   - needsLower: Whether the derivatives by the lower lines are asked for; else they are nil.
  static func relaxedGradient(
    _ rows: Self, _ lines: Lines<Self>, exampleOfRow: [Int32], byResult: Self, byConstant: Self,
    needsLower: Bool
  ) -> RelaxedGradient<Self>
  /// Passes rows back through a convolution with one group: the transpose of `convolution`.
  ///
  /// - Parameters:
  ///   - kernel: The kernels, `[outputs, inputs, height, width]`.
  ///   - taps: The same as `[taps, outputs, inputs]`, inputs padded with zeros to a multiple of 16.
  ///   - bias: The bias of each output channel; nil for none.
  /// - Returns: The rows before the convolution, and what the bias adds to each row's constant.
  static func throughConvolution(
    _ rows: RowBlock<Self>, kernel: Self, taps: @autoclosure () -> Self, bias: Self?,
    _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> (RowBlock<Self>, constant: Self?)
  /// The convolution of each image, its bias times a factor of the image's own.
  ///
  /// - Parameter factors: `[images]`.
  func convolution(
    _ kernel: Self, bias: Self, scaledBy factors: Self, _ geometry: ConvolutionGeometry
  ) -> Self
  /// The smallest value of each row over its example's box, without the row's constant.
  ///
  /// - Soundness: `sum a * center - |a| * radius` is at most the row's value at every point of the box, up
  ///   to rounding.
  static func minimum(_ rows: RowBlock<Self>, center: Self, radius: Self, exampleOfRow: [Int32])
    -> Self
  /// The transposed derivative of `minimum` by dense rows, applied to rows of its result.
  static func minimumGradient(
    _ rows: Self, center: Self, radius: Self, exampleOfRow: [Int32], byResult: Self
  ) -> Self
  /// What rows pay for rounding: minus the price's floor, less its scale times the sum of the sizes of their coefficients, each
  /// times the size of its element.
  ///
  /// - Returns: `[rows]`.
  static func charge(_ rows: RowBlock<Self>, _ price: RowPrice<Self>, exampleOfRow: [Int32]) -> Self
  /// The ends of intervals given by middles and half widths, each `[examples] + shape`, moved outward.
  ///
  /// - Parameter floors: How far, `[1] + shape` or a single number.
  static func outwardEnds(center: Self, radius: Self, floors: Self) -> OutwardEnds<Self>
  /// The ends of intervals, each `[examples] + shape`, moved outward.
  static func widened(
    lower: Self, upper: Self, by outset: Outset<Self>
  ) -> (lower: Self, upper: Self)
  /// The larger sizes of both ends and a least one.
  static func magnitudes(lower: Self, upper: Self, atLeast least: Double) -> Self
  /// For each channel of a convolution its factor times the Euclidean norm of what the convolution reads at each place: of the larger sizes of
  /// both ends, or a least one, over all channels in the window.
  ///
  /// - Parameters:
  ///   - lower: `[images, channels, height, width]`.
  ///   - factors: `[outputs]`.
  ///   - geometry: Of one group.
  /// - Returns: `[images, outputs, height, width]`, up to rounding; nil where the number system has no way that is faster than a convolution.
  static func patchSizes(
    lower: Self, upper: Self, atLeast least: Double, factors: Self,
    kernel: (height: Int, width: Int), _ geometry: ConvolutionGeometry
  ) -> Self?
  /// The largest size of an end of each example's intervals, `[examples]`.
  static func largestSizes(lower: Self, upper: Self) -> Self
  /// The sum of two tensors of one shape, rounded down.
  ///
  /// - Soundness: No element is above the exact sum, in a number system that accounts for rounding.
  func addingBelow(_ other: Self) -> Self
  /// The sum over channels and pixels of each coefficient times its channel's bias.
  static func channelSum(_ rows: RowBlock<Self>, bias: Self) -> Self
  /// The sum of two blocks of the same rows.
  static func sum(_ a: RowBlock<Self>, _ b: RowBlock<Self>) -> RowBlock<Self>
  /// Multiplies the coefficients of each channel by a factor.
  static func scaledByChannel(_ rows: RowBlock<Self>, _ factor: Self) -> RowBlock<Self>
  /// The rows as `[rows] + shape`.
  static func dense(_ rows: RowBlock<Self>, _ shape: Shape) -> Self
  /// Dense rows of an image node in the form that the other steps take.
  static func imageRows(_ dense: Self, _ image: ImageSize) -> RowBlock<Self>
}

extension BackwardAlgebra {
  public static var usesWindows: Bool { false }
  public static var largestWindowKernel: Int { .max }

  public static var exampleBlock: Int { 1 }

  public static func relaxed(_ rows: RowBlock<Self>, _ lines: Lines<Self>, exampleOfRow: [Int32])
    -> (
      RowBlock<Self>, constant: Self
    )
  {
    relaxedByDefinition(rows, lines, exampleOfRow: exampleOfRow)
  }

  /// `relaxed` in plain operations.
  public static func relaxedByDefinition(
    _ rows: RowBlock<Self>, _ lines: Lines<Self>, exampleOfRow: [Int32]
  ) -> (RowBlock<Self>, constant: Self) {
    func own(_ lines: Self, _ perRow: Bool) -> Self {
      perRow ? lines : lines.gathered(exampleOfRow, axis: 0)
    }
    let (positive, negative) = (rows.values.positivePart(), rows.values.negativePart())
    let values =
      positive * own(lines.lowerSlope, lines.lowerIsPerRow) + negative
      * own(lines.upperSlope, false)
    var constant = negative * own(lines.upperIntercept, false)
    if let lower = lines.lowerIntercept {
      constant = constant + positive * own(lower, lines.lowerIsPerRow)
    }
    return (RowBlock(dense: values), constant.rowSums())
  }

  public static func relaxedGradient(
    _ rows: Self, _ lines: Lines<Self>, exampleOfRow: [Int32], byResult: Self, byConstant: Self,
    needsLower: Bool
  ) -> RelaxedGradient<Self> {
    precondition(!lines.lowerIsPerRow, "Lines of rows' own carry no derivative")
    let examples = lines.upperSlope.shape[0]
    func own(_ lines: Self) -> Self { lines.gathered(exampleOfRow, axis: 0).reshaped(rows.shape) }
    func total(_ rows: Self, _ lines: Self) -> Self {
      rows.scattered(exampleOfRow, axis: 0, extent: examples).reshaped(lines.shape)
    }
    let constant = byConstant.reshaped(
      Shape([rows.shape[0]] + [Int](repeating: 1, count: rows.shape.rank - 1)))
    let (positive, negative) = (rows.positivePart(), rows.negativePart())
    var above = byResult * own(lines.lowerSlope)
    if let lower = lines.lowerIntercept { above = above + constant * own(lower) }
    let below = byResult * own(lines.upperSlope) + constant * own(lines.upperIntercept)
    return RelaxedGradient(
      rows: above.masked(by: rows) + below.masked(by: -rows),
      lowerSlope: needsLower ? total(positive * byResult, lines.lowerSlope) : nil,
      lowerIntercept: needsLower ? total(positive * constant, lines.lowerSlope) : nil,
      upperSlope: total(negative * byResult, lines.upperSlope),
      upperIntercept: total(negative * constant, lines.upperIntercept))
  }

  public static func throughConvolution(
    _ rows: RowBlock<Self>, kernel: Self, taps: @autoclosure () -> Self, bias: Self?,
    _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> (RowBlock<Self>, constant: Self?) {
    let shape = rows.values.shape
    let merged = rows.values.reshaped(Shape([shape[0] * shape[1]] + shape.dropping(2).dimensions))
    let result = RowBlock(
      dense: merged.convolutionTranspose(kernel, geometry, input: input)
        .reshaped([shape[0], shape[1], input.channels, input.height, input.width]))
    return (result, bias.map { channelSum(rows, bias: $0) })
  }

  public func convolution(
    _ kernel: Self, bias: Self, scaledBy factors: Self, _ geometry: ConvolutionGeometry
  ) -> Self {
    let plain = convolution(
      kernel, taps: kernel.transposed([2, 3, 1, 0]).asTaps(), bias: nil, geometry)
    return plain + factors.reshaped([shape[0], 1, 1, 1]) * bias.reshaped([bias.shape.count, 1, 1])
  }

  public static func minimum(
    _ rows: RowBlock<Self>, center: Self, radius: Self, exampleOfRow: [Int32]
  ) -> Self {
    minimumByDefinition(rows, center: center, radius: radius, exampleOfRow: exampleOfRow)
  }

  /// `minimum` in plain operations.
  public static func minimumByDefinition(
    _ rows: RowBlock<Self>, center: Self, radius: Self, exampleOfRow: [Int32]
  ) -> Self {
    let (m, r) = (center.gathered(exampleOfRow, axis: 0), radius.gathered(exampleOfRow, axis: 0))
    return (rows.values * m - rows.values.magnitude() * r).rowSums()
  }

  public static func minimumGradient(
    _ rows: Self, center: Self, radius: Self, exampleOfRow: [Int32], byResult: Self
  ) -> Self {
    let own = { (side: Self) in side.gathered(exampleOfRow, axis: 0).reshaped(rows.shape) }
    let slope = own(center) - rows.applying(.sign) * own(radius)
    return slope
      * byResult.reshaped(
        Shape([rows.shape[0]] + [Int](repeating: 1, count: rows.shape.rank - 1)))
  }

  public static func charge(
    _ rows: RowBlock<Self>, _ price: RowPrice<Self>, exampleOfRow: [Int32]
  ) -> Self {
    let floor = full(-price.floor, [rows.count])
    guard let sizes = price.sizes else { return floor }
    return (rows.values.magnitude() * sizes.gathered(exampleOfRow, axis: 0)).rowSums()
      .scaled(by: -price.scale, adding: 0) + floor
  }

  public static func outwardEnds(
    center: Self, radius: Self, floors: Self
  ) -> OutwardEnds<Self> {
    let reach = radius + floors
    let (lower, upper) = (center - reach, center + reach)
    return OutwardEnds(
      lower: lower, upper: upper, largest: largestSizes(lower: lower, upper: upper))
  }

  public static func widened(
    lower: Self, upper: Self, by outset: Outset<Self>
  ) -> (lower: Self, upper: Self) {
    (lower - outset.whole, upper + outset.whole)
  }

  public static func magnitudes(lower: Self, upper: Self, atLeast least: Double) -> Self {
    lower.magnitude().maximum(upper.magnitude()).maximum(full(least, [1]))
  }

  public static func patchSizes(
    lower: Self, upper: Self, atLeast least: Double, factors: Self,
    kernel: (height: Int, width: Int), _ geometry: ConvolutionGeometry
  ) -> Self? { nil }

  public static func largestSizes(lower: Self, upper: Self) -> Self {
    let sizes = lower.magnitude().maximum(upper.magnitude())
    let examples = sizes.shape[0]
    return sizes.reshaped([examples, sizes.shape.count / max(1, examples)])
      .reduced(.maximum, axis: 1).reshaped([examples])
  }

  public func addingBelow(_ other: Self) -> Self { self + other }

  public static func channelSum(_ rows: RowBlock<Self>, bias: Self) -> Self {
    (rows.values * bias.reshaped([bias.shape.count, 1, 1])).rowSums()
  }

  public static func sum(_ a: RowBlock<Self>, _ b: RowBlock<Self>) -> RowBlock<Self> {
    RowBlock(dense: a.values + b.values)
  }

  public static func scaledByChannel(_ rows: RowBlock<Self>, _ factor: Self) -> RowBlock<Self> {
    RowBlock(dense: rows.values * factor.reshaped([factor.shape.count, 1, 1]))
  }

  public static func dense(_ rows: RowBlock<Self>, _ shape: Shape) -> Self {
    rows.values.reshaped(Shape([rows.count] + shape.dimensions))
  }

  public static func imageRows(_ dense: Self, _ image: ImageSize) -> RowBlock<Self> {
    RowBlock(dense: dense)
  }

  /// The sum of each row over all axes but the first, of shape `[rows]`.
  public func rowSums() -> Self {
    let rows = shape[0]
    return reshaped([rows, shape.count / max(1, rows)]).reduced(.sum, axis: 1).reshaped([rows])
  }
}

/// The derivatives of `BackwardAlgebra.relaxed` by what went into it.
public struct RelaxedGradient<T: TensorAlgebra>: Sendable {
  /// By the rows.
  public var rows: T
  /// By the lower slopes.
  public var lowerSlope: T?
  /// By the lower intercepts.
  public var lowerIntercept: T?
  /// By the upper slopes.
  public var upperSlope: T
  /// By the upper intercepts.
  public var upperIntercept: T
}
