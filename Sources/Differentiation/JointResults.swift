import Foundation
import Tensors

/// A value that the first of several pullbacks computes and the last one drops.
final class Shared<Value>: @unchecked Sendable {
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

/// The gradients of several results of one operation, gathered until the operation itself is reached.
///
/// Each result depends on a joint node, which depends on the operands; what passes between them is here, and
/// the numbers that the tape hands on mean nothing.
final class Gathered<Base: TensorAlgebra>: @unchecked Sendable {
  // Safe to share: guarded by `lock`.
  private var gradients: [Base?]
  private let lock = NSLock()

  init(_ count: Int) { gradients = .init(repeating: nil, count: count) }

  /// A result, which leaves its gradient here.
  func result(_ index: Int, _ value: Base, _ joint: Tracked<Base>) -> Tracked<Base> {
    Tracked(
      value,
      [
        joint.dependence { gradient in
          self.lock.withLock { self.gradients[index] = gradient }
          return .full(0, [1])
        }
      ])
  }

  /// All gradients, nil for a result that nothing depends on; dropped here.
  func take() -> [Base?] {
    lock.withLock {
      defer { gradients = .init(repeating: nil, count: gradients.count) }
      return gradients
    }
  }
}
