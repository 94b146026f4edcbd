/// The arithmetic of whole tensors: what a number system must supply, and all that it must.
///
/// Algorithms are written over `TensorAlgebra`, which adds steps that have definitions in this arithmetic, and bounds over
/// `BackwardAlgebra`, which adds more of them. So a new number system begins here, with some seventeen requirements; what
/// it overrides beyond them is for speed.
///
/// Binary operations broadcast by NumPy's rule. Operands that do not fit are a programming error: shapes
/// are checked when a network is built.
public protocol TensorArithmetic: Sendable {
  /// The extents, outermost first.
  var shape: Shape { get }
  /// The bytes of one element.
  static var scalarSize: Int { get }

  /// Embeds plain numbers, rounding to nearest where the type is narrower.
  init(_ values: Tensor<Double>)
  /// The plain numbers nearest to the value, for decisions and reports; bounds are read by `valuesBelow` and `valuesAbove`.
  var values: Tensor<Double> { get }

  /// Applies an operation to every element.
  func applying(_ operation: UnaryOperation) -> Self
  /// Combines two tensors element by element, broadcasting.
  func combined(_ operation: BinaryOperation, _ other: Self) -> Self
  /// Multiplies every element by a number and adds another.
  func scaled(by scale: Double, adding shift: Double) -> Self

  /// Collapses one axis to extent 1.
  func reduced(_ reduction: Reduction, axis: Int) -> Self

  /// The matrix product over the last two axes; leading axes broadcast.
  func product(_ other: Self, transposingLeft: Bool, transposingRight: Bool) -> Self
  /// The convolution of images `[n, ci, h, w]` with kernels `[co, ci / groups, kh, kw]`, plus a bias
  /// `[co]` if there is one.
  ///
  /// - Parameter taps: The kernels as `[taps, ci, co padded with zeros to a multiple of 16]`, asked for only
  ///   where that is the faster form and there is one group.
  func convolution(
    _ kernel: Self, taps: @autoclosure () -> Self, bias: Self?, _ geometry: ConvolutionGeometry
  ) -> Self
  /// The transpose of `convolution`: maps `[n, co, oh, ow]` back to images of the given size.
  func convolutionTranspose(_ kernel: Self, _ geometry: ConvolutionGeometry, input: ImageSize)
    -> Self
  /// The same elements in another shape.
  func reshaped(_ shape: Shape) -> Self
  /// Reorders the axes; axis `i` of the result is axis `permutation[i]` of this tensor.
  func transposed(_ permutation: [Int]) -> Self
  /// Repeats axes of extent 1 up to a shape.
  func broadcast(to shape: Shape) -> Self
  /// Picks entries along an axis, in order, repeats allowed; index -1 gives zeros.
  func gathered(_ indices: [Int32], axis: Int) -> Self
  /// The transpose of `gathered`: adds each entry to the place it came from, in an axis of `extent`.
  func scattered(_ indices: [Int32], axis: Int, extent: Int) -> Self
  /// Joins tensors along an axis.
  static func concatenated(_ parts: [Self], axis: Int) -> Self
}

extension TensorArithmetic {
  /// A tensor with every element the same.
  public static func full(_ value: Double, _ shape: Shape) -> Self {
    Self(Tensor<Double>(repeating: value, shape))
  }

  /// The sum, broadcasting.
  public static func + (a: Self, b: Self) -> Self { a.combined(.add, b) }
  /// The difference, broadcasting.
  public static func - (a: Self, b: Self) -> Self { a.combined(.subtract, b) }
  /// The elementwise product, broadcasting.
  public static func * (a: Self, b: Self) -> Self { a.combined(.multiply, b) }
  /// The elementwise quotient, broadcasting.
  public static func / (a: Self, b: Self) -> Self { a.combined(.divide, b) }
  /// The negation.
  public static prefix func - (a: Self) -> Self { a.applying(.negate) }
  /// Every element times a number.
  public static func * (a: Self, scale: Double) -> Self { a.scaled(by: scale, adding: 0) }
  /// Every element plus a number.
  public static func + (a: Self, shift: Double) -> Self { a.scaled(by: 1, adding: shift) }

  /// The larger of two, element by element.
  public func maximum(_ other: Self) -> Self { combined(.maximum, other) }
  /// The smaller of two, element by element.
  public func minimum(_ other: Self) -> Self { combined(.minimum, other) }
  /// The absolute values.
  public func magnitude() -> Self { applying(.magnitude) }
  /// `max(x, 0)`.
  public func positivePart() -> Self { applying(.positivePart) }
  /// `min(x, 0)`.
  public func negativePart() -> Self { applying(.negativePart) }

  /// The matrix product over the last two axes; leading axes broadcast.
  public func product(_ other: Self) -> Self {
    product(other, transposingLeft: false, transposingRight: false)
  }

  /// Collapses several axes; they stay as extent 1 unless `keepingAxes` is false.
  public func reduced(_ reduction: Reduction, axes: [Int], keepingAxes: Bool = true) -> Self {
    var result = self
    for axis in axes { result = result.reduced(reduction, axis: axis) }
    guard !keepingAxes else { return result }
    let kept = result.shape.dimensions.indices.filter { !axes.contains($0) }
    return result.reshaped(Shape(kept.map { result.shape[$0] }))
  }

  /// The part of one axis within a range.
  public func sliced(_ range: Range<Int>, axis: Int) -> Self {
    gathered(range.map(Int32.init), axis: axis)
  }

  /// Kernels `[kh, kw, sources, targets]` as `[taps, sources, targets padded with zeros to 16]`, the form in
  /// which convolutions with few channels take them.
  public func asTaps() -> Self {
    let padded = (shape[3] + 15) / 16 * 16
    let indices = (0..<Int32(padded)).map { $0 < shape[3] ? $0 : -1 }
    return reshaped([shape[0] * shape[1], shape[2], shape[3]]).gathered(indices, axis: 2)
  }
}
