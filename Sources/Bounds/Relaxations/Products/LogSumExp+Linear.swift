import Foundation
import Networks
import Tensors

extension LogSumExp: LinearlyBounded {
  /// A tangent plane below, and above the tangent plane of the logarithm of a sum of chords.
  ///
  /// The function is convex, so its tangent plane at the middle of the box is below it. Above, `exp` is below its chord
  /// over each input's interval; the logarithm of the sum of the chords is concave, so its tangent plane is above it.
  /// At a point both are the derivative, which is the softmax.
  ///
  /// Source: Boyd and Vandenberghe, "Convex optimization" (2004), section 3.1.5, for the convexity.
  ///
  /// - Soundness: Slopes are rounded first; intercepts take the difference, and the rounding of everything computed
  ///   here, into account.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let layout = GroupLayout(inputs[0].lower.shape, axis: axis + 1)
    let rounding = OutwardRounding(to: T.self)
    let n = layout.size
    let parts = layout.mapGroups(inputs[0], width: 4) { group, out in
      let planes = LogSumExpGroup(group).planes(rounding)
      for i in 0..<n {
        out[4 * i] = planes.lower.slopes[i]
        out[4 * i + 1] = planes.upper.slopes[i]
        out[4 * i + 2] = planes.lower.intercept
        out[4 * i + 3] = planes.upper.intercept
      }
    }
    let examples = inputs[0].lower.shape[0]
    let groups = layout.count / max(1, examples)
    func slopes(_ column: Int) -> T {
      T(parts.sliced(column..<column + 1, axis: 2).reshaped([examples, groups, n]))
    }
    func intercepts(_ column: Int) -> T {
      T(
        parts.sliced(column..<column + 1, axis: 2).sliced(0..<1, axis: 1)
          .reshaped([examples, groups]))
    }
    return LogSumExpRelaxation(
      lowerSlopes: slopes(0), upperSlopes: slopes(1), lowerIntercepts: intercepts(2),
      upperIntercepts: intercepts(3), shapes: shapes, axis: axis)
  }
}

extension LogSumExp {
  /// The values at the ends, computed in doubles and moved outward.
  ///
  /// - Soundness: Contains the value for every choice of inputs from their intervals.
  func outwardInterval<T: TensorAlgebra>(_ x: Interval<T>) -> Interval<T> {
    let layout = GroupLayout(x.lower.shape, axis: axis + 1)
    let rounding = OutwardRounding(to: T.self)
    let parts = layout.mapGroups(x, width: 2) { group, out in
      let range = LogSumExpGroup(group).range
      for i in group.indices {
        out[2 * i] = rounding.down(range.lower)
        out[2 * i + 1] = rounding.up(range.upper)
      }
    }
    // One number of each group, for the axis that is reduced to 1.
    var dimensions = x.lower.shape.dimensions
    dimensions[axis + 1] = 1
    let reduced = GroupLayout(Shape(dimensions), axis: axis + 1)
    func ends(_ column: Int) -> T {
      T(
        reduced.ungrouped(
          parts.sliced(column..<column + 1, axis: 2).sliced(0..<1, axis: 1)))
    }
    return Interval(lower: ends(0), upper: ends(1))
  }
}

/// Bounds of the logarithm of the sum of the exponentials of one group of inputs, in double precision.
struct LogSumExpGroup {
  private let x: [ScalarInterval]

  init(_ x: [ScalarInterval]) { self.x = x }

  /// The function at a point, and how far it may be off.
  static func value(_ x: [Double]) -> (value: Double, error: Double) {
    let top = x.max() ?? -.infinity
    guard top.isFinite else { return (top, 0) }
    let value = top + log(x.reduce(0) { $0 + exp($1 - top) })
    return (value, error(top, x.count, abs(value)))
  }

  /// The exponents are off by half a unit in their last place; those beyond 750 below the top do not count.
  private static func error(_ top: Double, _ count: Int, _ value: Double) -> Double {
    let size: Double = Double(count) + 16 + 2 * abs(top) + value
    return 4 * Double.ulpOfOne * size
  }

  /// The values at the ends, rounded outward; undefined where an input is.
  var range: ScalarInterval {
    guard x.allSatisfy({ !$0.isUndefined }) else { return .undefined }
    let (low, high) = (Self.value(x.map(\.lower)), Self.value(x.map(\.upper)))
    return ScalarInterval(low.value - low.error, high.value + high.error)
  }

  /// The planes below and above; constants where an input is not finite.
  func planes(_ rounding: OutwardRounding) -> (lower: GroupPlane, upper: GroupPlane) {
    let zeros = [Double](repeating: 0, count: x.count)
    guard x.allSatisfy({ $0.isFinite }) else {
      guard x.allSatisfy({ !$0.isUndefined }) else {
        let nothing = GroupPlane(slopes: zeros, intercept: .nan)
        return (nothing, nothing)
      }
      return (
        GroupPlane(slopes: zeros, intercept: rounding.down(range.lower)),
        GroupPlane(slopes: zeros, intercept: rounding.up(range.upper))
      )
    }
    let middle = x.map(\.middle)
    let (value, error) = Self.value(middle)
    let largest: Double = middle.map { abs($0) }.max() ?? 0
    let relative: Double = 8 * Double.ulpOfOne * (Double(x.count) + 16 + 2 * largest)
    let shares = middle.map { exp($0 - value) }
    let below = TangentPlane(
      value: value - error, slopes: shares, slopeErrors: shares.map { $0 * (relative + error) })
    let chords = Chords(x, middle)
    // The chords are shifted by the largest upper end, and their sum at the middle is rounded up.
    let height = chords.shift + log(chords.height)
    let above = TangentPlane(
      value: height + Self.error(chords.shift, x.count, abs(height)),
      slopes: chords.slopes.map { $0 / chords.height },
      slopeErrors: chords.slopes.map { $0 / chords.height * relative })
    return (
      below.plane(x, middle, sign: -1, rounding), above.plane(x, middle, sign: 1, rounding)
    )
  }
}

/// A plane below and a plane above every group.
struct LogSumExpRelaxation<T: BackwardAlgebra>: Relaxation {
  /// `[examples, groups, inputs]`.
  var lowerSlopes: T
  var upperSlopes: T
  /// `[examples, groups]`.
  var lowerIntercepts: T
  var upperIntercepts: T
  var shapes: NodeShapes
  var axis: Int

  /// The groups of batches of inputs.
  func layout(_ count: Int) -> GroupLayout {
    GroupLayout(Shape([count] + shapes.inputs[0].dimensions), axis: axis + 1)
  }

  /// Values of the output, `[rows, groups]`; the axis that was reduced has extent 1, so only the order changes.
  private func grouped(_ dense: T) -> T {
    GroupLayout(dense.shape, axis: axis + 1).grouped(dense)
      .reshaped([dense.shape[0], shapes.output.count])
  }

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let coefficients = grouped(T.dense(rows, shapes.output))
    func own(_ values: T) -> T { values.gathered(exampleOfRow, axis: 0) }
    let (positive, negative) = (coefficients.positivePart(), coefficients.negativePart())
    func spread(_ values: T) -> T { values.reshaped([rows.count, shapes.output.count, 1]) }
    let inputs = spread(positive) * own(lowerSlopes) + spread(negative) * own(upperSlopes)
    let layout = layout(rows.count)
    let constant = (positive * own(lowerIntercepts) + negative * own(upperIntercepts)).rowSums()
    return (
      [T.rows(layout.ungrouped(inputs.reshaped([layout.count, layout.size])), shapes.inputs[0])],
      constant
    )
  }

  func forward(_ rows: RowBlock<T>, inputs: [RowBlock<T>], exampleOfRow: [Int32]) -> T? {
    let layout = layout(rows.count)
    let x = layout.grouped(T.dense(inputs[0], shapes.inputs[0]))
      .reshaped([rows.count, shapes.output.count, layout.size])
    func plane(_ slopes: T, _ intercepts: T) -> T {
      let sum = (slopes.gathered(exampleOfRow, axis: 0) * x).reduced(.sum, axis: 2)
        .reshaped([rows.count, shapes.output.count])
      let target = Shape([rows.count] + shapes.output.dimensions)
      return GroupLayout(target, axis: axis + 1)
        .ungrouped(sum + intercepts.gathered(exampleOfRow, axis: 0))
    }
    return rows.chosen(
      below: plane(lowerSlopes, lowerIntercepts), above: plane(upperSlopes, upperIntercepts),
      shapes.output)
  }

  /// How far the planes move apart from the middle of an input to its ends.
  func costs(of coefficients: T, over inputs: [Interval<T>], owner: Int) -> [T] {
    let own = owner..<owner + 1
    let apart = (upperSlopes.sliced(own, axis: 0) - lowerSlopes.sliced(own, axis: 0)).magnitude()
    let sizes = grouped(coefficients.magnitude()).reshaped([1, shapes.output.count, 1])
    let layout = layout(1)
    let costs = layout.ungrouped((apart * sizes).reshaped([layout.count, layout.size]))
    return [costs * ((inputs[0].upper - inputs[0].lower) * 0.5)]
  }
}
