import Attacks
import Bounds
import Datasets
import Files
import Lipschitz
import Networks
import Properties
import Tensors

/// Proves that what a transformer predicts at a place does not change, however each embedded token is changed within a distance.
///
/// The features that the last layer reads move by at most `L` times the distance (`TokenBound`), so the difference of outputs `i` and `j` by at most
/// `|w_i - w_j| sqrt(width) L` times it. A place is certified where that is less than each margin.
public struct TokenCertifier: Sendable {
  /// What was found out about a place.
  public struct Answer: Sendable, Hashable, Codable {
    /// The place in the window.
    public var place: Int
    /// The token with the largest output there; nil where rounding leaves it open.
    public var prediction: Int?
    /// The distance within which it is proved to stay the largest, at most the one that was asked for.
    public var radius: Double
  }

  /// The distance, a root mean square of the change of each embedded token.
  public let epsilon: Double
  /// The bound over tokens as large as the distance can make them.
  public let bound: TokenBound
  /// How many tokens have a row.
  public var vocabulary: Int { table.shape[0] }
  /// The norms of what the last layer reads.
  public let features: TokenNorms
  /// What reads embedded tokens.
  public let embedded: Network
  private let bounder: Bounder<Tensor<Double>>
  private let table: Tensor<Double>
  /// For each pair of outputs how far their difference moves, for features that are 1 apart in l2.
  private let differences: [[UpperBound]]
  private let reach: UpperBound

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - network: It embeds tokens and ends with a linear layer, whose outputs may be multiplied by one number.
  ///   - epsilon: The distance.
  ///   - source: What to call the network in errors.
  /// - Throws: `InputError` when the network is of another form, or an operation has no reading.
  public init(_ network: Network, epsilon: Double, source: String) throws(InputError) {
    guard let embedded = network.fromEmbedding(),
      let table = network.nodes.lazy.compactMap({ ($0.operation as? Embedding)?.table }).first
    else {
      throw InputError(source, "embeds no tokens that are its input")
    }
    guard epsilon >= 0, epsilon.isFinite else {
      throw InputError("--eps", "\(epsilon) is not a distance; expected a number of 0 or more")
    }
    self.epsilon = epsilon
    self.embedded = embedded
    self.table = network.parameters[table.index].value
    do throws(Unsupported) {
      bound = try network.tokenBound(widenedBy: epsilon)
    } catch {
      throw InputError(source, error.description)
    }
    guard let head = bound.head else {
      throw InputError(
        source,
        "does not end with a linear layer, times one positive number at most: differences of its outputs are needed"
      )
    }
    features = head.features
    let weight = network.parameters[head.weight.index].value
    guard network.outputShape[-1] == weight.shape[1] else {
      throw InputError(source, "gives \(network.outputShape), expected outputs of the last layer")
    }
    differences = Matrix.columnDifferences(of: weight)
    reach = head.scale * features.distance * UpperBound.rootOf(weight.shape[0])
    bounder = Bounder(embedded.simplified())
  }

  /// The embedded tokens of a window, row after row.
  ///
  /// - Precondition: Every token has a row (`vocabulary`).
  public func rows(of tokens: [Int32]) -> [Double] {
    let width = table.shape[1]
    return tokens.flatMap { token in
      table.withElements { Array($0[Int(token) * width..<(Int(token) + 1) * width]) }
    }
  }

  /// What is proved of each place of a window.
  ///
  /// - Soundness: Outputs at the window are bounded by intervals over that one point, rounding accounted for; the rest by `TokenBound`, for tokens
  ///   no larger than the largest row and the distance together. Quotients are rounded down.
  /// - Throws: `InputError` when an operation has no interval rule.
  public func answers(for tokens: [Int32]) throws(InputError) -> [Answer] {
    let point = rows(of: tokens)
    let shape = Shape([1] + embedded.inputShape.dimensions)
    let x = Tensor<Double>(shape, point)
    let outputs: Interval<Tensor<Double>>?
    do throws(Unsupported) {
      outputs = try bounder.intervals(
        over: InputSet(box: Interval(lower: x, upper: x)), forRows: false
      ).intervals[bounder.network.output]
    } catch {
      throw InputError("model", error.description)
    }
    guard let outputs else { return [] }
    let (lower, upper) = (outputs.lower.scalars, outputs.upper.scalars)
    // What has overflowed says nothing, on whichever side.
    guard lower.allSatisfy(\.isFinite), upper.allSatisfy(\.isFinite) else {
      return (0..<lower.count / differences.count).map {
        Answer(place: $0, prediction: nil, radius: 0)
      }
    }
    let size = differences.count
    return (0..<lower.count / size).map { place in
      let at = place * size
      let best = (0..<size).max { lower[at + $0] < lower[at + $1] } ?? 0
      var radius = Double.infinity
      for other in 0..<size where other != best {
        let (own, rival) = (lower[at + best], upper[at + other])
        // Room for steps whose rounding is not accounted for one by one, as in every network that has more than affine ones and ReLUs.
        let room = Judgement.slack * (own.magnitude + rival.magnitude)
        let margin = (own - rival - room).nextDown
        guard margin > 0 else { return Answer(place: place, prediction: nil, radius: 0) }
        let moved = differences[best][other] * reach
        radius = min(radius, moved.value > 0 ? max(0, (margin / moved.value).nextDown) : .infinity)
      }
      return Answer(place: place, prediction: best, radius: min(radius, epsilon))
    }
  }
}
