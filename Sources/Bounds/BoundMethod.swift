import Networks

/// A way to bound a network's outputs over a region, from the fastest to the tightest.
///
/// What a method is, is said here; how it bounds, in `Bounder+Method.swift`. A new method is a case in both, and a file of its
/// own.
public enum BoundMethod: String, Sendable, CaseIterable, Codable {
  /// Interval bound propagation.
  case ibp
  /// Linear bounds in terms of the input, propagated forward.
  case forward
  /// Intervals for the intermediate layers, one backward pass for the outputs.
  case crownIBP = "crown-ibp"
  /// Backward passes for every intermediate layer and for the outputs.
  case crown
  /// CROWN with optimised lower slopes.
  case alphaCROWN = "alpha-crown"

  /// The methods whose bounds contain this method's, cheapest first; it is the last itself.
  public var chain: [BoundMethod] {
    switch self {
    case .ibp: [.ibp]
    case .forward: [.ibp, .forward]
    case .crownIBP: [.ibp, .crownIBP]
    case .crown: [.ibp, .crownIBP, .crown]
    case .alphaCROWN: [.ibp, .crownIBP, .crown, .alphaCROWN]
    }
  }

  /// Whether the method encloses operations between linear functions, and not by intervals alone.
  var usesLines: Bool { self != .ibp }

  /// Whether rows have lines of their own that are optimised.
  var optimizesLines: Bool { self == .alphaCROWN }

  /// The fewest examples that are worth a thread of their own: products with few rows are slow, and backward passes for every
  /// layer have many.
  var smallestPart: Int { self == .crown ? 4 : 16 }

  /// Whether the method has a rule for an operation.
  public func supports(_ operation: any Operation) -> Bool {
    let hasInterval = operation is any IntervalPropagating
    let hasLines = operation is any AffinelyPropagating || operation is any LinearlyBounded
    return hasInterval && (hasLines || !usesLines)
  }
}

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
    let intervals = elements * scalarSize * (method.usesLines ? 12 : 4)
    let rows: Int
    switch method {
    case .ibp: rows = 0
    // A function of the input for either end of every element of the largest node.
    case .forward:
      rows = 4 * (nodes.map(\.shape.count).max() ?? 0) * inputShape.count * scalarSize
    case .crownIBP, .crown, .alphaCROWN:
      rows = RowChunks.least(self, scalarSize: scalarSize, optimizing: method.optimizesLines)
    }
    return network + intervals + rows
  }
}
