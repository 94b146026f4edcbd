import Networks
import Tensors

extension LeakyReLU: ScalarRelaxable {
  func range(over x: ScalarInterval) -> ScalarInterval {
    var range = ScalarInterval(value(at: x.lower), value(at: x.upper)).movedOutward
    if slope < 0, x.contains(0) { range.lower = 0 }
    return range
  }

  func derivative(at x: Double) -> Double { x < 0 ? slope : 1 }

  var kinks: [Double] { [0] }

  func exactLine(over x: ScalarInterval) -> ScalarLine? {
    if x.lower >= 0 { return ScalarLine(slope: 1, intercept: 0) }
    return x.upper <= 0 ? ScalarLine(slope: slope, intercept: 0) : nil
  }

  /// The chord on one side, and on the other the line through the origin that leaves the smaller area.
  func slopes(over x: ScalarInterval) -> (lower: Double, upper: Double) {
    let (chord, tangent) = (chordSlope(over: x), derivative(at: x.middle))
    return slope <= 1 ? (tangent, chord) : (chord, tangent)
  }

  func meetContacts(_ residuals: inout Residuals) { residuals.meet(0, 0) }

  /// The chord above and a line through the origin below; exchanged for slopes above 1.
  ///
  /// With a slope of at most 1 every lower slope between it and 1 is sound, whatever the input.
  ///
  /// Source: Zhang et al., "Efficient neural network robustness certification with general activation
  /// functions" (2018), section 3.3.
  ///
  /// - Soundness: As for `ScalarRelaxable`. The lower line through the origin needs no intercept when its
  ///   slope is not below the operation's.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    guard slope <= 1 else {
      return ElementwiseRelaxation(lines(over: inputs[0]), shapes.output)
    }
    var lines = lines(over: inputs[0])
    let known = inputs[0]
    let steep = OutwardRounding(to: T.self).up(slope)
    let lower = mapElements(known, results: 1) { x, out in
      out(0, x.isUndefined ? .nan : x.lower >= 0 || x.upper > -x.lower ? 1 : steep)
    }
    lines.lowerSlope = T(lower[0])
    lines.lowerIntercept = nil
    return ElementwiseRelaxation(lines, shapes.output, slopeRange: slope...1)
  }

  /// The elements of unknown sign.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    lower.indices.filter { lower[$0] < 0 && upper[$0] > 0 }.map(Int32.init)
  }
}

extension Magnitude: LinearlyBounded {
  /// The same function as a LeakyReLU with slope -1.
  private var leaky: LeakyReLU { LeakyReLU(slope: -1) }

  /// The chord above and a line through the origin below.
  ///
  /// - Soundness: As for `LeakyReLU`.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    leaky.relaxation(inputs, shapes, parameters)
  }

  /// The elements of unknown sign.
  public func unstableElements(
    lower: UnsafeBufferPointer<Double>, upper: UnsafeBufferPointer<Double>
  ) -> [Int32] {
    leaky.unstableElements(lower: lower, upper: upper)
  }
}
