import Foundation
import Tensors

/// A step of a computation that a derivative is passed back through.
///
/// Nodes refer to the nodes they were computed from and never the other way, so that what nobody holds any
/// more is freed. A pullback holds plain tensors only, never a tracked value, so that `operands` are the only
/// way from one node to another.
final class TapeNode<Base: TensorAlgebra>: @unchecked Sendable {
  // Safe to share: `step` changes under `lock`, and nothing else changes.

  /// Where a gradient goes on to.
  struct Step {
    var operands: [TapeNode]
    /// The gradients of the operands, given that of the value.
    var pullback: (Base) -> [Base]
  }

  /// More than any operand's depth; 0 for a variable.
  ///
  /// Depth orders nodes as creation does, without depending on which of two threads was faster. So gradients
  /// are added up in the same order every time.
  let depth: Int
  /// The shape of the value, which is that of its gradient.
  let shape: Shape
  private var step: Step?
  private let lock = NSLock()

  /// Creates a variable.
  init(variable shape: Shape) {
    depth = 0
    self.shape = shape
  }

  /// Creates a step.
  init(_ shape: Shape, _ step: Step) {
    depth = step.operands.reduce(0) { max($0, $1.depth) } + 1
    self.shape = shape
    self.step = step
  }

  /// Whether this is a leaf that derivatives are taken by.
  var isVariable: Bool { depth == 0 }

  /// Hands over the step; nil for a variable, and the second time.
  func consume() -> Step? {
    lock.withLock {
      defer { step = nil }
      return step
    }
  }

  deinit {
    // Operands that nothing else holds are emptied here, one after the other: if each freed the next, the
    // stack would have to be as deep as the computation.
    var orphans = consume()?.operands ?? []
    while var node = orphans.popLast() {
      guard isKnownUniquelyReferenced(&node), let step = node.consume() else { continue }
      orphans += step.operands
    }
  }
}
