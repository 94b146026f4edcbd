import Tensors

/// The multiplier of one row's split, which the row's bound is raised by: a beta of beta-CROWN.
///
/// Where an input `z` is known to be on the side `s` (1 above, -1 below) of a point `p`, the function
/// `f - multiplier * s * (z - p)` is at most `f`, so a lower bound of it over all inputs is a lower bound of `f` over
/// those on that side.
///
/// - Soundness: For every multiplier that is not negative.
struct BetaMultiplier<S: TensorScalar>: Sendable {
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
  /// Adam's two means of the bound's derivatives.
  fileprivate var first: S = 0
  fileprivate var second: S = 0

  init(row: Int, place: Int, split: Int, sign: S, point: S, value: S) {
    (self.row, self.place, self.split) = (row, place, split)
    (self.sign, self.point, self.value) = (sign, point, value)
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
    _ multipliers: inout [BetaMultiplier<S>], size: Int, constant: inout T
  ) where T == Tensor<S> {
    guard !multipliers.isEmpty, placement?.isWhole ?? true, values.count == count * size else {
      return
    }
    values.withMutableElements { Bounds.subtract(&multipliers, from: $0, size: size) }
    guard multipliers.contains(where: { $0.point != 0 && $0.value != 0 }) else { return }
    constant.withMutableElements { constant in
      for multiplier in multipliers {
        let added = (multiplier.value * multiplier.sign * multiplier.point).nextDown
        constant[multiplier.row] = (constant[multiplier.row] + added).nextDown
      }
    }
  }
}

// Elements are touched in functions that are compiled for either type of number.

@_specialize(where S == Float)
@_specialize(where S == Double)
private func subtract<S: TensorScalar>(
  _ multipliers: inout [BetaMultiplier<S>], from rows: UnsafeMutableBufferPointer<S>, size: Int
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

/// Raises the rows' bounds by one step of Adam.
///
/// - Parameters:
///   - values: The node's values at each row's minimizing input, laid out as the rows are.
///   - size: The elements of a row.
@_specialize(where S == Float)
@_specialize(where S == Double)
func raise<S: TensorScalar>(
  _ multipliers: inout [BetaMultiplier<S>], at values: UnsafeBufferPointer<S>, size: Int,
  _ adam: Adam<S>
) {
  for index in multipliers.indices {
    var multiplier = multipliers[index]
    let value = values[multiplier.row * size + multiplier.place]
    let gradient = -multiplier.sign * (value - multiplier.point)
    // A multiplier without a unit was not subtracted.
    guard gradient.isFinite, let unit = multiplier.unit else { continue }
    let next =
      multiplier.value
      + adam.step(along: gradient, unit: unit, &multiplier.first, &multiplier.second)
    multiplier.value = next > 0 && next.isFinite ? next : 0
    multipliers[index] = multiplier
  }
}
