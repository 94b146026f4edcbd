import Tensors

// The steps of a backward pass are made of other operations, which are differentiated as well; those that
// touch every row have a derivative of their own.
extension Tracked: BackwardAlgebra where Base: BackwardAlgebra {
  /// As many as of the numbers below.
  public static var exampleBlock: Int { Base.exampleBlock }

  /// Rows through the lines of an elementwise relaxation; gradients of rows, slopes and intercepts come from one pass.
  public static func relaxed(
    _ rows: RowBlock<Tracked>, _ lines: Lines<Tracked>, exampleOfRow: [Int32]
  ) -> (RowBlock<Tracked>, constant: Tracked) {
    guard !lines.lowerIsPerRow else {
      return relaxedByDefinition(rows, lines, exampleOfRow: exampleOfRow)
    }
    let (values, fixed) = (rows.values.base, lines.map(\.base))
    let (result, constant) = Base.relaxed(
      RowBlock(dense: values), fixed, exampleOfRow: exampleOfRow)
    let needsLower = lines.lowerSlope.isTracked || lines.lowerIntercept?.isTracked ?? false
    let gathered = Gathered<Base>(2)
    let shared = Shared<RelaxedGradient<Base>>()
    let gradients: @Sendable () -> RelaxedGradient<Base> = {
      shared.value {
        let by = gathered.take()
        return Base.relaxedGradient(
          values, fixed, exampleOfRow: exampleOfRow, byResult: by[0] ?? .full(0, values.shape),
          byConstant: by[1] ?? .full(0, [values.shape[0]]), needsLower: needsLower)
      }
    }
    let joint = Tracked(
      .full(0, [1]),
      [
        rows.values.dependence { _ in gradients().rows },
        lines.lowerSlope.dependence { _ in gradients().lowerSlope ?? missing() },
        lines.lowerIntercept?.dependence { _ in gradients().lowerIntercept ?? missing() },
        lines.upperSlope.dependence { _ in gradients().upperSlope },
        lines.upperIntercept.dependence { _ in gradients().upperIntercept },
      ]
    )
    return (
      RowBlock(dense: gathered.result(0, result.values, joint)),
      gathered.result(1, constant, joint)
    )
  }

  /// Rows, and the constant that the bias adds to them, back through a convolution; the taps carry no gradient of their own.
  public static func throughConvolution(
    _ rows: RowBlock<Tracked>, kernel: Tracked, taps: @autoclosure () -> Tracked, bias: Tracked?,
    _ geometry: ConvolutionGeometry, input: ImageSize
  ) -> (RowBlock<Tracked>, constant: Tracked?) {
    let shape = rows.values.shape
    let images = rows.values.base.reshaped(
      Shape([shape[0] * shape[1]] + shape.dropping(2).dimensions))
    let (count, channels, k) = (images.shape[0], images.shape[1], kernel.base)
    let target: Shape = [shape[0], shape[1], input.channels, input.height, input.width]
    let result = images.convolutionTranspose(k, geometry, input: input)
    // The coefficients of each channel, added up over its pixels: the bias is met by these alone.
    let b = bias?.base ?? .full(0, [channels])
    let sums = images.reshaped([count, channels, images.shape.count / max(1, count * channels)])
      .reduced(.sum, axis: 2).reshaped([count, channels])
    let constant = sums.product(b.reshaped([channels, 1])).reshaped([count])
    let gathered = Gathered<Base>(2)
    let flat: Shape = [count, input.channels, input.height, input.width]
    let both = Shared<(rows: Base, constant: Base)>()
    let gradients: @Sendable () -> (rows: Base, constant: Base) = {
      both.value {
        let by = gathered.take()
        return (by[0]?.reshaped(flat) ?? .full(0, flat), by[1] ?? .full(0, [count]))
      }
    }
    let joint = Tracked(
      .full(0, [1]),
      [
        rows.values.dependence { _ in
          gradients().rows.convolution(k, bias: b, scaledBy: gradients().constant, geometry)
            .reshaped(shape)
        },
        kernel.dependence { _ in
          gradients().rows.convolutionKernelGradient(images, kernel: k.shape, geometry)
        },
        bias?.dependence { _ in
          gradients().constant.reshaped([1, count]).product(sums).reshaped([channels])
        },
      ]
    )
    return (
      RowBlock(dense: gathered.result(0, result.reshaped(target), joint)),
      bias.map { _ in gathered.result(1, constant, joint) }
    )
  }

  /// The least values of rows over boxes, in a pass of its own where the boxes are no variables.
  public static func minimum(
    _ rows: RowBlock<Tracked>, center: Tracked, radius: Tracked, exampleOfRow: [Int32]
  ) -> Tracked {
    guard !center.isTracked, !radius.isTracked else {
      return minimumByDefinition(rows, center: center, radius: radius, exampleOfRow: exampleOfRow)
    }
    let (values, c, r) = (rows.values.base, center.base, radius.base)
    return Tracked(
      Base.minimum(RowBlock(dense: values), center: c, radius: r, exampleOfRow: exampleOfRow),
      [
        rows.values.dependence {
          Base.minimumGradient(
            values, center: c, radius: r, exampleOfRow: exampleOfRow, byResult: $0)
        }
      ])
  }
}

/// A derivative that was asked for and is not there.
private func missing<T>() -> T {
  preconditionFailure("No derivative by the lower lines was computed")
}
