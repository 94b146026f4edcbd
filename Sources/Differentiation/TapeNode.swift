import Foundation
import Tensors

/// A step of a computation that a derivative is passed back through.
///
/// Nodes refer to the nodes they were computed from and never the other way, so that what nobody holds any
/// more is freed. A pullback holds plain tensors only, never a tracked value, so that `Dependence.node` is the
/// only way from one node to another.
final class TapeNode<Base: TensorAlgebra>: @unchecked Sendable {
  // Safe to share: `dependences` changes under `lock`, and nothing else changes.

  /// More than any operand's depth; 0 for a variable.
  ///
  /// Depth orders nodes as creation does, without depending on which of two threads was faster. So gradients
  /// are added up in the same order every time.
  let depth: Int
  /// The shape of the value, which is that of its gradient.
  let shape: Shape
  /// Where a gradient goes on to; nil for a variable, and once consumed.
  private var dependences: [Dependence<Base>]?
  private let lock = NSLock()

  /// Creates a variable.
  init(variable shape: Shape) {
    depth = 0
    self.shape = shape
  }

  /// Creates a step.
  init(_ shape: Shape, _ dependences: [Dependence<Base>]) {
    var deepest = 0
    for dependence in dependences { deepest = max(deepest, dependence.node.depth) }
    depth = deepest + 1
    self.shape = shape
    self.dependences = dependences
  }

  /// Whether this is a leaf that derivatives are taken by.
  var isVariable: Bool { depth == 0 }

  /// Hands over where a gradient goes on to; nil for a variable, and the second time.
  func consume() -> [Dependence<Base>]? {
    lock.withLock {
      defer { dependences = nil }
      return dependences
    }
  }

  deinit {
    // Operands that nothing else holds are emptied here, one after the other: if each freed the next, the
    // stack would have to be as deep as the computation.
    var orphans: [TapeNode] = []
    func take(_ dependences: [Dependence<Base>]?) {
      for dependence in dependences ?? [] { orphans.append(dependence.node) }
    }
    take(consume())
    while var node = orphans.popLast() {
      if isKnownUniquelyReferenced(&node) { take(node.consume()) }
    }
  }
}
