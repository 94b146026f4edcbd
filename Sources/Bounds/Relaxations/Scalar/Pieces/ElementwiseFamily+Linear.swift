import Networks
import Tensors

/// An operation whose function is another for each element of the input.
protocol ElementwiseFamily: IntervalPropagating, LinearlyBounded {
  associatedtype Function: ScalarRelaxable
  /// The function of each element of one example of a shape.
  func functions<T: TensorAlgebra>(_ shape: Shape, _ parameters: Parameters<T>) -> [Function]
}

extension ElementwiseFamily {
  /// Two lines for every element.
  ///
  /// - Soundness: The lines enclose each element's function over the element's interval, rounding included, as
  ///   `ScalarRelaxable` states.
  @_specialize(kind:partial,where T == Tensor<Float>)
  @_specialize(kind:partial,where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let functions = functions(shapes.output, parameters)
    let rounding = OutwardRounding(to: T.self)
    let (size, shape) = (functions.count, inputs[0].lower.shape)
    let (lower, upper) = (inputs[0].lower.valuesBelow.scalars, inputs[0].upper.valuesAbove.scalars)
    let lines = lower.indices.map { place in
      functions[place % size].lines(over: ScalarInterval(lower[place], upper[place]), rounding)
    }
    func part(_ number: (ScalarLines) -> Double) -> T { T(Tensor(shape, lines.map(number))) }
    var relaxation = ElementwiseRelaxation(
      Lines(
        lowerSlope: part(\.lower.slope), lowerIntercept: part(\.lower.intercept),
        upperSlope: part(\.upper.slope), upperIntercept: part(\.upper.intercept)), shapes.output)
    relaxation.curve = Curve(
      functions: EachFunction(functions.inRowLayout(shapes.output, as: T.self)), input: inputs[0],
      shape: shapes.output)
    return relaxation
  }
}

extension ElementClip: ElementwiseFamily {
  /// The values at the ends: nothing is rounded.
  ///
  /// - Soundness: Each element's function never falls, so its values lie between those at the ends, exactly.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    inputs[0].map { evaluate([$0], parameters) }
  }
}

extension ParametricReLU: ElementwiseFamily {
  /// The values at the ends, and 0 where 0 is inside: a slope may be negative.
  ///
  /// - Soundness: Each function is linear on either side of 0, so its extremes are at the ends and at 0; the rounding of a product
  ///   is accounted for where the number system does so.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    let ends = inputs[0].map { evaluate([$0], parameters) }
    let turn = evaluate([inputs[0].nearestToZero], parameters)
    return Interval(
      lower: ends.lower.minimum(ends.upper).minimum(turn),
      upper: ends.lower.maximum(ends.upper).maximum(turn)
    ).movedOutward(terms: 1)
  }
}

extension Array {
  /// The elements of one example in the layout of rows.
  fileprivate func inRowLayout<T: BackwardAlgebra>(_ shape: Shape, as: T.Type) -> [Element] {
    indices.map { self[shape.element(atRowPlace: $0, as: T.self)] }
  }
}
