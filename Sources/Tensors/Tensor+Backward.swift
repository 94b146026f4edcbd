import CKernels

extension Tensor: BackwardAlgebra {
  public static var chargesRounding: Bool { true }

  public static func chargedRectifierLines(lower: Tensor, upper: Tensor) -> Lines<Tensor>? {
    precondition(lower.shape == upper.shape, "Ends of \(lower.shape) and \(upper.shape)")
    let (below, above) = (Buffer<Scalar>(count: lower.count), Buffer<Scalar>(count: lower.count))
    let intercepts = Buffer<Scalar>(count: lower.count)
    Scalar.rectifierLines(
      lower.buffer.pointer, upper.buffer.pointer, lower.count,
      (below.pointer, above.pointer, intercepts.pointer))
    return Lines(
      lowerSlope: Tensor(shape: lower.shape, buffer: below), lowerIntercept: nil,
      upperSlope: Tensor(shape: lower.shape, buffer: above),
      upperIntercept: Tensor(shape: lower.shape, buffer: intercepts))
  }

  public static var usesWindows: Bool { true }
  public static var largestWindowKernel: Int { Int(SURETY_LARGEST_KERNEL) }

  public static func relaxed(
    _ rows: RowBlock<Tensor>, _ lines: Lines<Tensor>, exampleOfRow: [Int32]
  ) -> (
    RowBlock<Tensor>, constant: Tensor
  ) {
    let result = Buffer<Scalar>(count: rows.values.count)
    let constant = Tensor(repeating: 0, [rows.count])
    rows.withWindow { window in
      Scalar.windowKernels.relax(
        rows.values.buffer.pointer, window, lines.lowerSlope.buffer.pointer,
        lines.lowerIntercept?.buffer.pointer, lines.lowerIsPerRow ? nil : exampleOfRow,
        lines.upperSlope.buffer.pointer,
        lines.upperIntercept.buffer.pointer, exampleOfRow, result.pointer, constant.buffer.pointer)
    }
    let values = Tensor(shape: rows.values.shape, buffer: result)
    return (rows.placement.map { RowBlock(values, at: $0) } ?? RowBlock(dense: values), constant)
  }

  public static func throughConvolution(
    _ rows: RowBlock<Tensor>, kernel: Tensor, taps: @autoclosure () -> Tensor, bias: Tensor?,
    _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> (RowBlock<Tensor>, constant: Tensor?) {
    guard let from = rows.placement else {
      preconditionFailure("Rows of an image node are windows in this number system")
    }
    let taps = taps()
    let size = (height: kernel.shape[2], width: kernel.shape[3])
    let to = from.throughConvolution(input, kernel: size, geometry)
    let line = surety_phase_length(to.width, geometry.stride[1]) * geometry.stride[1]
    // Few channels need room of their own, others only the zeros that stand for the padding.
    let room = input.channels <= 4 ? from.height * (from.width + 32) : 1
    let scratch = Tensor(repeating: 0, [from.image.channels * room + 4 * line])
    let result = Tensor(uninitialized: to.shape) { out in
      from.withWindow(0..<from.rows) { source in
        to.withWindow(0..<to.rows) { target in
          Scalar.windowKernels.transpose(
            rows.values.buffer.pointer, source, geometry.kernelForm(kernel: size), target,
            taps.buffer.pointer, taps.shape[2], scratch.buffer.pointer, out)
        }
      }
    }
    return (RowBlock(result, at: to), bias.map { channelSum(rows, bias: $0) })
  }

  public static func minimum(
    _ rows: RowBlock<Tensor>, center: Tensor, radius: Tensor, exampleOfRow: [Int32]
  ) -> Tensor {
    let result = Tensor(repeating: 0, [rows.count])
    rows.withWindow { window in
      Scalar.windowKernels.concretize(
        rows.values.buffer.pointer, window, center.buffer.pointer, radius.buffer.pointer,
        exampleOfRow,
        result.buffer.pointer)
    }
    return result
  }

  public static func channelSum(_ rows: RowBlock<Tensor>, bias: Tensor) -> Tensor {
    let result = Tensor(repeating: 0, [rows.count])
    guard let placement = rows.placement else {
      return (rows.values * bias.reshaped([bias.count, 1, 1])).rowSums()
    }
    Scalar.windowKernels.channelDot(
      rows.values.buffer.pointer, rows.count, placement.height * placement.width,
      placement.image.channels, bias.buffer.pointer, result.buffer.pointer)
    return result
  }

  public static func scaledByChannel(_ rows: RowBlock<Tensor>, _ factor: Tensor) -> RowBlock<Tensor>
  {
    guard let placement = rows.placement else {
      return RowBlock(dense: rows.values * factor.reshaped([factor.count, 1, 1]))
    }
    return RowBlock(rows.values * factor, at: placement)
  }

  public static func sum(_ a: RowBlock<Tensor>, _ b: RowBlock<Tensor>) -> RowBlock<Tensor> {
    guard let first = a.placement, let second = b.placement else {
      return RowBlock(dense: a.values + b.values)
    }
    if first == second { return RowBlock(a.values + b.values, at: first) }
    let target = first.union(second)
    return RowBlock(a.moved(to: target).adding(b, from: second, to: target), at: target)
  }

  public static func dense(_ rows: RowBlock<Tensor>, _ shape: Shape) -> Tensor {
    let target = Shape([rows.count] + shape.dimensions)
    guard let placement = rows.placement else { return rows.values.reshaped(target) }
    let whole = rows.moved(to: Placement(covering: placement.image, rows: rows.count))
    return whole.transposed([0, 3, 1, 2]).reshaped(target)
  }

  public static func imageRows(_ dense: Tensor, _ image: ImageSize) -> RowBlock<Tensor> {
    let rows = dense.shape[0]
    return RowBlock(
      dense.reshaped([rows, image.channels, image.height, image.width]).transposed([0, 2, 3, 1]),
      at: Placement(covering: image, rows: rows))
  }

  private func adding(_ other: RowBlock<Tensor>, from: Placement, to: Placement) -> Tensor {
    from.withWindow(0..<from.rows) { source in
      to.withWindow(0..<to.rows) { target in
        Scalar.windowKernels.add(other.values.buffer.pointer, source, target, buffer.pointer)
      }
    }
    return self
  }
}

extension RowBlock {
  /// The windows cut or widened to another placement; a copy that nothing else refers to.
  public func moved<S>(to target: Placement) -> T where T == Tensor<S> {
    guard let from = placement else {
      preconditionFailure("Dense rows have no windows to move")
    }
    return T(uninitialized: target.shape) { out in
      from.withWindow(0..<from.rows) { source in
        target.withWindow(0..<target.rows) { target in
          S.windowKernels.copy(values.buffer.pointer, source, target, out)
        }
      }
    }
  }

  /// The rows as the kernels take them; dense rows are one line of channels.
  func withWindow<R>(_ body: (surety_window) -> R) -> R {
    if let placement { return placement.withWindow(0..<placement.rows, body) }
    let size = values.shape.count / max(1, count)
    let flat = Placement(
      covering: ImageSize(channels: size, height: 1, width: 1), rows: count)
    return flat.withWindow(0..<count, body)
  }
}

extension Placement {
  /// A range of the windows as the kernels take them.
  func withWindow<R>(_ range: Range<Int>, _ body: (surety_window) -> R) -> R {
    y.withUnsafeBufferPointer { y in
      x.withUnsafeBufferPointer { x in
        body(
          surety_window(
            rows: range.count, h: height, w: width, channels: image.channels, height: image.height,
            width: image.width, y: y.baseAddress.map { $0 + range.lowerBound },
            x: x.baseAddress.map { $0 + range.lowerBound }))
      }
    }
  }
}
