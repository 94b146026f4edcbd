import Tensors

/// `min(max(x, lower), upper)` with bounds of each element's own: ONNX `Max` and `Min` with a constant tensor.
public struct ElementClip: Operation {
  /// The least outputs, which broadcast to the input; nil for none.
  public var lower: ParameterID?
  /// The largest outputs, which broadcast to the input; nil for none.
  public var upper: ParameterID?

  /// Creates the operation.
  public init(lower: ParameterID? = nil, upper: ParameterID? = nil) {
    self.lower = lower
    self.upper = upper
  }

  public var name: String { "Clip" }
  public var bend: Bend { .kinks }
  public var parameters: [ParameterID] { [lower, upper].compactMap { $0 } }

  public func movingParameters(_ place: (ParameterID) -> ParameterID) -> Self {
    ElementClip(lower: lower.map(place), upper: upper.map(place))
  }

  public func outputShape(
    _ inputs: [Shape], _ parameters: (ParameterID) -> Shape
  ) throws(ShapeMismatch) -> Shape {
    let shape = try inputs.only(name)
    for bound in self.parameters where try shape.broadcast(with: parameters(bound)) != shape {
      throw ShapeMismatch("bounds of shape \(parameters(bound)) do not fit input \(shape)")
    }
    return shape
  }

  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func evaluate<T: TensorAlgebra>(_ inputs: [T], _ parameters: Parameters<T>) -> T {
    let raised = lower.map { inputs[0].maximum(parameters[$0]) } ?? inputs[0]
    return upper.map { raised.minimum(parameters[$0]) } ?? raised
  }

  /// The function of each element of one example of a shape.
  public func functions<T: TensorAlgebra>(_ shape: Shape, _ parameters: Parameters<T>) -> [Clip] {
    func bounds(_ id: ParameterID?, _ none: Double) -> [Double] {
      guard let id else { return [Double](repeating: none, count: shape.count) }
      return parameters[id].values.broadcast(to: shape).scalars
    }
    return zip(bounds(lower, -.infinity), bounds(upper, .infinity)).map {
      Clip(lower: $0, upper: $1)
    }
  }
}
