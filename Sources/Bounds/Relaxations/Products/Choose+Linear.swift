import Networks
import Tensors

extension Choose: LinearlyBounded {
  /// The chosen one itself where the choice is known; elsewhere whichever is nearest at the middle of these: constants,
  /// or one of the two moved by as much as the other may be beyond it.
  ///
  /// With `dl <= x - y <= du` the result is at least `y + min(0, dl)` and `x - max(0, du)`, and at most `y + max(0, du)`
  /// and `x - min(0, dl)`. The difference is a node of its own, so that what the two share cancels in its bounds.
  ///
  /// - Soundness: The result is `x` or `y`, and each of these is on its side of both. Intercepts are rounded outward.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let target = Shape([inputs[0].lower.shape[0]] + shapes.output.dimensions)
    func values(_ x: T) -> [Double] {
      let ones = [Int](repeating: 1, count: target.rank - x.shape.rank)
      return x.reshaped(Shape([x.shape[0]] + ones + x.shape.dropping(1).dimensions))
        .broadcast(to: target).values.scalars
    }
    let known = decisions(inputs[0])
    let (first, maybe) = (values(known.surelyFirst), values(known.maybeFirst))
    let ends = inputs.dropFirst().map { (values($0.lower), values($0.upper)) }
    let rounding = OutwardRounding(to: T.self)
    var planes = ChoicePlanes(count: target.count)
    for i in 0..<target.count {
      let x = ScalarInterval(ends[0].0[i], ends[0].1[i])
      let y = ScalarInterval(ends[1].0[i], ends[1].1[i])
      let difference = ends.count > 2 ? ScalarInterval(ends[2].0[i], ends[2].1[i]) : .everything
      let isKnown: Bool? = first[i] > 0 ? true : maybe[i] > 0 ? nil : false
      planes.set(i, x, y, difference, isKnown, rounding)
    }
    return ChoiceRelaxation(planes, target, shapes)
  }
}

/// Planes below and above every element of a choice: the slopes of the two inputs and what is added.
private struct ChoicePlanes {
  var lower: [(x: Double, y: Double, intercept: Double)]
  var upper: [(x: Double, y: Double, intercept: Double)]

  init(count: Int) {
    lower = .init(repeating: (0, 0, 0), count: count)
    upper = lower
  }

  /// - Parameter known: Whether the first is chosen; nil where this is not known.
  mutating func set(
    _ i: Int, _ x: ScalarInterval, _ y: ScalarInterval, _ difference: ScalarInterval,
    _ known: Bool?, _ rounding: OutwardRounding
  ) {
    if let known {
      lower[i] = known ? (1, 0, 0) : (0, 1, 0)
      upper[i] = lower[i]
      return
    }
    guard !x.isUndefined, !y.isUndefined else {
      (lower[i], upper[i]) = ((0, 0, .nan), (0, 0, .nan))
      return
    }
    // Differences are rounded by at most this much.
    let slack = 4 * .ulpOfOne * (x.magnitude + y.magnitude)
    // A bound that is not a number states nothing.
    let least =
      [x.lower - y.upper - slack, difference.lower].filter { !$0.isNaN }.max() ?? -.infinity
    let most =
      [x.upper - y.lower + slack, difference.upper].filter { !$0.isNaN }.min() ?? .infinity
    var below = (x: 0.0, y: 0.0, intercept: rounding.down(min(x.lower, y.lower)))
    var above = (x: 0.0, y: 0.0, intercept: rounding.up(max(x.upper, y.upper)))
    var (height, depth) = (below.intercept, above.intercept)
    for (isX, middle) in [(true, x.middle), (false, y.middle)] {
      let low = rounding.down(isX ? min(0, -most) : min(0, least))
      let high = rounding.up(isX ? max(0, -least) : max(0, most))
      if low.isFinite, middle + low > height {
        (below, height) = ((isX ? 1 : 0, isX ? 0 : 1, low), middle + low)
      }
      if high.isFinite, middle + high < depth {
        (above, depth) = ((isX ? 1 : 0, isX ? 0 : 1, high), middle + high)
      }
    }
    (lower[i], upper[i]) = (below, above)
  }
}

/// Planes over the two inputs of a choice; nothing depends on what chooses.
struct ChoiceRelaxation<T: BackwardAlgebra>: ForwardRelaxation {
  private var planes: ProductRelaxation<T>
  /// How far the planes are apart where neither is exact, `[examples] + output`.
  private var room: T
  private var shapes: NodeShapes

  fileprivate init(_ planes: ChoicePlanes, _ target: Shape, _ shapes: NodeShapes) {
    func tensor(_ values: [Double]) -> T { T(Tensor(target, values)) }
    var pair = shapes
    pair.inputs = Array(shapes.inputs[1...2])
    self.planes = ProductRelaxation(
      x: Lines(
        lowerSlope: tensor(planes.lower.map(\.x)),
        lowerIntercept: tensor(planes.lower.map(\.intercept)),
        upperSlope: tensor(planes.upper.map(\.x)),
        upperIntercept: tensor(planes.upper.map(\.intercept))
      ).inRowLayout(shapes.output),
      y: Lines(
        lowerSlope: tensor(planes.lower.map(\.y)), lowerIntercept: nil,
        upperSlope: tensor(planes.upper.map(\.y)), upperIntercept: T.full(0, target)
      ).inRowLayout(shapes.output), shapes: pair)
    room = tensor(zip(planes.lower, planes.upper).map { abs($1.intercept - $0.intercept) })
    self.shapes = shapes
  }

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let (pair, constant) = planes.backward(rows, exampleOfRow: exampleOfRow)
    func nothing(_ shape: Shape) -> RowBlock<T> {
      T.rows(T.full(0, Shape([rows.count] + shape.dimensions)), shape)
    }
    return (
      [nothing(shapes.inputs[0])] + pair + shapes.inputs.dropFirst(3).map(nothing), constant
    )
  }

  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    planes.forward(rows, inputs: Array(inputs[1...2]), exampleOfRow: exampleOfRow)
  }

  func propagated(_ inputs: [LinearForms<T>], _ shapes: NodeShapes) -> LinearForms<T> {
    planes.propagated(Array(inputs[1...2]), planes.shapes)
  }

  /// Those of the planes over what is chosen from.
  func sizes(over inputs: [T]) -> LineSizes<T> { planes.sizes(over: Array(inputs[1...2])) }

  /// What chooses costs the room between the planes.
  func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T] {
    let costs = coefficients.magnitude() * room.sliced(owner..<owner + 1, axis: 0)
    return [costs.unbroadcast(to: shapes.inputs[0])]
  }
}
