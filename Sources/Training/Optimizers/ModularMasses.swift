import Files
import Networks
import Tensors

extension OptimizerSettings {
  /// How a step is divided among the matrices.
  public enum Masses: String, Sendable, Hashable, CaseIterable, RecipeChoice {
    /// Each matrix moves by the rate.
    case none
    /// The matrices share the rate by their masses, so that the output moves by the rate.
    case modular
  }
}

extension Network {
  /// What each matrix's step is multiplied by, so that all steps together move the output by the rate: `mass / total / sensitivity`.
  ///
  /// The sensitivity of a node is how far the output moves for each unit by which the node does, along all paths: the product of the
  /// sensitivities of what follows, summed over branches, where matrices count as of norm 1. A first or last layer has mass 1.
  ///
  /// With steps of norm 1 and matrices of norm at most 1, to first order the output moves by at most the sum over matrices of their scale
  /// times sensitivity, which is 1, for inputs of root mean square 1.
  ///
  /// Source: Large et al., "Scalable optimization in the modular norm" (NeurIPS 2024), with the composition and concatenation of masses and
  /// sensitivities there, as used by Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025).
  ///
  /// - Parameters:
  ///   - blockMass: What the matrices between the first and the last layers weigh together; nil for 1 each.
  ///   - source: What the network comes from, for errors.
  /// - Returns: The scale of each trained parameter; 1 for those that are no matrix.
  /// - Throws: `InputError` naming an operation of no known sensitivity.
  func modularScales(
    _ trainable: [ParameterID], _ forms: [WeightForm], blockMass: Double?, source: String
  ) throws(InputError) -> [StepScale] {
    let sensitivities = try sensitivities(source: source)
    var readers: [ParameterID: [Int]] = [:]
    for id in nodes.indices {
      if let weight = matrix(of: id) { readers[weight, default: []].append(id) }
    }
    let edges = lastLayers.union(firstLayers)
    let matrices = trainable.indices.filter {
      forms[$0] != .elements && readers[trainable[$0]] != nil
    }
    func isInner(_ place: Int) -> Bool {
      readers[trainable[place], default: []].allSatisfy { !edges.contains($0) }
    }
    let inner = matrices.count(where: isInner)
    func mass(_ place: Int) -> Double {
      isInner(place) ? (blockMass.map { $0 / Double(inner) } ?? 1) : 1
    }
    let total = matrices.reduce(0) { $0 + mass($1) }
    var scales = trainable.map { _ in StepScale() }
    for place in matrices {
      let along = readers[trainable[place], default: []].reduce(0) { $0 + sensitivities[$1] }
      // What moves nothing may as well stay.
      scales[place].rate = along > 0 ? mass(place) / total / along : 0
    }
    return scales
  }

  /// How far the output moves for each unit by which a node does, of each node.
  func sensitivities(source: String) throws(InputError) -> [Double] {
    var result = [Double](repeating: 0, count: nodes.count)
    result[output] = 1
    let needed = isNeeded
    for id in nodes.indices.reversed() where needed[id] && result[id] > 0 {
      guard let operation = nodes[id].operation else { continue }
      guard let own = sensitivity(of: operation) else {
        throw InputError(
          source, place: "optimizer.masses",
          "modular has no sensitivity for operation \(operation.name) (node \(nodes[id].name)); expected none"
        )
      }
      for input in nodes[id].inputs { result[input] += own * result[id] }
    }
    return result
  }

  /// How far an operation's output moves for each unit by which one of its inputs does, by the largest root mean square of a token or pixel.
  private func sensitivity(of operation: any Operation) -> Double? {
    switch operation {
    case is Linear, is Convolution, is Embedding, is Attention, is RotaryPositions: 1
    case is Add, is AddConstant, is Negate, is Reshape, is Transpose, is AveragePool: 1
    case let reduce as Reduce where reduce.isMean: 1
    case is ReLU, is Magnitude, is Tanh: 1
    case let leaky as LeakyReLU: max(1, abs(leaky.slope))
    case is Gelu: 1.12890415
    case let product as MultiplyConstant:
      parameters[product.constant.index].value.scalars.map {
        product.isQuotient ? 1 / abs($0) : abs($0)
      }.max()
    default: nil
    }
  }

  /// The layers that no other layer comes before.
  private var firstLayers: Set<Int> {
    var hasLayer = [Bool](repeating: false, count: nodes.count)
    var found = Set<Int>()
    for id in nodes.indices {
      let isBehind = nodes[id].inputs.contains { hasLayer[$0] }
      hasLayer[id] = isBehind || matrix(of: id) != nil
      if !isBehind, matrix(of: id) != nil { found.insert(id) }
    }
    return found
  }

  /// The matrix or table that a node reads.
  private func matrix(of node: Int) -> ParameterID? {
    switch nodes[node].operation {
    case let layer as Linear: layer.weight
    case let layer as Convolution: layer.weight
    case let layer as Embedding: layer.table
    default: nil
    }
  }
}
