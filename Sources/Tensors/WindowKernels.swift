import CKernels

/// The fused steps of the backward pass over windows; `kernels.h` states what each computes.
public struct WindowKernels<Scalar: TensorScalar>: Sendable {
  /// An array that is read.
  public typealias Input = UnsafePointer<Scalar>
  /// An array that is written.
  public typealias Output = UnsafeMutablePointer<Scalar>
  /// The example or grid of each row.
  public typealias Indices = UnsafePointer<Int32>

  /// One backward step through lines.
  public let relax:
    @Sendable (
      Input?, surety_window, Input?, Input?, Indices?, Input?, Input?, Indices?, Output?, Output?
    ) -> Void
  /// Values carried forward through the lines that a row chose.
  public let relaxForward:
    @Sendable (
      Input?, Input?, surety_window, Input?, Input?, Indices?, Input?, Input?, Indices?, Output?
    ) -> Void
  /// The minimum of rows over boxes.
  public let concretize:
    @Sendable (Input?, surety_window, Input?, Input?, Indices?, Output?) -> Void
  /// Sizes of rows times a price for each element, taken off.
  public let charge: @Sendable (Input?, surety_window, Input?, Scalar, Indices?, Output?) -> Void
  /// Rows times a bias for each channel.
  public let channelDot: @Sendable (Input?, Int, Int, Int, Input?, Output?) -> Void
  /// The transpose of a convolution, window by window.
  public let transpose:
    @Sendable (
      Input?, surety_window, surety_convolution, surety_window, Input?, Int, Output?, Output?
    ) -> Void
  /// A convolution, window by window.
  public let convolve:
    @Sendable (
      Input?, surety_window, surety_convolution, surety_window, Input?, Int, Input?, Input?, Output?
    ) -> Void
  /// Sums of windows.
  public let add: @Sendable (Input?, surety_window, surety_window, Output?) -> Void
  /// Windows cut out of windows.
  public let copy: @Sendable (Input?, surety_window, surety_window, Output?) -> Void
  /// Windows cut out of whole grids.
  public let gather: @Sendable (Input?, Indices?, surety_window, Output?) -> Void
  /// The point at which each row is smallest.
  public let minimizer: @Sendable (Input?, surety_window, Input?, Input?, Indices?, Output?) -> Void
  /// A step on the lower slopes.
  public let ascend:
    @Sendable (
      Input?, Input?, surety_window, Input?, Indices?, Scalar, Scalar, Scalar, Scalar, Scalar,
      Scalar, Scalar, Scalar, Output?, Output?, Output?
    ) -> Void
}
