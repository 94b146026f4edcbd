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
        lines.lowerIntercept?.buffer.pointer, lines.lowerIsPerRow ? nil : owners, lines.upperSlope.buffer.pointer,
        lines.upperIntercept.buffer.pointer, owners, result.pointer)
    }
    return Tensor(shape: values.shape, buffer: result)
  }

  /// Passes values of a convolution's input windows forward to its output windows, adding the bias.
  public static func forwardConvolution(
    _ values: RowBlock<Tensor>, to target: Placement, kernel: Tensor, columns weights: Tensor,
    bias: Tensor?, _ geometry: ConvolutionGeometry
  ) -> Tensor {
    guard let from = values.placement else {
      preconditionFailure("Values of an image node are windows in this number system")
    }
    let size = (height: kernel.shape[2], width: kernel.shape[3])
    let (outputs, taps) = (kernel.shape[0], kernel.shape[1] * size.height * size.width)
    let pixels = target.height * target.width
    let result = Buffer<Scalar>(count: target.shape.count)
    let step = max(1, columnBudget / max(1, pixels * taps))
    let scratch = Buffer<Scalar>(count: min(step, target.rows) * pixels * taps)
    let form = geometry.kernelForm(kernel: size)
    let perRow = from.height * from.width * from.image.channels
    for start in stride(from: 0, to: target.rows, by: step) {
      let range = start..<min(target.rows, start + step)
      from.withWindow(range) { source in
        target.withWindow(range) { target in
          Scalar.windowKernels.windowToColumns(
            values.values.buffer.pointer + start * perRow, source, form, target, scratch.pointer)
        }
      }
      let out = result.pointer + start * pixels * outputs
      if let bias {
        for pixel in 0..<range.count * pixels {
          (out + pixel * outputs).update(from: bias.buffer.pointer, count: outputs)
        }
      }
      Matrices.multiply(
        transposeA: false, transposeB: true, m: range.count * pixels, n: outputs, k: taps,
        scratch.pointer, weights.buffer.pointer, out, adding: bias != nil)
    }
    return Tensor(shape: target.shape, buffer: result)
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
    _ lines: Lines<Tensor<Scalar>>, owners: [Int32], within range: ClosedRange<Double>, rate: Double,
    step: Int
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
