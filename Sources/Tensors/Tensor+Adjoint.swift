import CKernels

// The adjoint of a backward pass: values at the minimizing input, carried forward through the same lines.
// From them come the derivatives of a bound by its slopes.
extension Tensor {
  /// Passes values forward through the lines that `relaxed` chose for the rows' coefficients.
  ///
  /// - Returns: Values of the activation's output, placed as the rows are.
  public static func relaxedForward(
    _ rows: RowBlock<Tensor>, _ values: Tensor, _ lines: Lines<Tensor>, owners: [Int32]
  ) -> Tensor {
    let result = Buffer<Scalar>(count: values.count)
    rows.withWindow { window in
      Scalar.windowKernels.relaxForward(
        rows.values.buffer.pointer, values.buffer.pointer, window, lines.lowerSlope.buffer.pointer,
        lines.lowerIntercept?.buffer.pointer, lines.lowerIsPerRow ? nil : owners,
        lines.upperSlope.buffer.pointer,
        lines.upperIntercept.buffer.pointer, owners, result.pointer)
    }
    return Tensor(shape: values.shape, buffer: result)
  }

  /// Passes values of a convolution's input windows forward to its output windows, adding the bias.
  ///
  /// - Parameter taps: The kernels as `[taps, inputs, outputs]`, outputs padded to a multiple of 16.
  public static func forwardConvolution(
    _ values: RowBlock<Tensor>, to target: Placement, kernel: Shape, taps: Tensor, bias: Tensor?,
    _ geometry: ConvolutionGeometry
  ) -> Tensor {
    guard let from = values.placement else {
      preconditionFailure("Values of an image node are windows in this number system")
    }
    let zeros = Tensor(repeating: 0, [from.image.channels])
    return Tensor(uninitialized: target.shape) { out in
      from.withWindow(0..<from.rows) { source in
        target.withWindow(0..<target.rows) { target in
          Scalar.windowKernels.convolve(
            values.values.buffer.pointer, source,
            geometry.kernelForm(kernel: (kernel[2], kernel[3])), target, taps.buffer.pointer,
            taps.shape[2], bias?.buffer.pointer, zeros.buffer.pointer, out)
        }
      }
    }
  }

  /// The point of its example's box at which each row is smallest, laid out as the rows are.
  public static func minimizer(
    _ rows: RowBlock<Tensor>, center: Tensor, radius: Tensor, owners: [Int32]
  ) -> Tensor {
    let result = Buffer<Scalar>(count: rows.values.count)
    rows.withWindow { window in
      Scalar.windowKernels.minimizer(
        rows.values.buffer.pointer, window, center.buffer.pointer, radius.buffer.pointer, owners,
        result.pointer)
    }
    return Tensor(shape: rows.values.shape, buffer: result)
  }

  /// The lines' lower slopes for each row, laid out as the rows are.
  public static func slopesByRow(
    _ rows: RowBlock<Tensor>, _ lines: Lines<Tensor>, owners: [Int32]
  ) -> Tensor {
    let result = Buffer<Scalar>(count: rows.values.count)
    rows.withWindow { window in
      Scalar.windowKernels.gather(lines.lowerSlope.buffer.pointer, owners, window, result.pointer)
    }
    return Tensor(shape: rows.values.shape, buffer: result)
  }
}

/// The state of Adam for the lower slopes of one activation, a slope for each coefficient of the rows.
///
/// Source: Kingma and Ba, "Adam: a method for stochastic optimization" (2015), algorithm 1.
public struct SlopeMoments<Scalar: TensorScalar>: Sendable {
  private var first: Tensor<Scalar>
  private var second: Tensor<Scalar>

  /// Creates moments of zero for slopes of a shape.
  public init(_ shape: Shape) {
    first = Tensor(repeating: 0, shape)
    second = first
    // Two buffers of their own: both are written.
    second.withMutableElements { _ in }
  }

  /// Raises the bounds of rows by one step on their lower slopes, which stay within a range.
  ///
  /// - Parameters:
  ///   - slopes: The slopes, laid out as the rows are.
  ///   - rows: The coefficients at the activation's output.
  ///   - values: The activation's input at the minimizing point, laid out as the rows are.
  ///   - lines: The lines; elements whose upper intercept is zero are exact and keep their slope.
  ///   - step: The number of this step, from 1.
  public mutating func ascend(
    _ slopes: inout Tensor<Scalar>, _ rows: RowBlock<Tensor<Scalar>>, values: Tensor<Scalar>,
    _ lines: Lines<Tensor<Scalar>>, owners: [Int32], within range: ClosedRange<Double>,
    rate: Double, step: Int
  ) {
    let (beta1, beta2) = (0.9, 0.999)
    let (scale1, scale2) = (1 / (1 - power(beta1, step)), 1 / (1 - power(beta2, step)))
    slopes.withMutableElements { slopes in
      first.withMutableElements { first in
        second.withMutableElements { second in
          rows.withWindow { window in
            Scalar.windowKernels.ascend(
              rows.values.buffer.pointer, values.buffer.pointer, window,
              lines.upperIntercept.buffer.pointer, owners, Scalar(range.lowerBound),
              Scalar(range.upperBound), Scalar(rate), Scalar(beta1), Scalar(beta2), Scalar(scale1),
              Scalar(scale2), slopes.baseAddress, first.baseAddress, second.baseAddress)
          }
        }
      }
    }
  }

  private func power(_ base: Double, _ exponent: Int) -> Double {
    (0..<exponent).reduce(1) { result, _ in result * base }
  }
}
