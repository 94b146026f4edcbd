import Networks
import Tensors

/// An operation that says how far its outputs can be apart, given how far its inputs are.
///
/// - Soundness: For any two inputs of the network whose values lie in the ranges of the context, the outputs of the node are within
///   the result times the distance of the network's inputs, if the node's inputs are within what is given.
protocol LipschitzReadable: Operation {
  /// How far the node's outputs can be apart.
  ///
  /// - Soundness: As the protocol states, in real arithmetic; what is computed to find the number is rounded up.
  /// - Throws: `Unsupported` where there is no finite bound, with the reason.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading
}

/// What a node's operation makes of the distances of its inputs.
struct NodeReading: Sendable {
  /// How far its outputs can be apart.
  var reach: NodeReach
  /// The spectral norm that was found on the way, if one was.
  var norm: NormEnclosure?
  /// What was done, for people: a formula, or how a norm was found.
  var remark: String

  init(_ reach: NodeReach, _ remark: String, norm: NormEnclosure? = nil) {
    (self.reach, self.remark, self.norm) = (reach, remark, norm)
  }
}

/// What a reading may ask about its node.
struct ReadingContext: Sendable {
  /// The network.
  let network: Network
  /// The node.
  let node: Int
  /// The parameters in double precision.
  let parameters: Parameters<Tensor<Double>>
  /// The least and the largest value of each element of each node over the region; nil where the bound is for all inputs.
  let ranges: [NodeRange?]?
  /// The outputs whose differences no reader passes on, by element; nil where all count.
  let unread: [Bool]?

  /// The least and the largest values of a node's elements.
  struct NodeRange: Sendable {
    let lower: [Double]
    let upper: [Double]

    /// - Soundness: An end that is no number says nothing: it becomes the infinity on its side, which no comparison passes over.
    init(lower: [Double], upper: [Double]) {
      self.lower = lower.map { $0.isNaN ? -.infinity : $0 }
      self.upper = upper.map { $0.isNaN ? .infinity : $0 }
    }
  }

  var shape: Shape { network.nodes[node].shape }
  var inputShapes: [Shape] { network.inputShapes(of: node) }

  /// The range of an input's elements; everything where nothing is known.
  func range(ofInput index: Int) -> NodeRange? { ranges?[network.nodes[node].inputs[index]] }

  /// The largest size of each element of an input over the region, or of a constant; nil where there is no limit.
  func sizes(ofInput index: Int) -> [Double]? {
    let input = network.nodes[node].inputs[index]
    if let constant = network.nodes[input].operation as? Constant {
      return parameters[constant.value].scalars.map { abs($0) }
    }
    guard let range = ranges?[input] else { return nil }
    let sizes = zip(range.lower, range.upper).map { max(abs($0), abs($1)) }
    return sizes.allSatisfy(\.isFinite) ? sizes : nil
  }

  /// What a number that the reader of the model computed from others counts as.
  private static let computedRoundoff = UpperBound(proved: 0x1p-44)

  /// How far a parameter may be from what the model means, as a part of its size: nothing, or what folding it into a layer cost.
  ///
  /// - Soundness: A parameter that was folded knows its roundings.
  func roundoff(of id: ParameterID) -> UpperBound {
    let parameter = network.parameters[id.index]
    if parameter.error.roundings > 0 {
      return UpperBound(
        proved: 1.02 * Double(parameter.error.roundings) * ParameterError.unit)
    }
    return parameter.isExact ? .zero : Self.computedRoundoff
  }

  /// The error that stops the analysis at this node.
  func unsupported(_ reason: String? = nil) -> Unsupported {
    let node = network.nodes[node]
    return Unsupported(
      operation: node.operation?.name ?? "Input", node: node.name, analysis: "lipschitz",
      reason: reason)
  }
}
