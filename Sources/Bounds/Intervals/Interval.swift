import Tensors

/// A box of tensors: every element between its lower and its upper end.
///
/// - Soundness: An interval computed for a node contains the node's value, in real arithmetic, for every
///   input of the region, up to the rounding of the number system it is computed in.
public struct Interval<T: TensorAlgebra>: Sendable {
  private enum Form: Sendable {
    case ends(lower: T, upper: T)
    /// The image under `max(x, 0)`, which is computed when it is read: most readers want middles, and get them in one pass.
    case rectifiedEnds(lower: T, upper: T)
    case middle(center: T, radius: T)
    case scaled(ScaledInterval<T>)
  }
  private let form: Form
  /// Sums over the interval that a ReLU made this one of, where they are known.
  public private(set) var reluSums: ReLUSums<T>?

  /// Creates an interval from its ends.
  public init(lower: T, upper: T) { form = .ends(lower: lower, upper: upper) }

  /// Creates an interval from its middle and its half width.
  public init(center: T, radius: T) {
    form =
      T.keepsMiddles
      ? .middle(center: center, radius: radius)
      : .ends(lower: center - radius, upper: center + radius)
  }

  /// Creates an interval from lines over a middle and half a width, to be applied when they are needed.
  init(_ scaled: ScaledInterval<T>) { form = .scaled(scaled) }

  /// The image under `max(x, 0)`.
  ///
  /// - Soundness: The function never falls and is computed without rounding.
  var rectified: Interval {
    switch form {
    case .ends(let lower, let upper), .rectifiedEnds(let lower, let upper):
      Interval(form: .rectifiedEnds(lower: lower, upper: upper))
    case .middle, .scaled: Interval(T.rectified(scaled))
    }
  }

  private init(form: Form) { self.form = form }

  /// Creates the interval that a ReLU makes.
  init(_ image: RectifiedInterval<T>) {
    self.init(center: image.center, radius: image.radius)
    reluSums = image.sums
  }

  /// The lower ends, `[examples] + shape`.
  public var lower: T {
    switch form {
    case .ends(let lower, _): lower
    case .rectifiedEnds(let lower, _): lower.positivePart()
    case .middle, .scaled: center - radius
    }
  }
  /// The upper ends, `[examples] + shape`.
  public var upper: T {
    switch form {
    case .ends(_, let upper): upper
    case .rectifiedEnds(_, let upper): upper.positivePart()
    case .middle, .scaled: center + radius
    }
  }
  /// The middle.
  public var center: T {
    switch form {
    case .ends, .rectifiedEnds: lower.combined(.mean, upper)
    case .middle(let center, _): center
    case .scaled(let scaled): scaled.ends.center
    }
  }
  /// Half the width.
  public var radius: T {
    switch form {
    case .ends, .rectifiedEnds: upper.combined(.halfDifference, lower)
    case .middle(_, let radius): radius
    case .scaled(let scaled): scaled.ends.radius
    }
  }
  /// The middle and half the width, in one pass.
  var middle: (center: T, radius: T) { middle(reaching: 0, atLeast: 0) }

  /// The middle, and half the width and so much of the largest size between the ends, or of a least one, in one pass.
  ///
  /// Intervals that are kept as middles, where no rounding is charged, reach no farther.
  func middle(reaching reach: Double, atLeast least: Double) -> (center: T, radius: T) {
    switch form {
    case .ends(let lower, let upper):
      T.middles(lower: lower, upper: upper, rectified: false, reach: reach, atLeast: least)
    case .rectifiedEnds(let lower, let upper):
      T.middles(lower: lower, upper: upper, rectified: true, reach: reach, atLeast: least)
    case .middle(let center, let radius): (center, radius)
    case .scaled(let scaled): scaled.ends
    }
  }

  /// Whether the interval is kept as middle and half width.
  var isMiddle: Bool {
    switch form {
    case .ends, .rectifiedEnds: false
    case .middle, .scaled: true
    }
  }

  /// The middle and half the width, with the lines over them that are not applied yet.
  public var scaled: ScaledInterval<T> {
    if case .scaled(let scaled) = form { return scaled }
    let (center, radius) = middle
    return ScaledInterval(center: center, radius: radius)
  }

  /// The same interval with nothing left to be applied, for whoever reads both ends.
  var applied: Interval {
    guard case .scaled(let scaled) = form else { return self }
    let (center, radius) = scaled.ends
    return Interval(center: center, radius: radius)
  }

  /// Applies a function to both ends.
  ///
  /// - Soundness: Contains the values of the function over the interval only if it never falls; up to the rounding of the
  ///   function.
  public func map(_ transform: (T) -> T) -> Interval {
    Interval(lower: transform(lower), upper: transform(upper))
  }

  /// The interval with its elements in another order or shape.
  ///
  /// - Soundness: Exact, where the function only moves elements.
  func moved(_ move: (T) -> T) -> Interval {
    switch form {
    case .ends(let lower, let upper): Interval(lower: move(lower), upper: move(upper))
    case .rectifiedEnds(let lower, let upper):
      Interval(form: .rectifiedEnds(lower: move(lower), upper: move(upper)))
    case .middle, .scaled: Interval(center: move(center), radius: move(radius))
    }
  }

  /// The part that two intervals share; both must contain the same values.
  ///
  /// - Soundness: Contains every value that both contain.
  public func intersection(_ other: Interval) -> Interval {
    Interval(lower: lower.maximum(other.lower), upper: upper.minimum(other.upper))
  }
}
