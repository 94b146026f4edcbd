import Networks
import Tensors

extension Softmax: IntervalPropagating {
  /// The ranges over the box; `SoftmaxGroup` has the formula.
  ///
  /// - Soundness: Contains the real softmax of every input of the box, rounding included where the number system accounts for it.
  public func interval<T: TensorAlgebra>(
    _ inputs: [Interval<T>], _ parameters: Parameters<T>
  ) -> Interval<T> {
    guard T.chargesRounding else { return differentiableInterval(inputs[0]) }
    let layout = GroupLayout(inputs[0].lower.shape, axis: axis + 1)
    let rounding = OutwardRounding(to: T.self)
    let parts = layout.mapGroups(inputs[0], width: 2) { group, out in
      for (i, range) in SoftmaxGroup(group).ranges.enumerated() {
        out[2 * i] = rounding.down(range.lower)
        out[2 * i + 1] = rounding.up(range.upper)
      }
    }
    return Interval(
      lower: T(layout.ungrouped(parts.sliced(0..<1, axis: 2))),
      upper: T(layout.ungrouped(parts.sliced(1..<2, axis: 2))))
  }

  /// The same ranges by arithmetic that can be differentiated.
  ///
  ///     e(l_i) / (e(l_i) + sum_{j != i} e(u_j))  <=  s_i  <=  e(u_i) / (e(u_i) + sum_{j != i} e(l_j))
  ///
  /// with `e(x) = exp(x - max u)`. The sums without their own term are products with a matrix of ones and zeros: a difference of sums would
  /// lose small terms beside a large one, and with them the bound.
  ///
  /// - Soundness: As `SoftmaxGroup` states, up to the rounding of single operations. An exponential that became 0 was below `tiny`, which is
  ///   counted against the bound.
  private func differentiableInterval<T: TensorAlgebra>(_ x: Interval<T>) -> Interval<T> {
    let layout = GroupLayout(x.lower.shape, axis: axis + 1)
    let n = layout.size
    let others = T(
      Tensor<Double>([n, n], (0..<n * n).map { $0 / n == $0 % n ? 0 : 1 }))
    let (lower, upper) = (layout.grouped(x.lower), layout.grouped(x.upper))
    let top = upper.reduced(.maximum, axis: 1)
    let (low, high) = ((lower - top).applying(.exp), (upper - top).applying(.exp))
    // Derivatives divide by sums of no more than this: its inverse, times a gradient, is to be a number of single precision.
    let tiny = 1e-32
    let least = low / (low + high.product(others) + Double(n) * tiny)
    let most = (high + tiny) / (high + low.product(others) + tiny)
    return Interval(lower: layout.ungrouped(least), upper: layout.ungrouped(most))
  }

  /// Yes, where rounding is not accounted for, as in training.
  public var intervalCarriesGradient: Bool { true }
}

extension Softmax: LinearlyBounded {
  /// Tangent planes of convex and concave bounds; `SoftmaxGroup.planes` has the formulas.
  ///
  /// Source: Wei et al., "Convex bounds on the softmax function with applications to robustness
  /// verification" (2023).
  ///
  /// - Soundness: The planes enclose the real softmax over the box, rounding included.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  public func relaxation<T: BackwardAlgebra>(
    _ inputs: [Interval<T>], _ shapes: NodeShapes, _ parameters: Parameters<T>
  ) -> any Relaxation<T> {
    let layout = GroupLayout(inputs[0].lower.shape, axis: axis + 1)
    let rounding = OutwardRounding(to: T.self)
    let n = layout.size
    let parts = layout.mapGroups(inputs[0], width: 2 * n + 2) { group, out in
      let planes = SoftmaxGroup(group).planes(rounding)
      for i in 0..<n {
        let row = out + i * (2 * n + 2)
        for j in 0..<n {
          row[j] = planes.lower[i].slopes[j]
          row[n + j] = planes.upper[i].slopes[j]
        }
        row[2 * n] = planes.lower[i].intercept
        row[2 * n + 1] = planes.upper[i].intercept
      }
    }
    let examples = inputs[0].lower.shape[0]
    let groups = layout.count / max(1, examples)
    func part(_ range: Range<Int>) -> T {
      T(parts.sliced(range, axis: 2).reshaped([examples, groups, n, range.count]))
    }
    return SoftmaxRelaxation(
      lowerSlopes: part(0..<n), upperSlopes: part(n..<2 * n),
      lowerIntercepts: part(2 * n..<2 * n + 1).reshaped([examples, groups, n]),
      upperIntercepts: part(2 * n + 1..<2 * n + 2).reshaped([examples, groups, n]),
      shape: shapes.output, axis: axis)
  }
}

/// Planes for every output of every group of a softmax.
struct SoftmaxRelaxation<T: BackwardAlgebra>: Relaxation {
  /// `[examples, groups, outputs, inputs]`.
  var lowerSlopes: T
  var upperSlopes: T
  /// `[examples, groups, outputs]`.
  var lowerIntercepts: T
  var upperIntercepts: T
  /// The shape of one example.
  var shape: Shape
  var axis: Int

  func backward(_ rows: RowBlock<T>, exampleOfRow: [Int32]) -> (inputs: [RowBlock<T>], constant: T)
  {
    let dense = T.dense(rows, shape)
    var (parts, constants): ([T], [T]) = ([], [])
    for run in ownerRuns(exampleOfRow) {
      func own(_ values: T) -> T {
        values.sliced(run.owner..<run.owner + 1, axis: 0).reshaped(values.shape.dropping(1))
      }
      let part = dense.sliced(run.rows, axis: 0)
      let layout = GroupLayout(part.shape, axis: axis + 1)
      let groups = layout.count / run.rows.count
      let grouped = layout.grouped(part).reshaped([run.rows.count, groups, layout.size])
      let (positive, negative) = (grouped.positivePart(), grouped.negativePart())
      // Groups in front, so that each is one product with its own slopes.
      let result =
        positive.transposed([1, 0, 2]).product(own(lowerSlopes))
        + negative.transposed([1, 0, 2]).product(own(upperSlopes))
      parts.append(
        layout.ungrouped(
          result.transposed([1, 0, 2]).reshaped([layout.count, layout.size])))
      constants.append(
        (positive * own(lowerIntercepts) + negative * own(upperIntercepts)).rowSums())
    }
    return (
      [T.rows(T.concatenated(parts, axis: 0), shape)], T.concatenated(constants, axis: 0)
    )
  }
}

/// How a tensor falls into groups along one axis.
struct GroupLayout {
  private let moved: Shape
  private let permutation: [Int]
  private let inverse: [Int]

  init(_ shape: Shape, axis: Int) {
    permutation = (0..<shape.rank).filter { $0 != axis } + [axis]
    moved = Shape(permutation.map { shape[$0] })
    var inverse = permutation
    for (i, axis) in permutation.enumerated() { inverse[axis] = i }
    self.inverse = inverse
  }

  /// The elements of a group.
  var size: Int { moved[-1] }
  /// The number of groups.
  var count: Int { moved.count / max(1, moved[-1]) }

  /// The groups, `[count, size]`.
  func grouped<T: TensorAlgebra>(_ x: T) -> T {
    x.transposed(permutation).reshaped([count, size])
  }

  /// The tensor whose groups are given, with as many elements in any shape.
  func ungrouped<T: TensorAlgebra>(_ groups: T) -> T {
    groups.reshaped(moved).transposed(inverse)
  }

  /// Computes `width` numbers for each element of each group.
  ///
  /// - Returns: The numbers, `[count, size, width]`.
  func mapGroups<T: TensorAlgebra>(
    _ x: Interval<T>, width: Int,
    _ body: @Sendable ([ScalarInterval], UnsafeMutablePointer<Double>) -> Void
  ) -> Tensor<Double> {
    let (lower, upper) = (
      grouped(x.lower.valuesBelow).scalars, grouped(x.upper.valuesAbove).scalars
    )
    let (count, size) = (count, size)
    return Tensor(uninitialized: [count, size, width]) { out in
      nonisolated(unsafe) let out = out
      Workers.forEachRange(of: count, grain: max(1, 2048 / max(1, size * size))) { range in
        for group in range {
          let elements = (group * size..<(group + 1) * size).map {
            ScalarInterval(lower[$0], upper[$0])
          }
          body(elements, out + group * size * width)
        }
      }
    }
  }
}
