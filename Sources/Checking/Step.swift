import Networks
import Tensors

/// One node of a network, as the checker reads it. Some nodes of the file are read as several.
struct Step: Sendable {
  /// Which of the network's nodes it is, or is a part of.
  var node: Int
  /// The name in the model file, for messages.
  var name: String
  /// The tensors of the model file that have its value.
  var tensors: [String]
  /// The nodes it reads.
  var inputs: [Int]
  var layout: Layout
  var kind: Kind
  /// Whether a ReLU or a LeakyRelu reads it, and whether another operation that bends does.
  var isRectified = false
  var isBent = false
  /// The node and the axis of which it has all differences of two elements, where a softmax begins.
  var differences: Differences?
  /// How much too large the value may be, as the kind has it; elements are not below 0 even so.
  var excess = 0.0
  /// Where a softmax ends, what its elements are in the order of.
  var order: Order?
  /// Why no execution in single precision is understood; nil where it is.
  var singleProblem: String?

  enum Kind: Sendable {
    case input
    case affine(Affine)
    /// `max(x, slope x)`, with a slope from 0 to 1: a ReLU has 0.
    case rectifier(slope: Double)
    case curve(any Curve)
    case products(Products)
    /// The largest of some places of the input; or the smallest.
    case largest([[Int32]])
    /// The larger of two inputs, or the smaller.
    case larger(isMinimum: Bool)
    /// No rule is known.
    case unknown(String)
  }

  /// Differences `x_j - x_i` of elements of one group: for each i, those of all j but i, in order.
  struct Differences: Sendable {
    /// The node.
    var source: Int
    /// The elements of a group.
    var size: Int

    /// The element with the same two numbers in the other order.
    func mirrored(_ element: Int) -> Int {
      let (pair, column) = (element / (size - 1), element % (size - 1))
      let (group, i) = (pair / size, pair % size)
      let j = column < i ? column : column + 1
      return (group * size + j) * (size - 1) + (i < j ? i : i - 1)
    }
  }

  /// What a softmax does not change: of two elements of one group, which one is larger.
  struct Order: Sendable {
    /// The node that the softmax reads; its elements lie at the same places.
    var source: Int
    /// The group of each element, by places.
    var groups: [Int]
  }
}

/// A node that is a sum of linear maps of others, and an offset.
struct Affine: Sendable {
  /// What one of its inputs adds.
  struct Term: Sendable {
    var input: Int
    var map: any LinearMap
  }

  /// How single precision computes it.
  enum Arithmetic: Sendable {
    /// Elements are moved or negated.
    case exact
    /// A sum of the terms and the offset.
    case sum
    /// A sum of products, of so many roundings, with sums up to `headroom` times as large on the way.
    case products(roundings: Int, headroom: Double)
    /// A factor and an addend for each place, which may be moved into the weights of the node before: a batch normalisation.
    ///
    /// `addends` are the sizes of all that is added, by places; `limit` bounds all that the factors are computed from, and `growth`
    /// all that numbers are multiplied by on the way.
    case scaling(addends: [Double]?, limit: Double, growth: Double)
  }

  var terms: [Term]
  /// What is added, by places; nil for nothing.
  var offset: [Double]?
  /// By how much the offset may be wrong; nil for exact ones.
  var offsetError: [Double]?
  /// How many roundings lie between the coefficients and the true ones: each is within `k u` of it, relatively.
  var coefficientRoundings = 0
  var arithmetic: Arithmetic

  /// The most products in a sum, over all terms.
  var fanIn: Int { terms.reduce(0) { $0 + $1.map.fanIn } }
  var fanOut: Int { terms.map(\.map.fanOut).max() ?? 0 }
  /// Whether every element of the result is one element of an input or its negation, unchanged.
  var isMove: Bool {
    if case .exact = arithmetic { true } else { false }
  }
}
