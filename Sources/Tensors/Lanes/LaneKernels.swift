import CKernels

/// The kernels over blocks of examples and over channels; `kernels.h` states what each computes.
public struct LaneKernels<Scalar: TensorScalar>: Sendable {
  /// An array that is read.
  public typealias Input = UnsafePointer<Scalar>
  /// An array that is written.
  public typealias Output = UnsafeMutablePointer<Scalar>

  /// A convolution or its transpose, one block of images.
  public let convolve:
    @Sendable (
      Input?, Int, Int, Int, surety_convolution, Int32, Input?, Input?, Input?, Int, Int, Int,
      Output?
    ) -> Void
  /// The same for kernels of 3 by 3 at stride 1, by fewer multiplications.
  public let winograd:
    @Sendable (
      Input?, Int, Int, Int, Int, Int, Input?, Input?, Input?, Int, Int, Int, Int, Output?, Output?
    ) -> Void
  /// Orders kernels as that reads them.
  public let winogradPack: @Sendable (Input?, Int, Int, Int32, Output?) -> Void
  /// Adds the derivative of a convolution by its kernels.
  public let kernelGradient:
    @Sendable (
      Input?, Int, Int, Int, surety_convolution, Input?, Int, Int, Int, Int, Output?, Output?
    ) -> Void
  /// Adds up the lanes of such derivatives.
  public let kernelSum: @Sendable (Input?, Int, Int, Int, Output?) -> Void
  /// Orders kernels as a convolution reads them.
  public let pack: @Sendable (Input?, Int, Int, Int, Int32, Output?) -> Void
  /// Sums over channels.
  public let channelSums:
    @Sendable (Input?, Input?, Input?, Int, Int, Int, Int, Output?, Output?) -> Void
  /// A line for each channel, and a further summand.
  public let channelAffine:
    @Sendable (Input?, Int, Int, Int, Input?, Input?, Input?, Output?) -> Void
  /// A line for each channel, then `max(x, 0)`.
  public let channelRectified: @Sendable (Input?, Int, Int, Int, Input?, Input?, Output?) -> Void
  /// The transposed derivative of that.
  public let channelRectifiedGradient:
    @Sendable (
      Input?, Input?, Int, Int, Int, Int, Input?, Input?, Output?, Output?, Output?
    ) -> Void
  /// A line for each channel and `max(x, 0)` of intervals, and sums over them.
  public let intervalRectified:
    @Sendable (
      Input?, Input?, Int, Int, Int, Int, Input?, Input?, Output?, Output?,
      UnsafeMutablePointer<Double>?
    ) -> Void
  /// The transposed derivative of that.
  public let intervalRectifiedGradient:
    @Sendable (
      Input?, Input?, Input?, Input?, Int, Int, Int, Int, Input?, Input?, Input?, Output?, Output?,
      Output?
    ) -> Void
  /// Rows of a block of examples between lines.
  public let relax:
    @Sendable (
      Input?, Int, Int, Int, Input?, Input?, Input?, Input?, Output?, Output?, Int
    ) -> Void
  /// The transposed derivative of that.
  public let relaxGradient:
    @Sendable (
      Input?, Input?, Input?, Int, Int, Int, Int, Input?, Input?, Input?, Input?, Output?, Output?,
      Output?, Output?, Output?
    ) -> Void
  /// Rows of a block of examples at their minima over boxes.
  public let minimum: @Sendable (Input?, Int, Int, Int, Input?, Input?, Output?, Int) -> Void
  /// The transposed derivative of that by the rows.
  public let minimumGradient:
    @Sendable (Input?, Input?, Int, Int, Int, Int, Input?, Input?, Output?) -> Void
  /// One step of Adam.
  public let adam:
    @Sendable (
      Input?, Int, Scalar, Scalar, Scalar, Scalar, Scalar, Scalar, Output?, Output?, Output?
    ) -> Void
  /// Elements where a mask is positive.
  public let masked: @Sendable (Input?, Input?, Int, Output?) -> Void
}

extension LaneKernels where Scalar == Float {
  /// The kernels for 32-bit numbers.
  static var float: LaneKernels {
    LaneKernels(
      convolve: surety_lane_convolve_f32, winograd: surety_winograd_f32,
      winogradPack: surety_winograd_pack_f32, kernelGradient: surety_lane_kernel_gradient_f32,
      kernelSum: surety_lane_kernel_sum_f32, pack: surety_lane_pack_f32,
      channelSums: surety_channel_sums_f32, channelAffine: surety_channel_affine_f32,
      channelRectified: surety_channel_relu_f32,
      channelRectifiedGradient: surety_channel_relu_gradient_f32,
      intervalRectified: surety_interval_relu_f32,
      intervalRectifiedGradient: surety_interval_relu_gradient_f32, relax: surety_lane_relax_f32,
      relaxGradient: surety_lane_relax_gradient_f32, minimum: surety_lane_minimum_f32,
      minimumGradient: surety_lane_minimum_gradient_f32, adam: surety_adam_f32,
      masked: surety_masked_f32)
  }
}

extension LaneKernels where Scalar == Double {
  /// The kernels for 64-bit numbers.
  static var double: LaneKernels {
    LaneKernels(
      convolve: surety_lane_convolve_f64, winograd: surety_winograd_f64,
      winogradPack: surety_winograd_pack_f64, kernelGradient: surety_lane_kernel_gradient_f64,
      kernelSum: surety_lane_kernel_sum_f64, pack: surety_lane_pack_f64,
      channelSums: surety_channel_sums_f64, channelAffine: surety_channel_affine_f64,
      channelRectified: surety_channel_relu_f64,
      channelRectifiedGradient: surety_channel_relu_gradient_f64,
      intervalRectified: surety_interval_relu_f64,
      intervalRectifiedGradient: surety_interval_relu_gradient_f64, relax: surety_lane_relax_f64,
      relaxGradient: surety_lane_relax_gradient_f64, minimum: surety_lane_minimum_f64,
      minimumGradient: surety_lane_minimum_gradient_f64, adam: surety_adam_f64,
      masked: surety_masked_f64)
  }
}
