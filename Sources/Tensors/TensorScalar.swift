import CKernels
import COpenBLAS

/// A floating-point type that tensors can hold: `Float` or `Double`.
///
/// The requirements are whole-array kernels, so that generic code pays for dispatch once an operation and
/// never once an element.
public protocol TensorScalar: BinaryFloatingPoint, SIMDScalar, Sendable, Codable {
  /// Applies a unary operation to `count` elements.
  static func unary(
    _ operation: UnaryOperation, _ a: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>,
    _ count: Int)
  /// Applies a binary operation; a step of 0 repeats one element, a step of 1 walks the array.
  static func binary(
    _ operation: BinaryOperation, _ a: UnsafePointer<Self>, step aStep: Int,
    _ b: UnsafePointer<Self>,
    step bStep: Int, _ out: UnsafeMutablePointer<Self>, _ count: Int)
  /// Computes `a * scale + shift`.
  static func affine(
    _ a: UnsafePointer<Self>, scale: Self, shift: Self, _ out: UnsafeMutablePointer<Self>,
    _ count: Int)
  /// Where the lines of ReLUs are written.
  typealias RectifierLines = (
    lowerSlope: UnsafeMutablePointer<Self>, upperSlope: UnsafeMutablePointer<Self>,
    upperIntercept: UnsafeMutablePointer<Self>
  )
  /// Writes lines that enclose `max(x, 0)` over `count` intervals, their rounding accounted for.
  static func rectifierLines(
    _ lower: UnsafePointer<Self>, _ upper: UnsafePointer<Self>, _ count: Int,
    _ lines: RectifierLines
  )
  /// Whether no number is NaN or infinite.
  static func areFinite(_ a: UnsafePointer<Self>, _ count: Int) -> Bool
  /// Reduces the middle axis of an `outer x count x inner` array.
  static func reduce(
    _ reduction: Reduction, _ a: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>, outer: Int,
    count: Int, inner: Int)
  /// Computes `c = alpha * op(a) op(b) + beta * c` for row-major matrices, on the calling thread.
  static func gemm(
    transposeA: Bool, transposeB: Bool, m: Int, n: Int, k: Int, alpha: Self, a: UnsafePointer<Self>,
    lda: Int, b: UnsafePointer<Self>, ldb: Int, beta: Self, c: UnsafeMutablePointer<Self>, ldc: Int)
  /// Swaps the two axes of each of some matrices.
  static func swapAxes(
    _ a: UnsafePointer<Self>, _ out: UnsafeMutablePointer<Self>, matrices: Int, rows: Int,
    columns: Int)
  /// Writes an image with channels last into a wider image.
  static func interleave(
    _ image: UnsafePointer<Self>, _ size: ImageSize, _ out: UnsafeMutablePointer<Self>, width: Int)
  /// Spreads an image into the columns of a convolution.
  static func imageToColumns(
    _ image: UnsafePointer<Self>, _ size: ImageSize, _ geometry: surety_convolution,
    _ output: ImageSize, _ columns: UnsafeMutablePointer<Self>)
  /// Adds the columns of a convolution back into an image.
  static func columnsToImage(
    _ columns: UnsafePointer<Self>, _ size: ImageSize, _ geometry: surety_convolution,
    _ output: ImageSize, _ image: UnsafeMutablePointer<Self>)
  /// The fused steps of the backward pass.
  static var windowKernels: WindowKernels<Self> { get }
  /// The steps that round outward.
  static var outwardKernels: OutwardKernels<Self> { get }
  /// The steps over blocks of examples and over channels.
  static var laneKernels: LaneKernels<Self> { get }
  /// The steps of transformers in training.
  static var tokenKernels: TokenKernels<Self> { get }
}

/// Channels, height and width of an image or feature map.
public struct ImageSize: Hashable, Sendable {
  /// The number of channels.
  public var channels: Int
  /// The number of rows.
  public var height: Int
  /// The number of columns.
  public var width: Int

  /// Creates a size.
  public init(channels: Int, height: Int, width: Int) {
    self.channels = channels
    self.height = height
    self.width = width
  }

  /// The number of elements.
  public var count: Int { channels * height * width }
}

/// An operation on one array of elements.
public enum UnaryOperation: Int32, Sendable, CaseIterable {
  case negate, magnitude, positivePart, negativePart, reciprocal, square, squareRoot, exp, log, tanh
  case sigmoid, sine, cosine, sign, floor, erf
}

/// An operation on two arrays of elements; comparisons give 1 or 0.
public enum BinaryOperation: Int32, Sendable, CaseIterable {
  case add, subtract, multiply, divide, maximum, minimum, equal, less, power
  /// `(x + y) / 2`.
  case mean
  /// `(x - y) / 2`.
  case halfDifference
}

/// A way to collapse an axis.
public enum Reduction: Sendable { case sum, maximum, minimum }
