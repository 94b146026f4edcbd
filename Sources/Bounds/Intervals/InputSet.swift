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
    let overBox = T.minimum(
      rows, center: frame.center, radius: frame.radius, exampleOfRow: exampleOfRow)
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
    return overBox.maximum(middle - size * balls.radius.gathered(exampleOfRow, axis: 0))
  }
}

/// The input boxes in the layout that rows of the input node have.
struct InputFrame<T: BackwardAlgebra>: Sendable {
  var center: T
  var radius: T

  init(_ box: Interval<T>, shape: Shape) {
    center = box.center.inRowLayout(shape)
    radius = box.radius.inRowLayout(shape)
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
