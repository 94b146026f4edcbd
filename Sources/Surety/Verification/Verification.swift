import Bounds
import Properties
import Records
import Search

/// The answer to the question whether a property holds, with what led to it.
public struct Verification: Sendable {
  /// The answers there are.
  public enum Answer: Sendable, Hashable {
    /// The property holds: no input of any region violates it.
    case holds
    /// The property is violated at an input, which was run through the network.
    case violated(Witness)
    /// Neither was shown.
    case unknown
    /// The time limit came before all methods were tried.
    case timeout
  }

  /// A method that was tried.
  public struct Step: Sendable, Hashable, Codable {
    /// The method's name, or `attack`.
    public var method: String
    /// The seconds it took.
    public var seconds: Double
    /// The violations that it ruled out.
    public var ruledOut: Int

    enum CodingKeys: String, CodingKey {
      case method, seconds
      case ruledOut = "ruled_out"
    }
  }

  /// The answer.
  public var answer: Answer
  /// The answer in a sentence: what was shown, or what was missing and what would help.
  public var reason: String
  /// The method that decided; nil when none did.
  public var method: String?
  /// The least amount by which a violation was still possible, negative, or by which all were ruled out;
  /// nil when nothing was bounded.
  public var bestMargin: Double?
  /// The arithmetic of the bounds.
  public var arithmetic: String
  /// What was tried, in order.
  public var steps: [Step]
  /// The seconds that finding the answer took.
  public var seconds: Double
  /// What the certificates of the answer are about, or why there is none; nil where none was asked for.
  public var proof: ProofRecord? = nil
  /// The part of the regions' volume that certificates cover, where a search was stopped; nil where they are about all or nothing.
  public var certifiedVolume: Double? = nil
}

extension Verification.Answer {
  /// The word of the competition's result format.
  public var word: String {
    switch self {
    case .holds: "unsat"
    case .violated: "sat"
    case .unknown: "unknown"
    case .timeout: "timeout"
    }
  }

  /// Whether it says that the property holds, or that it does not.
  public var isDecided: Bool {
    switch self {
    case .holds, .violated: true
    case .unknown, .timeout: false
    }
  }

  /// A result file: the word, and the witness where there is one.
  public var resultText: String {
    if case .violated(let witness) = self { witness.resultText } else { "\(word)\n" }
  }
}

/// How a property is verified.
public struct VerifierOptions: Sendable {
  /// How long to try; nil for as long as it takes.
  public var timeout: Duration?
  /// The arithmetic of the bounds; nil for that of the network's own numbers.
  public var precision: Precision?
  /// The methods to try, in order.
  public var methods: [BoundMethod] = Verifier.methods
  /// Whether to search for a counterexample.
  public var attacks = true
  /// The search that decides what bounds leave open, if any.
  public var completeMethod: CompleteMethod? = nil
  /// Where branch and bound keeps its tree, if anywhere; the file goes when the answer is known.
  public var checkpoint: SearchCheckpoint?
  /// Keeps the boxes that branch and bound closes, for a proof; none where nil.
  public var recorder: BoxRecorder?
  /// Asked between steps, and between batches of the complete search; the run stops when this says true.
  public var isCancelled: @Sendable () -> Bool = { false }
  /// The bytes that the rows of backward passes may take.
  public var memory = 4 << 30
  /// Where the random numbers of the search start.
  public var seed: UInt64 = 0

  /// Creates options with defaults that work.
  public init() {}
}
