/// The fused steps of a backward pass, each with a definition in terms of plain tensor operations.
///
/// A number system overrides a step where its hardware rewards that; the definitions here say what every
/// override must compute.
public protocol BackwardAlgebra: TensorAlgebra {
  /// Whether rows of image nodes are kept as windows, and their lines with channels last.
  static var usesWindows: Bool { get }
  /// The largest height and width of a kernel that `throughConvolution` takes.
  static var largestWindowKernel: Int { get }
  /// Passes rows back through an activation enclosed by lines.
  ///
  /// - Returns: The rows before the activation, and what the intercepts add to each row's constant.
  /// - Soundness: With lower lines for coefficients `>= 0` and upper lines for the others, the new function
  ///   is at most the old one wherever the lines enclose the activation.
  static func relaxed(_ rows: RowBlock<Self>, _ lines: Lines<Self>, owners: [Int32]) -> (
    RowBlock<Self>, constant: Self
  )
  /// Passes rows back through a convolution with one group: the transpose of `convolution`.
  ///
  /// - Parameters:
  ///   - kernel: The kernels, `[outputs, inputs, height, width]`.
  ///   - taps: The same as `[taps, outputs, inputs]`, inputs padded with zeros to a multiple of 16.
  static func throughConvolution(
    _ rows: RowBlock<Self>, kernel: Self, taps: Self, _ geometry: ConvolutionGeometry,
    input: ImageSize
  ) -> RowBlock<Self>
  /// The smallest value of each row over its example's box, without the row's constant.
  ///
  /// - Soundness: `sum a * center - |a| * radius` is at most the row's value at every point of the box, up
  ///   to rounding.
  static func minimum(_ rows: RowBlock<Self>, center: Self, radius: Self, owners: [Int32]) -> Self
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

  public static func relaxed(_ rows: RowBlock<Self>, _ lines: Lines<Self>, owners: [Int32]) -> (
    RowBlock<Self>, constant: Self
  ) {
    func own(_ lines: Self, _ perRow: Bool) -> Self {
      perRow ? lines : lines.gathered(owners, axis: 0)
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

  public static func throughConvolution(
    _ rows: RowBlock<Self>, kernel: Self, taps: Self, _ geometry: ConvolutionGeometry,
    input: ImageSize
  ) -> RowBlock<Self> {
    let shape = rows.values.shape
    let merged = rows.values.reshaped(Shape([shape[0] * shape[1]] + shape.dropping(2).dimensions))
    return RowBlock(
      dense: merged.convolutionTranspose(kernel, geometry, input: input)
        .reshaped([shape[0], shape[1], input.channels, input.height, input.width]))
  }

  public static func minimum(
    _ rows: RowBlock<Self>, center: Self, radius: Self, owners: [Int32]
  ) -> Self {
    let (m, r) = (center.gathered(owners, axis: 0), radius.gathered(owners, axis: 0))
    return (rows.values * m - rows.values.magnitude() * r).rowSums()
  }

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
