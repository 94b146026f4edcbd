import Tensors

extension Tracked {
  /// The function of each element; a function without a derivative (a comparison, a rounding) ends the tape here.
  public func applying(_ operation: UnaryOperation) -> Tracked {
    let result = base.applying(operation)
    guard isTracked, let pullback = operation.pullback(base, result) else {
      return Tracked(result)
    }
    return Tracked(result, [dependence(pullback)])
  }

  /// Each element times a number plus a number; the gradient is multiplied by the first.
  public func scaled(by scale: Double, adding shift: Double) -> Tracked {
    let result = base.scaled(by: scale, adding: shift)
    return Tracked(result, [dependence { $0 * scale }])
  }

  /// The operation on elements of both, broadcast; gradients are summed over what was repeated.
  public func combined(_ operation: BinaryOperation, _ other: Tracked) -> Tracked {
    let (a, b) = (base, other.base)
    let result = a.combined(operation, b)
    func dependence(on side: Operand, _ value: Tracked) -> Dependence<Base>? {
      guard value.isTracked, let pullback = operation.pullback(by: side, a, b, result) else {
        return nil
      }
      let shape = value.shape
      return value.dependence { pullback($0).summed(to: shape) }
    }
    return Tracked(result, [dependence(on: .first, self), dependence(on: .second, other)])
  }

  /// The sum, largest or smallest along an axis; where several are largest they share the gradient evenly.
  public func reduced(_ reduction: Reduction, axis: Int) -> Tracked {
    let result = base.reduced(reduction, axis: axis)
    let (x, shape) = (base, shape)
    switch reduction {
    case .sum: return Tracked(result, [dependence { $0.broadcast(to: shape) }])
    case .maximum, .minimum:
      return Tracked(
        result,
        [
          dependence { gradient in
            let winners = x.combined(.equal, result)
            return winners * (gradient / winners.reduced(.sum, axis: axis))
          }
        ])
    }
  }
}

extension TensorAlgebra {
  /// The transpose of broadcasting: sums over the axes that a tensor of another shape was repeated along.
  func summed(to target: Shape) -> Self {
    guard shape != target else { return self }
    let lead = shape.rank - target.rank
    // Neighbouring axes that are all summed, or all kept, are one.
    var axes: [(extent: Int, isRepeated: Bool)] = []
    for (axis, extent) in shape.dimensions.enumerated() where extent != 1 {
      let isRepeated = axis < lead || target[axis - lead] != extent
      if axes.last?.isRepeated == isRepeated {
        axes[axes.count - 1].extent *= extent
      } else {
        axes.append((extent, isRepeated))
      }
    }
    var result = reshaped(Shape(axes.map(\.extent)))
    for axis in axes.indices.reversed() where axes[axis].isRepeated {
      result = result.reduced(.sum, axis: axis)
    }
    return result.reshaped(target)
  }
}
