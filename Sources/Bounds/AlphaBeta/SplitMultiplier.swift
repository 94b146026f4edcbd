import Tensors

/// The multiplier of one row's split, which the row's bound is raised by.
///
/// Where an input `z` is known to be on the side `s` (1 above, -1 below) of a point `p`, the function
/// `f - multiplier * s * (z - p)` is at most `f`, so a lower bound of it over all inputs is a lower bound of `f` over
/// those on that side.
///
/// - Soundness: For every multiplier that is not negative.
struct SplitMultiplier<S: TensorScalar>: Sendable {
  /// The row of the chunk.
  var row: Int
  /// The place of the element in the row, in the layout of rows.
  var place: Int
  /// Which of the row's splits it is.
  var split: Int
  /// 1 for an input above the point, -1 for one below.
  var sign: S
  /// The point.
  var point: S
  /// Never negative.
  var value: S
  /// The size of steps, which follows that of the row's coefficients at the node; nil before they were seen.
  var unit: S?
  var first: S = 0
  var second: S = 0
}

/// The decays of Adam's two means, and what corrects them at a step.
struct MultiplierStep<S: TensorScalar>: Sendable {
  let rate: S
  let firstScale: S
  let secondScale: S

  /// - Parameter step: The number of the step, from 1.
  init(rate: Double, step: Int) {
    func power(_ base: Double) -> Double { (0..<step).reduce(1) { result, _ in result * base } }
    self.rate = S(rate)
    firstScale = S(1 / (1 - power(0.9)))
    secondScale = S(1 / (1 - power(0.999)))
  }
}

extension RowBlock {
  /// Subtracts from each row its multipliers times the signs, at the elements that were split.
  ///
  /// Rows that are not whole are left as they are, which only forgoes what the signs would tell.
  ///
  /// - Parameters:
  ///   - size: The elements of the node.
  ///   - constant: What is added to each row, which takes up the points.
  mutating func subtract<S>(
    _ multipliers: inout [SplitMultiplier<S>], size: Int, constant: inout T
  ) where T == Tensor<S> {
    guard !multipliers.isEmpty, placement?.isWhole ?? true, values.count == count * size else {
      return
    }
    values.withMutableElements { Bounds.subtract(&multipliers, from: $0, size: size) }
    guard multipliers.contains(where: { $0.point != 0 && $0.value != 0 }) else { return }
    constant.withMutableElements { constant in
      for multiplier in multipliers {
        constant[multiplier.row] += multiplier.value * multiplier.sign * multiplier.point
      }
    }
  }
}

// Elements are touched in functions that are compiled for either type of number.

@_specialize(where S == Float)
@_specialize(where S == Double)
private func subtract<S: TensorScalar>(
  _ multipliers: inout [SplitMultiplier<S>], from rows: UnsafeMutableBufferPointer<S>, size: Int
) {
  for index in multipliers.indices {
    let row = multipliers[index].row * size
    let place = row + multipliers[index].place
    if multipliers[index].unit == nil {
      var (sum, used) = (S.zero, S.zero)
      for i in row..<row + size where rows[i] != 0 {
        sum += rows[i].magnitude
        used += 1
      }
      multipliers[index].unit = max(rows[place].magnitude, sum / max(1, used))
    }
    rows[place] -= multipliers[index].value * multipliers[index].sign
  }
}

/// Raises the rows' bounds by one step of Adam, for the elements' values at the minimizing inputs.
@_specialize(where S == Float)
@_specialize(where S == Double)
func ascend<S: TensorScalar>(
  _ multipliers: inout [SplitMultiplier<S>], values: UnsafeBufferPointer<S>, size: Int,
  _ step: MultiplierStep<S>
) {
  for index in multipliers.indices {
    var multiplier = multipliers[index]
    let value = values[multiplier.row * size + multiplier.place]
    let gradient = -multiplier.sign * (value - multiplier.point)
    // A multiplier without a unit was not subtracted.
    guard gradient.isFinite, let unit = multiplier.unit else { continue }
    multiplier.first = 0.9 * multiplier.first + 0.1 * gradient
    multiplier.second = 0.999 * multiplier.second + 0.001 * gradient * gradient
    let size = (multiplier.second * step.secondScale).squareRoot() + 1e-8
    let next = multiplier.value + step.rate * unit * multiplier.first * step.firstScale / size
    multiplier.value = next > 0 && next.isFinite ? next : 0
    multipliers[index] = multiplier
  }
}

/// The slopes to start from, but exact lines' slopes where an activation has one by now.
@_specialize(where S == Float)
@_specialize(where S == Double)
func chooseSlopes<S: TensorScalar>(
  _ out: UnsafeMutablePointer<S>, given: UnsafePointer<S>?, usual: UnsafePointer<S>,
  intercepts: UnsafePointer<S>, count: Int
) {
  guard let given else {
    out.update(from: usual, count: count)
    return
  }
  for i in 0..<count { out[i] = intercepts[i] > 0 ? given[i] : usual[i] }
}
