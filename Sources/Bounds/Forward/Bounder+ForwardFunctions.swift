import Networks
import Tensors

extension Bounder {
  /// Forward bounds of functions of the output, as outputs of the network with the functions for a last layer.
  ///
  /// Examples with different functions are bounded one by one.
  ///
  /// - Soundness: Each bound is at most its function's value for every input of the example's region, up to rounding.
  func forwardLowerBounds<S>(
    of functions: OutputFunctions<T>, over inputs: InputSet<T>
  ) throws(Unsupported) -> BatchBounds<T> where T == Tensor<S> {
    let (examples, count) = (inputs.count, functions.count)
    guard examples > 0 else { return BatchBounds(lower: T.full(0, [0, count]), isFinite: []) }
    let all = functions.coefficients
    let first = all.sliced(0..<1, axis: 0)
    guard examples == 1 || all.scalars == first.broadcast(to: all.shape).scalars else {
      var parts: [BatchBounds<T>] = []
      for example in 0..<examples {
        let one = example..<example + 1
        parts.append(
          try forwardLowerBounds(of: functions.examples(one), over: inputs.examples(one)))
      }
      return BatchBounds(joining: parts)
    }
    let matrix = first.reshaped([count, network.outputShape.count]).transposed([1, 0])
    let values = network.parameters.indices.map { parameters[ParameterID($0)] } + [matrix]
    let bounder = Bounder(
      network.followed(by: matrix.values), parameters: Parameters(values), options: options)
    let state = try bounder.forward(over: inputs)
    guard let bounds = state.intervals[bounder.network.output] else {
      preconditionFailure("Forward mode left the output without bounds")
    }
    return BatchBounds(
      lower: bounds.lower.reshaped([examples, count]), isFinite: state.finiteExamples())
  }
}

extension Network {
  /// The network followed by linear functions of its flattened output, `[outputs, functions]`.
  fileprivate func followed(by functions: Tensor<Double>) -> Network {
    var network = self
    let weight = network.addParameter("functions", functions)
    do {
      let flat = try network.add(Reshape(to: [outputShape.count]), [output])
      try network.add(Linear(weight: weight), [flat])
    } catch {
      preconditionFailure("Functions \(functions.shape) of outputs \(outputShape): \(error)")
    }
    return network
  }
}
