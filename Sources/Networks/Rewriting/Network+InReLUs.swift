import Tensors

extension Network {
  /// The same function with leaky ReLUs, absolute values and maxima written as ReLUs and affine steps.
  ///
  /// `max(a, b) = a + max(b - a, 0)`, `|x| = max(x, 0) + max(-x, 0)`, and a leaky ReLU of slope `s` is
  /// `s x + (1 - s) max(x, 0)`. Analyses that know ReLUs alone read networks with any of them this way.
  ///
  /// - Parameter keepsLeaky: Whether leaky ReLUs stay as they are.
  public func expressedInReLUs(keepsLeaky: Bool = false) -> Network {
    rewritten { node, rebuilder in
      let inputs = nodes[node].inputs
      switch nodes[node].operation {
      case let leaky as LeakyReLU where !keepsLeaky:
        rebuilder.express(leaky, of: inputs[0], at: node)
      case is Magnitude: rebuilder.expressMagnitude(of: inputs[0], at: node)
      case let pool as MaxPool: rebuilder.express(pool, of: inputs[0], at: node)
      default: rebuilder.keep(node)
      }
    }
  }
}

extension NetworkRebuilder {
  fileprivate mutating func express(_ leaky: LeakyReLU, of input: Int, at node: Int) {
    let x = newNode(input)
    let positive = add(ReLU(), [x], for: node)
    stand(
      add(
        Add(), [scaled(x, leaky.slope, node), scaled(positive, 1 - leaky.slope, node)], for: node),
      for: node)
  }

  fileprivate mutating func expressMagnitude(of input: Int, at node: Int) {
    let x = newNode(input)
    let positive = add(ReLU(), [x], for: node)
    let negative = add(ReLU(), [add(Negate(), [x], for: node)], for: node)
    stand(add(Add(), [positive, negative], for: node), for: node)
  }

  /// The largest of each window, by a tournament of pairs.
  fileprivate mutating func express(_ pool: MaxPool, of input: Int, at node: Int) {
    let shape = old.nodes[input].shape
    let flat: Shape = [shape[0], shape[1], shape.dropping(2).count]
    let pixels = add(Reshape(to: flat), [newNode(input)], for: node)
    var left = pool.taps(of: shape).map {
      add(Selection(axis: 2, indices: $0), [pixels], for: node)
    }
    while left.count > 1 {
      var winners: [Int] = []
      for pair in stride(from: 0, to: left.count - 1, by: 2) {
        let gain = add(
          ReLU(), [add(Add(isDifference: true), [left[pair + 1], left[pair]], for: node)], for: node
        )
        winners.append(add(Add(), [left[pair], gain], for: node))
      }
      if left.count % 2 == 1 { winners.append(left[left.count - 1]) }
      left = winners
    }
    stand(add(Reshape(to: old.nodes[node].shape), [left[0]], for: node), for: node)
  }

  private mutating func scaled(_ x: Int, _ factor: Double, _ node: Int) -> Int {
    let constant = addParameter("\(old.nodes[node].name).factor", Tensor([1], [factor]))
    return add(MultiplyConstant(constant), [x], for: node)
  }
}
