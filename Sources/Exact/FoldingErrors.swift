import Bounds
import Networks
import Properties
import Tensors

extension Network {
  /// By how much each output may differ from what the model means, over a region: weights and biases that were computed when the network was rewritten
  /// are off by what they say, and coefficients that an operation computes from its parameters by their rounding. A program takes them for exact.
  ///
  /// - Soundness: Errors go forward by the sizes of coefficients; a weight that is off by a part adds that part of its products' sizes; ReLUs pass no more
  ///   on than they get. Sums are rounded up.
  /// - Throws: `Unsupported` at an operation that is neither affine nor a ReLU.
  func foldingErrors(
    over region: Region, _ parameters: Parameters<Tensor<Double>>
  ) throws(Unsupported) -> [Double] {
    let state = try Bounder(self, parameters: parameters).intervals(
      over: InputSet<Tensor<Double>>([region], shape: inputShape), forRows: false)
    var errors: [Tensor<Double>] = nodes.map {
      Tensor(repeating: 0, Shape([1] + $0.shape.dimensions))
    }
    let needed = isNeeded
    for (id, node) in nodes.enumerated() where needed[id] {
      guard let operation = node.operation else { continue }
      let before = node.inputs.map { errors[$0] }
      guard let affine = operation as? any AffineOperation else {
        guard operation is ReLU else {
          throw Unsupported(
            operation: operation.name, node: node.name, analysis: "linear programs")
        }
        errors[id] = before[0]
        continue
      }
      let sizes = node.inputs.indices.map { place -> Tensor<Double> in
        guard let interval = state.intervals[node.inputs[place]] else {
          return Tensor(repeating: .infinity, before[place].shape)
        }
        return interval.lower.magnitude().maximum(interval.upper.magnitude()) + before[place]
      }
      errors[id] = error(of: affine, sizes, before, parameters)
    }
    return errors[output].scalars
  }

  private func error(
    of affine: some AffineOperation, _ sizes: [Tensor<Double>], _ before: [Tensor<Double>],
    _ parameters: Parameters<Tensor<Double>>
  ) -> Tensor<Double> {
    var error = affine.linear(before, parameters, magnitude: true)
    var roundings =
      affine.parameters.map { self.parameters[$0.index].error.roundings }.max() ?? 0
    let isStored =
      affine.movesElementsOnly || affine is Linear || affine is Convolution
      || affine is TransposedConvolution || affine is Add || affine is AddConstant
      || affine is Negate
    // A normalisation's factor is a sum, a root and a quotient; a mean's is a quotient.
    if !isStored { roundings += 6 }
    if roundings > 0 {
      var part = affine.linear(sizes, parameters, magnitude: true)
      let offset: Tensor<Double>? = affine.offsetMagnitude(parameters)
      if let offset { part = part + offset }
      error = error + part.scaled(by: 1.02 * Double(roundings) * ParameterError.unit, adding: 0)
    }
    let off = offsetError(of: affine, scaledBy: 1, adding: 0, as: Tensor<Double>.self)
    if let off { error = error + off }
    return error.scaled(by: 1 + 0x1p-20, adding: 0)
  }
}
