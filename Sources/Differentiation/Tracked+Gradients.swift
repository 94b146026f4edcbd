import Tensors

extension Tracked {
  /// The gradients of this value by some variables.
  ///
  /// The computation is consumed: each operation's tensors are freed as soon as the derivative has passed, so
  /// that memory falls from here on. Ask for all gradients at once, therefore; a second call that meets an
  /// operation already consumed is a programming error. Variables are not consumed.
  ///
  /// A variable may also be an intermediate value of the computation.
  ///
  /// - Parameters:
  ///   - variables: What to differentiate by.
  ///   - seed: The gradient of what is sought by this value, of its shape. Without it the value must be a
  ///     single number.
  /// - Returns: A gradient for each variable, of its shape; zeros where this value does not depend on it.
  public func gradients(of variables: [Tracked], seed: Base? = nil) -> [Base] {
    precondition(
      seed.map { $0.shape == shape } ?? (shape.count == 1),
      "Gradients of a value of shape \(shape) need a seed of that shape")
    var sweep = GradientSweep(wanted: variables.compactMap(\.node))
    if let node { sweep.run(from: node, seed: seed ?? .full(1, shape)) }
    return variables.map { variable in
      variable.node.flatMap { sweep.gradient(of: $0) } ?? .full(0, variable.shape)
    }
  }
}

/// A walk from a result back to its variables, deepest nodes first.
struct GradientSweep<Base: TensorAlgebra> {
  /// The sums so far, of the nodes that wait.
  private var sums: [ObjectIdentifier: Base] = [:]
  /// The nodes that have a sum, by depth.
  private var waiting: [[TapeNode<Base>]] = []
  private let wanted: Set<ObjectIdentifier>
  private var found: [ObjectIdentifier: Base] = [:]

  init(wanted: [TapeNode<Base>]) {
    self.wanted = Set(wanted.map { ObjectIdentifier($0) })
  }

  /// The gradient that was found for a wanted node.
  func gradient(of node: TapeNode<Base>) -> Base? { found[ObjectIdentifier(node)] }

  mutating func run(from root: TapeNode<Base>, seed: Base) {
    waiting = .init(repeating: [], count: root.depth + 1)
    add(seed, to: root)
    // A node's gradient is complete when all deeper nodes have passed theirs on.
    for depth in waiting.indices.reversed() {
      while let node = waiting[depth].popLast() { pass(node) }
    }
  }

  private mutating func add(_ gradient: Base, to node: TapeNode<Base>) {
    precondition(
      gradient.shape == node.shape, "Gradient \(gradient.shape) of a value \(node.shape)")
    let id = ObjectIdentifier(node)
    if let sum = sums[id] {
      sums[id] = sum + gradient
    } else {
      sums[id] = gradient
      waiting[node.depth].append(node)
    }
  }

  /// Passes the gradient of a node on to its operands and frees what the node kept.
  private mutating func pass(_ node: TapeNode<Base>) {
    let id = ObjectIdentifier(node)
    guard let gradient = sums.removeValue(forKey: id) else { return }
    if wanted.contains(id) { found[id] = gradient }
    guard !node.isVariable else { return }
    guard let dependences = node.consume() else {
      preconditionFailure(
        "A derivative was taken through this \(node.shape) value before; its record is consumed")
    }
    for dependence in dependences { add(dependence.pullback(gradient), to: dependence.node) }
  }
}
