import Bounds
import Datasets
import Foundation
import Properties

/// What to certify, and how.
public struct CertifierOptions: Sendable {
  /// The distance, in pixel values from 0 to 1.
  public var epsilon: Double
  /// The distance as it was written, such as `2/255`; certificates state it exactly.
  public var epsilonText: String?
  /// How distance is measured.
  public var norm = Norm.infinity
  /// What the network expects of its input.
  public var normalization = Normalization.none
  /// What the output of a network of one output is compared with; nil for 0, or for 0.5 after a sigmoid.
  public var threshold: Double?
  /// The methods to try, in order.
  public var methods: [BoundMethod] = Verifier.methods
  /// Whether it is asked first how far the outputs can move at all, by proved norms of the layers; the method `lipschitz`.
  public var usesConstants = false
  /// Whether constants of late layers are joined to linear bounds of early ones, region by region, after the methods; the method `lipschitz-crown`.
  public var joinsConstants = false
  /// The search that decides what the methods leave open, if any.
  public var completeMethod: CompleteMethod?
  /// The arithmetic of the bounds; nil for that of the network's own numbers.
  public var precision: Precision?
  /// How long an example may take; nil for as long as it takes. It counts what is spent on the example alone, and its
  /// share of what is done for a batch.
  public var timeout: Duration?
  /// How many examples are bounded at a time.
  public var batch = 16
  /// The bytes that the rows of backward passes may take.
  public var memory = 4 << 30
  /// The steps of each descent of the attack; 0 for no attack.
  public var attackSteps = 100
  /// The descents of the attack from different starts for each other class.
  public var attackRestarts = 2
  /// Where the random numbers of the attack start.
  public var seed: UInt64 = 0
  /// Writes the certificates of results; none where nil.
  public var prover: Prover?
  /// Why there are no certificates, where there is no prover and results are to say so.
  public var withoutProver: String?
  /// Told what is being done, in a few words, for a line of progress.
  public var onStage: @Sendable (String) -> Void = { _ in }

  /// Creates options for a distance.
  public init(epsilon: Double) { self.epsilon = epsilon }
}

/// How far a run has come.
public struct CertificationProgress: Sendable {
  /// The examples with a result.
  public var done: Int
  /// The examples that were asked for.
  public var requested: Int
  /// The examples with each verdict.
  public var verdicts: [String: Int]
}
