import Networks
import Tensors

extension Linear: AffinelyPropagating {}
extension TransposedConvolution: AffinelyPropagating {}
extension Transpose: AffinelyPropagating {}
extension Selection: AffinelyPropagating {}
extension Resampling: AffinelyPropagating {}
extension RotaryPositions: AffinelyPropagating {}
extension Concatenate: AffinelyPropagating {}
extension Reduce: AffinelyPropagating {}
extension AveragePool: AffinelyPropagating {}
extension AddConstant: AffinelyPropagating {}
extension Constant: AffinelyPropagating {}
extension MultiplyConstant: AffinelyPropagating {}
extension Negate: AffinelyPropagating {}
extension Reshape: AffinelyPropagating {}

extension Convolution: AffinelyPropagating {
  /// The transposed convolution, window by window where there is one group.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?) {
    guard passesRows(of: T.self, shapes, parameters), let image = shapes.inputs[0].image else {
      let dense = T.dense(rows, shapes.output)
      let constant: T? = offset(parameters).map { (dense * $0).rowSums() }
      let input = adjoint(dense, inputs: shapes.inputs, parameters)[0]
      return ([T.rows(input, shapes.inputs[0])], constant)
    }
    let (input, constant) = T.throughConvolution(
      rows, kernel: parameters[weight], taps: backwardTaps(parameters),
      bias: bias.map { parameters[$0] }, geometry, input: image)
    return ([input], constant)
  }

  /// The transposed convolution after that of a normalisation of its output, as one: the normalisation is folded
  /// into the kernels, so that no pass over the rows is spent on it.
  func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, through normalization: BatchNormalization, _ shapes: NodeShapes,
    _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?)? {
    guard passesRows(of: T.self, shapes, parameters), let image = shapes.inputs[0].image else {
      return nil
    }
    let (factor, shift): (T, T) = (
      normalization.factor(parameters), normalization.shift(parameters)
    )
    let kernel = parameters[weight] * factor.reshaped([factor.shape.count, 1, 1, 1])
    let (input, constant) = T.throughConvolution(
      rows, kernel: kernel, taps: kernel.transposed([2, 3, 0, 1]).asTaps(),
      bias: bias.map { parameters[$0] * factor + shift } ?? shift, geometry, input: image)
    return ([input], constant)
  }

  private func passesRows<T: BackwardAlgebra>(
    of type: T.Type, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> Bool {
    let kernel = parameters[weight].shape
    return geometry.groups == 1 && shapes.inputs[0].image != nil
      && max(kernel[2], kernel[3]) <= T.largestWindowKernel
  }
}

extension BatchNormalization: AffinelyPropagating {
  /// The coefficients times each channel's factor.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?) {
    guard shapes.output.image != nil, let offset: T = offset(parameters) else {
      let dense = T.dense(rows, shapes.output)
      let constant: T? = self.offset(parameters).map { (dense * $0).rowSums() }
      let input = adjoint(dense, inputs: shapes.inputs, parameters)[0]
      return ([T.rows(input, shapes.inputs[0])], constant)
    }
    return (
      [T.scaledByChannel(rows, factor(parameters))],
      T.channelSum(rows, bias: offset.reshaped([offset.shape.count]))
    )
  }
}

extension Add: AffinelyPropagating {
  /// The rows for both inputs.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?) {
    guard shapes.inputs.allSatisfy({ $0 == shapes.output }) else {
      let dense = T.dense(rows, shapes.output)
      let inputs = adjoint(dense, inputs: shapes.inputs, parameters)
      return (zip(inputs, shapes.inputs).map { T.rows($0, $1) }, nil)
    }
    var second = rows
    if isDifference { second.values = -rows.values }
    return ([rows, second], nil)
  }
}
