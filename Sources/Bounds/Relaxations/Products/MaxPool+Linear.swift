import Networks
import Tensors

extension MaxPool: LinearlyBounded {
  /// One element below, a plane above.
  ///
  /// Below: the element whose interval has the largest middle. Above, for factors `a_i` in 0...1, the plane
  /// `sum a_i x_i + b` with the smallest sound `b`, attained at a corner of the box:
  ///
  ///     b = max_i (u_i - a_i (u_i - l_i)) - sum a_i l_i
  ///
  /// Among these planes the one nearest at the middle has `a_i = max(0, u_i - t) / (u_i - l_i)` where `t` is
  /// the third largest `u`, or the largest `l` if that is more: its height there, `t + sum max(0, u_i - t) / 2`,
  /// rises with fewer than two factors and falls with more. One element that is never below another is
  /// returned exactly; for two elements the plane is the chord of `b + relu(a - b)`.
  ///
  /// - Soundness: Any factors would do: `b` is computed in double precision for the factors as rounded, and
  ///   rounded outward.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let input = shapes.inputs[0]
    let image = PoolingWindow.image(of: input)
    let taps = window.taps(image)
    let planes = MaxPoolPlanes(
      lower: inputs[0].lower.valuesBelow, upper: inputs[0].upper.valuesAbove, taps: taps,
      planes: input[0] * input[1], pixels: image.reduce(1, *),
      OutwardRounding(to: T.self))
    return MaxPoolRelaxation(
      taps: taps,
      lines: taps.indices.map { tap in
        Lines(
          lowerSlope: T(planes.lowerFactors[tap]), lowerIntercept: nil,
          upperSlope: T(planes.upperFactors[tap]),
          upperIntercept: tap == 0
            ? T(planes.upperIntercept) : T.full(0, planes.upperIntercept.shape))
      }, shapes: shapes)
  }
}

/// The planes above and the elements below every window.
struct MaxPoolPlanes {
  /// For each position in the window, `[examples, windows]`.
  var lowerFactors: [Tensor<Double>]
  var upperFactors: [Tensor<Double>]
  /// `[examples, windows]`.
  var upperIntercept: Tensor<Double>

  init(
    lower: Tensor<Double>, upper: Tensor<Double>, taps: [[Int32]], planes: Int, pixels: Int,
    _ rounding: OutwardRounding
  ) {
    let (examples, windows) = (lower.shape[0], taps[0].count)
    let shape: Shape = [examples, planes * windows]
    let zeros = Tensor<Double>(repeating: 0, shape)
    var lowerFactors = [[Double]](repeating: zeros.scalars, count: taps.count)
    var upperFactors = lowerFactors
    var intercept = zeros.scalars
    lower.withElements { lower in
      upper.withElements { upper in
        for plane in 0..<examples * planes {
          for pixel in 0..<windows {
            let members = taps.indices.filter { taps[$0][pixel] >= 0 }
            let window = PooledWindow(
              members.map { tap in
                let at = plane * pixels + Int(taps[tap][pixel])
                return ScalarInterval(lower[at], upper[at])
              }, rounding)
            let at = plane * windows + pixel
            lowerFactors[members[window.best]][at] = 1
            intercept[at] = window.intercept
            for (tap, factor) in zip(members, window.factors) { upperFactors[tap][at] = factor }
          }
        }
      }
    }
    self.lowerFactors = lowerFactors.map { Tensor(shape, $0) }
    self.upperFactors = upperFactors.map { Tensor(shape, $0) }
    upperIntercept = Tensor(shape, intercept)
  }
}

/// The plane above one window, and the element below it.
private struct PooledWindow {
  /// The member that bounds the maximum from below.
  var best = 0
  var factors: [Double]
  var intercept: Double

  init(_ x: [ScalarInterval], _ rounding: OutwardRounding) {
    factors = [Double](repeating: 0, count: x.count)
    guard x.allSatisfy({ $0.isFinite }) else {
      // NaN where a NaN is, so that it cannot be overlooked; otherwise the largest upper end.
      intercept = x.contains { $0.isUndefined } ? .nan : x.map(\.upper).max() ?? .nan
      best = x.indices.max { x[$0].lower < x[$1].lower } ?? 0
      return
    }
    let best = x.indices.max { x[$0].middle < x[$1].middle } ?? 0
    self.best = best
    if x.indices.allSatisfy({ $0 == best || x[$0].upper <= x[best].lower }) {
      factors[best] = 1
      intercept = 0
      return
    }
    let descending = x.map(\.upper).sorted(by: >)
    let floor = x.map(\.lower).max() ?? 0
    let threshold = descending.count > 2 ? max(floor, descending[2]) : floor
    var (height, shift, scale) = (-Double.infinity, 0.0, 0.0)
    for (i, element) in x.enumerated() {
      let excess = element.upper - threshold
      let factor = excess > 0 ? rounding.nearest(min(1, excess / element.width)) : 0
      factors[i] = factor
      height = max(height, element.upper - factor * element.width)
      shift += factor * element.lower
      scale += abs(element.lower) + abs(element.upper)
    }
    let error = Double(x.count + 4) * 4 * .ulpOfOne * scale + .leastNormalMagnitude
    intercept = rounding.up(height - shift + error)
  }
}

/// Planes over the windows of a pooling, position by position.
struct MaxPoolRelaxation<T: BackwardAlgebra>: Relaxation {
  /// The pixel that each window reads at each position, -1 for none.
  var taps: [[Int32]]
  /// The part of the planes at each position, `[examples, windows]`, the first with the intercepts.
  var lines: [Lines<T>]
  var shapes: NodeShapes

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let (input, output) = (shapes.inputs[0], shapes.output)
    let dense = T.dense(rows, output)
    let flat = RowBlock(dense: dense.reshaped([rows.count, output.count]))
    let pixels = input.dropping(2).count
    var sum: T?
    var constant: T?
    for (tap, lines) in zip(taps, lines) {
      let (part, added) = T.relaxed(flat, lines, exampleOfRow: exampleOfRow)
      let spread = part.values
        .reshaped([rows.count, output[0] * output[1], output.dropping(2).count])
        .scattered(tap, axis: 2, extent: pixels)
      sum = sum.map { $0 + spread } ?? spread
      constant = constant ?? added
    }
    guard let sum, let constant else { preconditionFailure("A pooling window has no elements") }
    return ([T.rows(sum.reshaped(Shape([rows.count] + input.dimensions)), input)], constant)
  }
}
