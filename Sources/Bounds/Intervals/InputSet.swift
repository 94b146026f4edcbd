import Networks
import Properties
import Tensors

/// The regions of a batch of examples in one number system.
public struct InputSet<T: TensorAlgebra>: Sendable {
  /// The boxes, `[examples] + input shape`.
  public var box: Interval<T>
  /// The balls that cut the boxes, where the examples have any; all of one norm.
  public var balls: Balls?

  /// l1 or l2 balls, one for each example.
  public struct Balls: Sendable {
    /// The centers, `[examples] + input shape`.
    public var center: T
    /// The radii, `[examples]`.
    public var radius: T
    /// How distance is measured.
    public var norm: Norm
  }

  /// Creates a set of boxes.
  public init(box: Interval<T>) { self.box = box }

  /// Creates a set from regions over the flattened input.
  ///
  /// - Precondition: Every region has as many elements as the shape, and all have a ball of one norm or
  ///   none has one.
  public init(_ regions: [Region], shape: Shape) {
    let target = Shape([regions.count] + shape.dimensions)
    func gather(_ part: (Region) -> [Double]) -> T { T(Tensor(target, regions.flatMap(part))) }
    self.init(
      box: Interval(
        lower: .roundedOutward(Tensor(target, regions.flatMap(\.lower)), down: true),
        upper: .roundedOutward(Tensor(target, regions.flatMap(\.upper)), down: false)))
    if let norm = regions.first?.ball?.norm {
      precondition(
        regions.allSatisfy { $0.ball?.norm == norm }, "Regions of mixed norms in a batch")
      balls = Balls(
        center: gather { $0.ball?.center ?? $0.center },
        radius: T(Tensor([regions.count], regions.map { $0.ball?.radius ?? 0 })), norm: norm)
    }
  }

  /// Joins several sets into one batch.
  ///
  /// - Precondition: There is one at least, and all have balls of one norm or none has any.
  public init(joining parts: [InputSet]) {
    self.init(box: Interval(joining: parts.map(\.box)))
    guard let norm = parts.first?.balls?.norm else { return }
    let balls = parts.compactMap(\.balls)
    precondition(balls.count == parts.count, "Regions with and without balls in a batch")
    self.balls = Balls(
      center: T.concatenated(balls.map(\.center), axis: 0),
      radius: T.concatenated(balls.map(\.radius), axis: 0), norm: norm)
  }

  /// The number of examples.
  public var count: Int { box.lower.shape[0] }
}

extension TensorAlgebra {
  /// Plain numbers in this number system, moved past the exact value where it has no such number.
  ///
  /// - Soundness: No element is above its exact value with `down`, or below it without.
  static func roundedOutward(_ exact: Tensor<Double>, down: Bool) -> Self {
    let nearest = Self(exact)
    let back = nearest.values.scalars
    var moved = exact.scalars
    var isExact = true
    for (i, value) in back.enumerated() where down ? value > moved[i] : value < moved[i] {
      // Two units in the last place of a float are enough for every narrower type.
      let step = max(abs(value) * 0x1p-22, Double(Float.leastNonzeroMagnitude))
      moved[i] = down ? value - step : value + step
      isExact = false
    }
    return isExact ? nearest : Self(Tensor(exact.shape, moved))
  }
}

extension InputSet where T: BackwardAlgebra {
  /// The smallest value of each row over its example's region, without the row's constant.
  ///
  /// - Soundness: Over a box cut by a ball the result is the larger of the box's and the ball's minimum,
  ///   both of which are at most the minimum over the cut. The ball's is Hoelder's inequality:
  ///   `a . x >= a . c - radius * |a|_q` with q dual to the norm.
  func minimum(_ rows: RowBlock<T>, shape: Shape, exampleOfRow: [Int32], frame: InputFrame<T>) -> T
  {
    let overBox = frame.minimum(of: rows, exampleOfRow: exampleOfRow)
    guard let balls else { return overBox }
    let dense = T.dense(rows, shape)
    let middle = (dense * balls.center.gathered(exampleOfRow, axis: 0)).rowSums()
    let size: T
    switch balls.norm {
    case .two: size = dense.applying(.square).rowSums().applying(.squareRoot)
    case .one:
      size = dense.magnitude().reshaped([dense.shape[0], shape.count]).reduced(.maximum, axis: 1)
        .reshaped([dense.shape[0]])
    case .infinity: size = dense.magnitude().rowSums()
    }
    let reach = size * balls.radius.gathered(exampleOfRow, axis: 0)
    guard T.chargesRounding else { return overBox.maximum(middle - reach) }
    // Three sums over all elements: the middle, the norm, and this one.
    let sizes =
      (dense * balls.center.gathered(exampleOfRow, axis: 0)).magnitude().rowSums() + reach
    let rounding = UnitRoundoff(of: T.self)
    let lost = sizes.scaled(
      by: -rounding.price(terms: 2 * shape.count),
      adding: -rounding.floor(terms: 2 * shape.count, largest: frame.largest))
    return overBox.maximum(middle.addingBelow(-reach).addingBelow(lost))
  }
}

/// The input boxes in the layout that rows of the input node have.
///
/// - Soundness: Where rounding is accounted for, every number of the boxes is within a radius of its middle.
struct InputFrame<T: BackwardAlgebra>: Sendable {
  var center: T
  var radius: T
  /// What it costs to take the least value of a row; nothing where rounding is not accounted for.
  private var price = RowPrice<T>()
  /// The largest size of a middle or radius.
  let largest: Double

  init(_ box: Interval<T>, shape: Shape) {
    let middle = box.center
    center = middle.inRowLayout(shape)
    guard T.chargesRounding else {
      radius = box.radius.inRowLayout(shape)
      largest = 0
      return
    }
    let rounding = UnitRoundoff(of: T.self)
    // A middle is rounded, so the ends are measured from where it is.
    let reach = (box.upper - middle).maximum(middle - box.lower)
      .scaled(by: 1 + 8 * rounding.unit, adding: rounding.least)
    radius = reach.inRowLayout(shape)
    let sizes = center.magnitude() + radius
    largest = T.largestSizes(lower: center, upper: radius).values.scalars.max() ?? 0
    price = RowPrice(
      sizes: sizes, scale: rounding.price(terms: shape.rowTerms, summedOver: shape),
      floor: rounding.floor(terms: 2 * shape.count, largest: largest))
  }

  /// The least value of each row over its example's box, `[rows]`.
  ///
  /// - Soundness: At most the row's value at every point of the box, up to the rounding of a number system that does not account
  ///   for it.
  func minimum(of rows: RowBlock<T>, exampleOfRow: [Int32]) -> T {
    let least = T.minimum(rows, center: center, radius: radius, exampleOfRow: exampleOfRow)
    guard T.chargesRounding else { return least }
    return least.addingBelow(T.charge(rows, price, exampleOfRow: exampleOfRow))
  }
}

extension Shape {
  /// The image that a node of this shape is, when it is a single one.
  var image: ImageSize? {
    rank == 4 && self[0] == 1 ? ImageSize(channels: self[1], height: self[2], width: self[3]) : nil
  }
}

extension BackwardAlgebra {
  /// Values of a node, `[n] + shape`, with channels last if rows of the node have them last.
  func inRowLayout(_ shape: Shape) -> Self {
    guard Self.usesWindows, let image = shape.image else { return self }
    return reshaped([self.shape[0], image.channels, image.height, image.width])
      .transposed([0, 2, 3, 1])
  }

  /// The rows of a node from dense coefficients `[rows] + shape`.
  static func rows(_ dense: Self, _ shape: Shape) -> RowBlock<Self> {
    guard usesWindows, let image = shape.image else { return RowBlock(dense: dense) }
    return imageRows(dense, image)
  }
}
