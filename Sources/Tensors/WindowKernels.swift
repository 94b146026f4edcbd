import CKernels

/// The fused steps of the backward pass over windows; `kernels.h` states what each computes.
public struct WindowKernels<Scalar: TensorScalar>: Sendable {
  public typealias Input = UnsafePointer<Scalar>
  public typealias Output = UnsafeMutablePointer<Scalar>
  public typealias Indices = UnsafePointer<Int32>

  public let relax:
    @Sendable (
      Input?, surety_window, Input?, Input?, Indices?, Input?, Input?, Indices?, Output?, Output?
    ) -> Void
  public let relaxForward:
    @Sendable (
      Input?, Input?, surety_window, Input?, Input?, Indices?, Input?, Input?, Indices?, Output?
    ) -> Void
  public let concretize:
    @Sendable (Input?, surety_window, Input?, Input?, Indices?, Output?) -> Void
  public let channelDot: @Sendable (Input?, Int, Int, Int, Input?, Output?) -> Void
  public let transpose:
    @Sendable (
      Input?, surety_window, surety_convolution, surety_window, Input?, Int, Output?, Output?
    ) -> Void
  public let convolve:
    @Sendable (
      Input?, surety_window, surety_convolution, surety_window, Input?, Int, Input?, Input?, Output?
    ) -> Void
  public let add: @Sendable (Input?, surety_window, surety_window, Output?) -> Void
  public let copy: @Sendable (Input?, surety_window, surety_window, Output?) -> Void
  public let gather: @Sendable (Input?, Indices?, surety_window, Output?) -> Void
  public let minimizer: @Sendable (Input?, surety_window, Input?, Input?, Indices?, Output?) -> Void
  public let ascend:
    @Sendable (
      Input?, Input?, surety_window, Input?, Indices?, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar,
      Scalar, Output?, Output?, Output?
    ) -> Void
}
