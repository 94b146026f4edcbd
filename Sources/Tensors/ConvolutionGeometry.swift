import CKernels

/// Strides, padding, dilation and groups of a two-dimensional convolution.
public struct ConvolutionGeometry: Hashable, Sendable {
  /// Rows and columns between neighbouring outputs.
  public var stride: [Int]
  /// Zeros added at the top, left, bottom and right.
  public var padding: [Int]
  /// Rows and columns between neighbouring kernel taps.
  public var dilation: [Int]
  /// Into how many independent convolutions the channels fall.
  public var groups: Int

  /// Creates a geometry; `padding` is top, left, bottom, right, the order of ONNX.
  public init(
    stride: [Int] = [1, 1], padding: [Int] = [0, 0, 0, 0], dilation: [Int] = [1, 1], groups: Int = 1
  ) {
    self.stride = stride
    self.padding = padding
    self.dilation = dilation
    self.groups = groups
  }

  /// The output height and width for an input and a kernel; zero or less when the kernel does not fit.
  public func outputSize(height: Int, width: Int, kernel: (height: Int, width: Int)) -> (
    height: Int, width: Int
  ) {
    func extent(_ input: Int, _ pads: Int, _ kernel: Int, _ dilation: Int, _ stride: Int) -> Int {
      let room = input + pads - dilation * (kernel - 1) - 1
      return room < 0 ? 0 : room / stride + 1
    }
    return (
      extent(height, padding[0] + padding[2], kernel.height, dilation[0], stride[0]),
      extent(width, padding[1] + padding[3], kernel.width, dilation[1], stride[1])
    )
  }

  /// The geometry as the kernels take it.
  public func kernelForm(kernel: (height: Int, width: Int)) -> surety_convolution {
    surety_convolution(
      kernel_h: kernel.height, kernel_w: kernel.width, stride_h: stride[0],
      stride_w: stride[1], pad_top: padding[0], pad_left: padding[1], dilation_h: dilation[0],
      dilation_w: dilation[1])
  }

  /// The places of the input that one tap of a kernel reads along an axis, for each output; -1 for the padding.
  ///
  /// - Parameters:
  ///   - tap: The place of the tap in the kernel.
  ///   - axis: 0 for rows, 1 for columns.
  ///   - outputs: The outputs along the axis.
  ///   - extent: The extent of the input.
  func places(readBy tap: Int, axis: Int, outputs: Int, of extent: Int) -> [Int32] {
    (0..<outputs).map { output in
      let place = output * stride[axis] + tap * dilation[axis] - padding[axis]
      return (0..<extent).contains(place) ? Int32(place) : -1
    }
  }
}
