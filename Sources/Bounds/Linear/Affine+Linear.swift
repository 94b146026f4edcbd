import Networks
import Tensors

extension Linear: AffinelyPropagating {}
extension TransposedConvolution: AffinelyPropagating {}
extension Transpose: AffinelyPropagating {}
extension Selection: AffinelyPropagating {}
extension Concatenate: AffinelyPropagating {}
extension Reduce: AffinelyPropagating {}
extension AveragePool: AffinelyPropagating {}
extension AddConstant: AffinelyPropagating {}
extension MultiplyConstant: AffinelyPropagating {}
extension Negate: AffinelyPropagating {}
extension Reshape: AffinelyPropagating {}

extension Convolution: AffinelyPropagating {
  /// The transposed convolution, window by window where there is one group.
  public func backward<T: BackwardAlgebra>(
    _ rows: RowBlock<T>, _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> (inputs: [RowBlock<T>], constant: T?) {
    guard geometry.groups == 1, let image = shapes.inputs[0].image else {
      let dense = T.dense(rows, shapes.output)
      let constant: T? = offset(parameters).map { (dense * $0).rowSums() }
      let input = adjoint(dense, inputs: shapes.inputs, parameters)[0]
      return ([T.rows(input, shapes.inputs[0])], constant)
    }
    let input = T.throughConvolution(
      rows, kernel: parameters[weight], taps: backwardTaps(parameters), geometry, input: image)
    return ([input], bias.map { T.channelSum(rows, bias: parameters[$0]) })
  }

  /// The kernels as `[taps, outputs, inputs]`, inputs padded with zeros to a multiple of 16.
  func backwardTaps<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T {
    parameters.derived("backward taps", weight) {
      taps(parameters[weight].transposed([2, 3, 0, 1]))
    }
  }

  /// The kernels as `[taps, inputs, outputs]`, outputs padded with zeros to a multiple of 16.
  func forwardTaps<T: TensorAlgebra>(_ parameters: Parameters<T>) -> T {
    parameters.derived("forward taps", weight) {
      taps(parameters[weight].transposed([2, 3, 1, 0]))
    }
  }

  private func taps<T: TensorAlgebra>(_ kernels: T) -> T {
    let shape = kernels.shape
    let padded = (shape[3] + 15) / 16 * 16
    let indices = (0..<Int32(padded)).map { $0 < shape[3] ? $0 : -1 }
    return kernels.reshaped([shape[0] * shape[1], shape[2], shape[3]]).gathered(indices, axis: 2)
  }
}

extension BatchNormalization: AffinelyPropagating {
  /// The coefficients times each channel's factor.
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
