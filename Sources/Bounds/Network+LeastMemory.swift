import Networks

extension Network {
  /// About how many bytes bounds of one region take at the least, however small the pieces are that the work is cut into.
  ///
  /// - Parameters:
  ///   - method: How to bound.
  ///   - scalarSize: The bytes of a number of the bounds.
  public func leastMemory(for method: BoundMethod, scalarSize: Int) -> Int {
    let weights = parameters.reduce(0) { $0 + $1.value.count }
    let elements = nodes.reduce(0) { $0 + $1.shape.count }
    // The file, the network as read and simplified, and the weights in the numbers of the bounds, some of them transposed.
    let network = weights * (4 + 2 * 8 + 2 * scalarSize)
    // Both ends of every node, and the lines of their relaxations with what they are made from.
    let intervals = elements * scalarSize * (method == .ibp ? 4 : 12)
    let rows: Int
    switch method {
    case .ibp: rows = 0
    // A function of the input for either end of every element of the largest node.
    case .forward:
      rows = 4 * (nodes.map(\.shape.count).max() ?? 0) * inputShape.count * scalarSize
    case .crownIBP, .crown: rows = RowChunks.least(self, scalarSize: scalarSize, optimizing: false)
    case .alphaCROWN: rows = RowChunks.least(self, scalarSize: scalarSize, optimizing: true)
    }
    return network + intervals + rows
  }
}
