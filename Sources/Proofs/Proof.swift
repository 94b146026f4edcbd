/// A recipe by which a claim can be proved again.
public indirect enum Proof: Sendable, Hashable {
  /// By intervals, node by node. For each condition its combinations, each a weight for each constraint; nil for the usual ones.
  case interval(weights: [[[Double]]]?)
  /// By lines, back to the input.
  case linear(LinearProof)
  /// By how far nodes can move from their values at the middle of the region. Not in a leaf.
  case lipschitz(LipschitzProof)
  /// By how far the tokens of a transformer can move from those of a text. Only at the top.
  case tokens(TokenProof)
  /// By cutting the region into parts.
  case tree(TreeProof)
  /// The cuts leave no input. Only in a leaf.
  case empty
  /// Different proofs for different conditions. Only at the top.
  case each([Part])
  /// An input that violates the property. Only for `violated`.
  case counterexample(NumberArray)

  /// A proof for some of the conditions.
  public struct Part: Sendable, Hashable {
    /// Which conditions, from 0.
    public var conditions: [Int]
    /// Their proof.
    public var proof: Proof

    /// Creates a part.
    public init(conditions: [Int], proof: Proof) {
      self.conditions = conditions
      self.proof = proof
    }
  }
}

/// What a proof by lines says beyond what a checker does by itself.
public struct LinearProof: Sendable, Hashable {
  /// The elements of a node that are bounded by rows of their own.
  public struct Pass: Sendable, Hashable {
    /// The node, by its tensor.
    public var node: String
    /// The elements; nil for the unstable ones.
    public var elements: [UInt32]?

    /// Creates a pass over elements of a node, or over the unstable ones.
    public init(_ node: String, elements: [UInt32]? = nil) {
      self.node = node
      self.elements = elements
    }
  }

  /// Slopes of one row's own.
  public struct Slopes: Sendable, Hashable {
    /// The row: combinations of all conditions are counted in order, from 0.
    public var row: Int
    /// The node that a ReLU reads, by its tensor.
    public var node: String
    /// Which elements of it have slopes here.
    public var elements: [UInt32]
    /// Their slopes, over 255.
    public var values: [UInt8]

    /// Creates slopes.
    public init(row: Int, node: String, elements: [UInt32], values: [UInt8]) {
      self.row = row
      self.node = node
      self.elements = elements
      self.values = values
    }
  }

  /// What one row gets from the cuts of nodes on the way to a leaf.
  public struct Multipliers: Sendable, Hashable {
    /// The row.
    public var row: Int
    /// A number from 0 on for each cut of a node, from the root.
    public var values: [Double]

    /// Creates multipliers.
    public init(row: Int, values: [Double]) {
      self.row = row
      self.values = values
    }
  }

  /// Passes, in the order of the file's nodes.
  public var passes: [Pass]
  /// For each condition its combinations; nil for the usual ones.
  public var weights: [[[Double]]]?
  /// Slopes of rows' own; elements without one have the adaptive slope.
  public var slopes: [Slopes]
  /// Multipliers; only in a leaf.
  public var multipliers: [Multipliers]

  /// Creates a proof.
  public init(
    passes: [Pass] = [], weights: [[[Double]]]? = nil, slopes: [Slopes] = [],
    multipliers: [Multipliers] = []
  ) {
    self.passes = passes
    self.weights = weights
    self.slopes = slopes
    self.multipliers = multipliers
  }
}

/// A proof by the norms of linear maps.
public struct LipschitzProof: Sendable, Hashable {
  /// A number that the spectral norm of the linear map from one node to another is at most.
  public struct Norm: Sendable, Hashable {
    /// The affine node, by its tensor.
    public var node: String
    /// The node that is not affine, or the input, by its tensor.
    public var source: String
    /// The number.
    public var norm: Double

    /// Creates a statement.
    public init(node: String, source: String, norm: Double) {
      (self.node, self.source, self.norm) = (node, source, norm)
    }
  }

  /// The norms, one for a pair of nodes at most; a map without one stretches as far as the intervals say.
  public var norms: [Norm]
  /// For each condition its combinations; nil for the usual ones.
  public var weights: [[[Double]]]?

  /// Creates a proof.
  public init(norms: [Norm], weights: [[[Double]]]? = nil) {
    (self.norms, self.weights) = (norms, weights)
  }
}

/// A proof by the norms of the matrices between the tokens of a transformer.
public struct TokenProof: Sendable, Hashable {
  /// Numbers that the spectral norms of a layer's matrix are at most.
  public struct Norms: Sendable, Hashable {
    /// The linear layer, by its tensor.
    public var node: String
    /// One for each equal part of its outputs, in order: a part for each head where attention reads the layer, and one elsewhere.
    public var parts: [Double]

    /// Creates a statement.
    public init(node: String, parts: [Double]) { (self.node, self.parts) = (node, parts) }
  }

  /// The norms, of each layer but the last one.
  public var norms: [Norms]

  /// Creates a proof.
  public init(norms: [Norms]) { self.norms = norms }
}

/// A proof by parts of the region.
public struct TreeProof: Sendable, Hashable {
  /// Where a part is cut in two.
  public struct Cut: Sendable, Hashable {
    /// What is compared.
    public enum Place: Sendable, Hashable {
      /// An element of the input.
      case input(Int)
      /// An element of a node, by the node's tensor.
      case node(String, element: Int)
    }

    /// What is compared.
    public var place: Place
    /// The number it is compared with.
    public var at: ExactNumber

    /// Creates a cut.
    public init(_ place: Place, at: ExactNumber) {
      self.place = place
      self.at = at
    }
  }

  /// A part, cut further or proved.
  public indirect enum Branch: Sendable, Hashable {
    /// The inputs at most at the cut, and those at least there.
    case cut(Cut, below: Branch, above: Branch)
    /// A proof over the part, by the rule `interval`, `linear` or `empty`.
    case leaf(Proof)
  }

  /// Passes over the whole region.
  public var passes: [LinearProof.Pass]
  /// The whole region.
  public var root: Branch

  /// Creates a tree.
  public init(passes: [LinearProof.Pass] = [], root: Branch) {
    self.passes = passes
    self.root = root
  }
}
