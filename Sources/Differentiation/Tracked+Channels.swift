import Foundation
import Tensors

// The fused steps of training, each with its derivative in as few passes over memory.
extension Tracked {
  public func channelScaled(_ scale: Tracked, adding shift: Tracked?, axis: Int) -> Tracked {
    let (x, s) = (base, scale.base)
    let result = x.channelScaled(s, adding: shift?.base, axis: axis)
    // The gradients of the factors and of the shifts come from one pass.
    let sums = Shared<(dots: Base, sums: Base)>()
    return Tracked(
      result,
      [
        dependence { $0.channelScaled(s, adding: nil, axis: axis) },
        scale.dependence { gradient in
          sums.value { gradient.channelSums(x, axis: axis) }.dots
        },
        shift?.dependence { gradient in
          sums.value { gradient.channelSums(x, axis: axis) }.sums
        },
      ])
  }

  public func channelMoments(axis: Int) -> (mean: Tracked, variance: Tracked) {
    let moments = base.channelMoments(axis: axis)
    guard isTracked else { return (Tracked(moments.mean), Tracked(moments.variance)) }
    let (x, mean, weight) = (base, moments.mean, Double(shape[axis]) / Double(shape.count))
    let pair = GradientPair<Base>()
    let joint = Tracked(
      .full(0, [1]),
      [
        dependence { _ in
          let rows = pair.take(shape: mean.shape)
          // d mean / dx = 1 / n, d variance / dx = 2 (x - mean) / n.
          let slope = rows.second * (2 * weight)
          return x.channelScaled(slope, adding: rows.first * weight - slope * mean, axis: axis)
        }
      ])
    return pair.outputs(moments.mean, moments.variance, joint)
  }

  public static func intervalPositivePart(
    center: Tracked, radius: Tracked
  ) -> (center: Tracked, radius: Tracked) {
    let (c, r) = (center.base, radius.base)
    let result = Base.intervalPositivePart(center: c, radius: r)
    guard center.isTracked || radius.isTracked else {
      return (Tracked(result.center), Tracked(result.radius))
    }
    let pair = GradientPair<Base>()
    let both = Shared<(center: Base, radius: Base)>()
    let gradients: @Sendable () -> (center: Base, radius: Base) = {
      both.value {
        let rows = pair.take(shape: c.shape)
        return Base.intervalPositivePartGradient(
          center: c, radius: r, rows: (rows.first, rows.second))
      }
    }
    let joint = Tracked(
      .full(0, [1]),
      [
        center.dependence { _ in gradients().center },
        radius.dependence { _ in gradients().radius },
      ]
    )
    return pair.outputs(result.center, result.radius, joint)
  }

  public func masked(by mask: Tracked) -> Tracked {
    let chosen = mask.base
    return Tracked(base.masked(by: chosen), [dependence { $0.masked(by: chosen) }])
  }
}

/// A value that the first of several pullbacks computes and the last one drops.
private final class Shared<Value>: @unchecked Sendable {
  // Safe to share: guarded by `lock`.
  private var known: Value?
  private let lock = NSLock()

  func value(_ make: () -> Value) -> Value {
    lock.withLock {
      if let known { return known }
      let made = make()
      known = made
      return made
    }
  }
}

/// The gradients of two results of one operation, gathered until the operation itself is reached.
///
/// Each result depends on a joint node, which depends on the operands; what passes between them is here, and
/// the numbers that the tape hands on mean nothing.
private final class GradientPair<Base: TensorAlgebra>: @unchecked Sendable {
  // Safe to share: guarded by `lock`.
  private var gradients: (first: Base?, second: Base?)
  private let lock = NSLock()

  /// The two results, which leave their gradients here.
  func outputs(_ first: Base, _ second: Base, _ joint: Tracked<Base>) -> (
    Tracked<Base>, Tracked<Base>
  ) {
    (
      Tracked(
        first,
        [
          joint.dependence { gradient in
            self.lock.withLock { self.gradients.first = gradient }
            return .full(0, [1])
          }
        ]),
      Tracked(
        second,
        [
          joint.dependence { gradient in
            self.lock.withLock { self.gradients.second = gradient }
            return .full(0, [1])
          }
        ])
    )
  }

  /// Both gradients, zeros for a result that nothing depends on; dropped here.
  func take(shape: Shape) -> (first: Base, second: Base) {
    lock.withLock {
      defer { gradients = (nil, nil) }
      return (gradients.first ?? .full(0, shape), gradients.second ?? .full(0, shape))
    }
  }
}
