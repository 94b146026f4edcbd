import CKernels

// The adjoint of a backward pass: values at the minimizing input, carried forward through the same lines.
// From them come the derivatives of a bound by its slopes.
extension Tensor {
  /// Passes values forward through the lines that `relaxed` chose for the rows' coefficients.
  ///
  /// - Returns: Values of the activation's output, placed as the rows are.
  public static func relaxedForward(
    _ rows: RowBlock<Tensor>, _ values: Tensor, _ lines: Lines<Tensor>, exampleOfRow: [Int32]
  ) -> Tensor {
    let result = Buffer<Scalar>(count: values.count)
    rows.withWindow { window in
      Scalar.windowKernels.relaxForward(
        rows.values.buffer.pointer, values.buffer.pointer, window, lines.lowerSlope.buffer.pointer,
        lines.lowerIntercept?.buffer.pointer, lines.lowerIsPerRow ? nil : exampleOfRow,
        lines.upperSlope.buffer.pointer,
        lines.upperIntercept.buffer.pointer, exampleOfRow, result.pointer)
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
    _ rows: RowBlock<Tensor>, center: Tensor, radius: Tensor, exampleOfRow: [Int32]
  ) -> Tensor {
    let result = Buffer<Scalar>(count: rows.values.count)
    rows.withWindow { window in
      Scalar.windowKernels.minimizer(
        rows.values.buffer.pointer, window, center.buffer.pointer, radius.buffer.pointer,
        exampleOfRow,
        result.pointer)
    }
    return Tensor(shape: rows.values.shape, buffer: result)
  }

  /// The lines' lower slopes for each row, laid out as the rows are.
  public static func slopesByRow(
    _ rows: RowBlock<Tensor>, _ lines: Lines<Tensor>, exampleOfRow: [Int32]
  ) -> Tensor {
    let result = Buffer<Scalar>(count: rows.values.count)
    rows.withWindow { window in
      Scalar.windowKernels.gather(
        lines.lowerSlope.buffer.pointer, exampleOfRow, window, result.pointer)
    }
    return Tensor(shape: rows.values.shape, buffer: result)
  }
}

extension RowBlock {
  /// Raises the bounds of rows by one step of Adam on their lower slopes at an activation, which stay within a range.
  ///
  /// - Parameters:
  ///   - slopes: The slopes, laid out as the rows are, whose coefficients are those at the activation's output.
  ///   - first: Adam's mean of each slope's derivatives, laid out likewise.
  ///   - second: Adam's mean of their squares.
  ///   - values: The activation's input at the minimizing point, laid out likewise.
  ///   - intercepts: The lines' upper intercepts, `[examples] + node shape`; elements for which it is zero are exact and
  ///     keep their slope.
  ///   - exampleOfRow: The example of each row.
  public func raise<S>(
    _ slopes: inout Tensor<S>, _ first: inout Tensor<S>, _ second: inout Tensor<S>,
    at values: Tensor<S>, intercepts: Tensor<S>, exampleOfRow: [Int32],
    within range: ClosedRange<Double>,
    _ adam: Adam<S>
  ) where T == Tensor<S> {
    slopes.withMutableElements { slopes in
      first.withMutableElements { first in
        second.withMutableElements { second in
          withWindow { window in
            S.windowKernels.ascend(
              self.values.buffer.pointer, values.buffer.pointer, window, intercepts.buffer.pointer,
              exampleOfRow, S(range.lowerBound), S(range.upperBound), adam.rate, adam.firstDecay,
              adam.secondDecay, adam.firstScale, adam.secondScale, adam.epsilon,
              slopes.baseAddress, first.baseAddress, second.baseAddress)
          }
        }
      }
    }
  }
}
