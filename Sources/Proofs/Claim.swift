/// What a certificate says about a network.
public struct Claim: Sendable, Hashable {
  /// The network that a claim is about.
  public struct Subject: Sendable, Hashable {
    /// The SHA-256 digest of the model file, decompressed, in lowercase hexadecimal.
    public var sha256: String
    /// The name of the input.
    public var input: String
    /// The name of the output.
    public var output: String

    /// Creates a reference to a network.
    public init(sha256: String, input: String, output: String) {
      self.sha256 = sha256
      self.input = input
      self.output = output
    }
  }

  /// The arithmetic that a claim is about.
  public enum Meaning: String, Sendable, Hashable, CaseIterable {
    /// The numbers of the file as exact reals, and no rounding.
    case real
    /// Every execution in IEEE single precision.
    case binary32
  }

  /// What is claimed of the property.
  public enum Verdict: String, Sendable, Hashable, CaseIterable {
    /// No input of the region gives a violation.
    case holds
    /// Some input does.
    case violated
  }

  /// The network.
  public var network: Subject
  /// The arithmetics under each of which the claim is made; at least one.
  public var meanings: [Meaning]
  /// The inputs.
  public var region: InputRegion
  /// What makes an output a violation.
  public var property: OutputProperty
  /// What is claimed.
  public var verdict: Verdict
  /// The same for people; nil for nothing.
  public var words: String?

  /// Creates a claim.
  public init(
    network: Subject, meanings: [Meaning], region: InputRegion, property: OutputProperty,
    verdict: Verdict = .holds, words: String? = nil
  ) {
    self.network = network
    self.meanings = meanings
    self.region = region
    self.property = property
    self.verdict = verdict
    self.words = words
  }
}

/// The inputs that a claim is about, in the flattened elements of the network's input.
public enum InputRegion: Sendable, Hashable {
  /// A ball of pixels around an image, which the network reads normalised.
  public struct Pixels: Sendable, Hashable {
    /// How the distance of two inputs is measured.
    public enum Norm: String, Sendable, Hashable, CaseIterable {
      /// The largest change of any element.
      case infinity = "inf"
      /// The Euclidean distance.
      case two = "2"
      /// The sum of the changes of all elements.
      case one = "1"
    }

    /// The middle of the ball.
    public var center: NumberArray
    /// The largest distance.
    public var epsilon: ExactNumber
    /// How it is measured.
    public var norm = Norm.infinity
    /// The least value of a pixel; nil for no limit.
    public var lowest: ExactNumber?
    /// The largest value of a pixel; nil for no limit.
    public var highest: ExactNumber?
    /// What is subtracted from the pixels of each channel; one for all, or none.
    public var mean: [ExactNumber] = []
    /// What the difference is divided by; one for each channel, one for all, or none.
    public var deviation: [ExactNumber] = []

    /// Creates a ball without limits and normalisation, which are set afterwards.
    public init(center: NumberArray, epsilon: ExactNumber, norm: Norm = .infinity) {
      self.center = center
      self.epsilon = epsilon
      self.norm = norm
    }
  }

  /// What a text becomes by changes of its tokens.
  public struct Tokens: Sendable, Hashable {
    /// What changes.
    public enum Change: String, Sendable, Hashable, CaseIterable {
      /// Every token's row of the embedding, all at once, by a vector of at most the distance each.
      case vectors
      /// One token at most, for another whose row is at most the distance away from its own.
      case token
    }

    /// The embedding, by its tensor.
    public var node: String
    /// The text.
    public var tokens: [UInt32]
    /// The largest distance of two rows, a root mean square.
    public var epsilon: ExactNumber
    /// What changes.
    public var change: Change

    /// Creates the changes of a text.
    public init(node: String, tokens: [UInt32], epsilon: ExactNumber, change: Change = .vectors) {
      (self.node, self.tokens) = (node, tokens)
      (self.epsilon, self.change) = (epsilon, change)
    }
  }

  /// Every element between its ends, ends included.
  case box(lower: NumberArray, upper: NumberArray)
  /// A ball of pixels.
  case pixels(Pixels)
  /// Changes of a text's tokens.
  case tokens(Tokens)
}

/// What makes an output a violation.
public enum OutputProperty: Sendable, Hashable {
  /// An element with its coefficient.
  public struct Term: Sendable, Hashable {
    /// Which element, flattened row-major.
    public var index: Int
    /// What it is multiplied by.
    public var coefficient: ExactNumber

    /// Creates a term.
    public init(_ index: Int, _ coefficient: ExactNumber) {
      self.index = index
      self.coefficient = coefficient
    }
  }

  /// A linear inequality: the sum of the terms is at most the bound, or below it.
  public struct Constraint: Sendable, Hashable {
    /// The terms over outputs.
    public var outputs: [Term]
    /// The terms over inputs.
    public var inputs: [Term]
    /// The largest value of the sum.
    public var bound: ExactNumber
    /// Whether the sum must stay below the bound.
    public var isStrict: Bool

    /// Creates an inequality.
    public init(
      outputs: [Term], inputs: [Term] = [], bound: ExactNumber, isStrict: Bool = false
    ) {
      self.outputs = outputs
      self.inputs = inputs
      self.bound = bound
      self.isStrict = isStrict
    }
  }

  /// An output element that is not above all others is a violation.
  case label(Int)
  /// An output whose element for a token, at a place of the text, is not above those for all other tokens there is a violation.
  case prediction(place: Int, token: Int)
  /// An output is a violation if all constraints of some condition hold.
  case conditions([[Constraint]])
}
