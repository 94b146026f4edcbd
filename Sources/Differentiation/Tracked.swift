import Tensors

/// A number system that remembers how to differentiate.
///
/// A computation over `Tracked` gives the values that it gives over `Base`, and `gradients` then tells how the
/// result moves with its variables:
///
///     let w = Tracked.variable(Tensor<Double>([2], [1, 2]))
///     let loss = (w * w).reduced(.sum, axis: 0)
///     loss.gradients(of: [w])   // [Tensor([2], [2, 4])]
///
/// Only what depends on a variable is recorded; arithmetic on constants costs what it costs over `Base`.
/// A recorded operation keeps the tensors that its own derivative needs, until a derivative is taken or
/// nothing refers to the result any more.
///
/// Where an operation has a kink, the derivative is the following, which always lies between those of the two
/// sides: 0 for `max(x, 0)`, `min(x, 0)` and `|x|` at 0; one half for each operand of `maximum` and `minimum`
/// where they are equal; an equal share for each of the elements that attain a reduction's maximum or minimum.
/// Comparisons, `sign` and `floor` have derivative zero everywhere.
public struct Tracked<Base: TensorAlgebra>: Sendable {
  /// The value.
  public let base: Base
  let node: TapeNode<Base>?

  init(_ base: Base, node: TapeNode<Base>?) {
    self.base = base
    self.node = node
  }

  /// Creates a constant.
  public init(_ base: Base) { self.init(base, node: nil) }

  /// Creates a value that derivatives can be taken by.
  public static func variable(_ base: Base) -> Tracked {
    Tracked(base, node: TapeNode(variable: base.shape))
  }

  /// Creates the result of an operation of one's own.
  ///
  /// - Parameters:
  ///   - base: The result.
  ///   - dependences: How it depends on the operands; nil for constants.
  public init(_ base: Base, _ dependences: [Dependence<Base>?]) {
    // Written out, as key paths and closures over generic types cost more than all the rest.
    var known: [Dependence<Base>] = []
    for case let dependence? in dependences { known.append(dependence) }
    self.init(base, node: known.isEmpty ? nil : TapeNode(base.shape, known))
  }

  /// The same value as a constant.
  public var detached: Tracked { Tracked(base) }

  /// Whether the value is or depends on a variable.
  public var isTracked: Bool { node != nil }

  /// How a result depends on this value; nil for a constant.
  ///
  /// - Parameter pullback: Maps the gradient of the result to that of this value. It should hold as little as
  ///   possible, and must not hold a tracked value.
  public func dependence(_ pullback: @escaping @Sendable (Base) -> Base) -> Dependence<Base>? {
    node.map { Dependence(node: $0, pullback: pullback) }
  }
}

/// How the result of an operation depends on one operand.
public struct Dependence<Base: TensorAlgebra>: Sendable {
  let node: TapeNode<Base>
  let pullback: @Sendable (Base) -> Base
}

extension Tracked: TensorAlgebra {
  /// The bytes of a scalar, as of the numbers below.
  public static var scalarSize: Int { Base.scalarSize }
  /// Whether intervals are kept by their middles, as of the numbers below.
  public static var keepsMiddles: Bool { Base.keepsMiddles }

  /// Embeds plain numbers as a constant.
  public init(_ values: Tensor<Double>) { self.init(Base(values), node: nil) }

  /// The extents, outermost first.
  public var shape: Shape { base.shape }
  /// The numbers, without their history.
  public var values: Tensor<Double> { base.values }
}
