import Networks
import Tensors

/// How far tokens can be apart, and how large they can be: the largest of their root mean squares.
public struct TokenNorms: Sendable, Hashable {
  /// The largest distance of a token, for embedded tokens that are 1 apart.
  public var distance: UpperBound
  /// The largest root mean square of a token.
  public var size: UpperBound
}

/// How far the outputs of a network that reads tokens can be apart, measured token by token in root mean squares from its embedding on.
///
/// It holds for any number of tokens that change at once, each by a vector of at most that root mean square, as long as the changed ones are no
/// larger than `size` allows.
///
/// Source: Newhouse et al., "Training transformers with enforced Lipschitz constants" (2025), appendix C, with two corrections
/// (`TransformerBound`). The published figure is computed beside it, for comparison only: it is no bound.
public struct TokenBound: Sendable, Hashable {
  /// One step of the network.
  public struct Step: Sendable, Hashable {
    /// The node's name.
    public var name: String
    /// The operation's name.
    public var operation: String
    /// How far apart its outputs can be, and how large.
    public var norms: TokenNorms
  }

  /// The last layer of a network that ends with one.
  public struct Head: Sendable, Hashable {
    /// The norms of what the layer reads.
    public var features: TokenNorms
    /// The parameter of the network that holds its weights, `[inputs, outputs]`.
    public var weight: ParameterID
    /// What the outputs are multiplied by; none of the factors is negative.
    public var scale: UpperBound
  }

  /// The steps, in order.
  public var steps: [Step]
  /// The largest root mean square of an embedded token.
  public var size: UpperBound
  /// The norms of the output; distances are those of its tokens' root mean squares.
  public var output: TokenNorms
  /// The last layer, and what its outputs are multiplied by; nil where the outputs are no linear layer's.
  public var head: Head?
  /// What the published code computes for the same network, which the true distance may exceed.
  public var published: Double?
}

extension UpperBound {
  /// A positive number as a bound of itself; nil for others.
  public static func of(_ number: Double) -> UpperBound? {
    number > 0 ? UpperBound(proved: number) : nil
  }

  /// The root of a sum of squares of numbers.
  public static func root(ofSquares numbers: [Double]) -> UpperBound {
    numbers.map { UpperBound(proved: $0.magnitude) }.euclidean
  }

  /// The root of a count.
  public static func rootOf(_ count: Int) -> UpperBound {
    UpperBound(proved: Double(count)).squareRoot
  }
}

extension Matrix {
  /// The l2 norms of the differences of all pairs of columns of a layer's weights, `[inputs, outputs]`.
  ///
  /// - Soundness: Differences are rounded away from 0, and their norms up.
  public static func columnDifferences(of weight: Tensor<Double>) -> [[UpperBound]] {
    let (inputs, outputs) = (weight.shape[0], weight.shape[1])
    let columns = weight.transposed([1, 0]).scalars
    var result = [[UpperBound]](
      repeating: [UpperBound](repeating: .zero, count: outputs), count: outputs)
    for a in 0..<outputs {
      for b in 0..<a {
        let norm = (0..<inputs).map { place -> UpperBound in
          let difference = (columns[a * inputs + place] - columns[b * inputs + place]).magnitude
          return UpperBound(proved: difference == 0 ? 0 : difference.nextUp)
        }.euclidean
        (result[a][b], result[b][a]) = (norm, norm)
      }
    }
    return result
  }
}

extension Network {
  /// Bounds how far apart the outputs for embedded tokens can be that are some distance from rows of the embedding.
  ///
  /// - Throws: `Unsupported` as the other does.
  public func tokenBound(widenedBy distance: Double) throws(Unsupported) -> TokenBound {
    let largest = try tokenBound().size
    return try tokenBound(size: largest + UpperBound(proved: distance))
  }

  /// Bounds how far apart the outputs for embedded tokens can be.
  ///
  /// - Parameter size: The largest root mean square of an embedded token; nil for the largest row of the embedding.
  /// - Soundness: `TokenWalk` says why for each operation. Changed tokens must be no larger than the size.
  /// - Throws: `Unsupported` naming an operation without a reading, or a network that embeds no tokens.
  public func tokenBound(size: UpperBound? = nil) throws(Unsupported) -> TokenBound {
    let network = recognizingAttention().recognizingGates()
    let walk = try TokenWalk(network, size: size, asPublished: false)
    var bound = TokenBound(
      steps: walk.steps, size: walk.size, output: walk.norms[network.output] ?? walk.unknown,
      head: walk.head(of: self), published: nil)
    bound.published = try? TokenWalk(network, size: size, asPublished: true)
      .norms[network.output]?.distance.value
    return bound
  }
}

/// The norms of the nodes between an embedding and the output.
struct TokenWalk {
  let network: Network
  /// Whether to compose norms as the published code does, which is unsound.
  let asPublished: Bool
  private(set) var norms: [Int: TokenNorms] = [:]
  private(set) var steps: [TokenBound.Step] = []
  private(set) var size = UpperBound.zero
  private var known: [ParameterID: UpperBound] = [:]
  let unknown = TokenNorms(distance: .infinity, size: .infinity)

  init(_ network: Network, size given: UpperBound?, asPublished: Bool) throws(Unsupported) {
    self.network = network
    self.asPublished = asPublished
    let needed = network.isNeeded
    for (id, node) in network.nodes.enumerated() where needed[id] {
      guard let operation = node.operation else { continue }
      if let embedding = operation as? Embedding {
        guard norms.isEmpty else {
          throw Unsupported(
            operation: operation.name, node: node.name, analysis: "the bound of tokens",
            reason: "it is a second embedding")
        }
        size = given ?? largestRow(embedding.table)
        norms[id] = TokenNorms(distance: .one, size: size)
      } else {
        guard let found = read(operation, node) else {
          throw Unsupported(
            operation: operation.name, node: node.name, analysis: "the bound of tokens",
            reason: reason(for: operation))
        }
        norms[id] = found
      }
      steps.append(
        TokenBound.Step(
          name: node.name, operation: operation.name, norms: norms[id] ?? unknown))
    }
  }

  /// The last layer of the network that was recognised, its weights as the network has them that was given.
  func head(of given: Network) -> TokenBound.Head? {
    var (last, scale) = (network.output, UpperBound.one)
    while let product = network.nodes[last].operation as? MultiplyConstant, !product.isQuotient {
      let factors = network.parameters[product.constant.index].value.scalars
      // One factor, above 0, keeps the order of the outputs.
      guard factors.count == 1, let factor = factors.first, factor > 0 else { return nil }
      scale = scale * UpperBound(proved: factor)
      last = network.nodes[last].inputs[0]
    }
    guard let layer = network.nodes[last].operation as? Linear,
      let features = norms[network.nodes[last].inputs[0]]
    else { return nil }
    let weight = network.parameters[layer.weight.index]
    // Recognising moves parameters; equal values are as good.
    guard let place = given.parameters.firstIndex(where: { $0.value == weight.value }) else {
      return nil
    }
    return TokenBound.Head(features: features, weight: ParameterID(place), scale: scale)
  }

  /// What would have been understood, where that is not plain.
  private func reason(for operation: any Operation) -> String? {
    switch operation {
    case let attention as Attention where attention.form.logits == .distances:
      "distances have a bound where queries, keys and values are one linear layer without a bias, turned by rotary positions at most, and no scale is "
        + "negative"
    case is Attention:
      "its queries, keys and values are to be linear layers without biases, turned by rotary positions at most"
    case is Reshape, is Transpose, is MatrixProduct, is Softmax, is AddConstant:
      "attention is recognised as softmax(s q k^T) v in equal heads, with one number s and a mask that hides later tokens by -1e9 or no mask; "
        + "this is another form"
    default: nil
    }
  }

  private func largestRow(_ table: ParameterID) -> UpperBound {
    let values = network.parameters[table.index].value
    let (rows, width) = (values.shape[0], values.shape[1])
    let matrix = Matrix(rows: rows, columns: width, values.scalars)
    return matrix.twoToInfinityNorm * UpperBound.one.divided(by: Double(width)).squareRoot
  }

  /// - Soundness: A linear layer moves and scales a token by its norm at most, and its bias is added to the size; sums by the triangle
  ///   inequality; GELU lies between 0 and its argument in size and its slope is at most 1.12890415; a constant factor by its largest size.
  private mutating func read(_ operation: any Operation, _ node: Network.Node) -> TokenNorms? {
    let inputs = node.inputs.compactMap { norms[$0] }
    guard inputs.count == node.inputs.count else { return nil }
    switch operation {
    case let layer as Linear:
      let norm = norm(of: layer.weight, heads: 1)
      let bias = layer.bias.map { meanSquare(of: network.parameters[$0.index].value.scalars) }
      return TokenNorms(
        distance: inputs[0].distance * norm, size: inputs[0].size * norm + (bias ?? .zero))
    case is Add:
      return TokenNorms(
        distance: inputs.map(\.distance).sum, size: inputs.map(\.size).sum)
    case let product as MultiplyConstant where !product.isQuotient:
      let factors = network.parameters[product.constant.index].value.scalars
      let factor = UpperBound(proved: factors.map(\.magnitude).max() ?? 0)
      return TokenNorms(distance: inputs[0].distance * factor, size: inputs[0].size * factor)
    case let gelu as Gelu where !gelu.isApproximate:
      let slope = asPublished ? UpperBound.one : UpperBound(proved: 1.12890415)
      return TokenNorms(distance: inputs[0].distance * slope, size: inputs[0].size)
    case is ReLU: return inputs[0]
    case let turn as RotaryPositions:
      let norm = norm(of: turn)
      return TokenNorms(distance: inputs[0].distance * norm, size: inputs[0].size * norm)
    case let attention as Attention: return read(attention, node)
    default: return nil
    }
  }

  /// - Soundness: In a head, `A v - A' v'` is at most `rV dv + rV Rv s (rQ dq rK Rk + rQ Rq rK dk)`, because rows of `A` sum to 1, a softmax moves by
  ///   at most its logits' largest change in the sum of sizes, and a product of two vectors is at most the product of their root mean squares times
  ///   their width. Values lie on segments between tokens of at most `R`. Heads side by side add mean squares.
  private mutating func read(_ attention: Attention, _ node: Network.Node) -> TokenNorms? {
    if attention.form.logits == .distances { return readDistances(attention, node) }
    let width = Double(node.shape[-1])
    let heads = asPublished ? 1 : attention.form.heads
    guard let queries = projection(node.inputs[0], heads: heads),
      let keys = projection(node.inputs[1], heads: heads),
      let values = projection(node.inputs[2], heads: heads)
    else { return nil }
    // Logits are multiplied by the scale and sum a head's width of products.
    let scale =
      UpperBound(proved: attention.form.scale.magnitude)
      * UpperBound(proved: width).divided(by: Double(attention.form.heads))
    var (distances, sizes): ([UpperBound], [UpperBound]) = ([], [])
    for head in 0..<heads {
      let (q, k, v) = (queries[head], keys[head], values[head])
      let logits = scale * (q.distance * k.size + q.size * k.distance)
      distances.append(v.distance + v.size * logits)
      sizes.append(v.size)
    }
    func meanSquare(_ norms: [UpperBound]) -> UpperBound {
      norms.map(\.squared).sum.divided(by: Double(max(1, norms.count))).squareRoot
    }
    return TokenNorms(distance: meanSquare(distances), size: meanSquare(sizes))
  }

  /// - Soundness: `DistanceAttention.steepness` for each head, all of whose queries, keys and values are one. Heads side by side add mean
  ///   squares; rows of weights sum to 1, so that no token grows.
  private mutating func readDistances(
    _ attention: Attention, _ node: Network.Node
  ) -> TokenNorms? {
    // No formula of this form is published for the token norms here.
    guard !asPublished, attention.form.scale >= 0, Set(node.inputs).count == 1,
      let heads = projection(node.inputs[0], heads: attention.form.heads)
    else { return nil }
    let steepness = DistanceAttention.steepness(tokens: node.shape[-2])
    func meanSquare(_ norms: [UpperBound]) -> UpperBound {
      norms.map(\.squared).sum.divided(by: Double(max(1, norms.count))).squareRoot
    }
    return TokenNorms(
      distance: steepness * meanSquare(heads.map(\.distance)), size: meanSquare(heads.map(\.size)))
  }

  /// The norms of each head's part of a node that attention reads: a linear layer, turned or not.
  private mutating func projection(_ source: Int, heads: Int) -> [TokenNorms]? {
    var (source, turned) = (source, UpperBound.one)
    while let turn = network.nodes[source].operation as? RotaryPositions {
      // Features turn within their head.
      guard heads == 1 || turn.heads % heads == 0 else { return nil }
      turned = turned * norm(of: turn)
      source = network.nodes[source].inputs[0]
    }
    guard let layer = network.nodes[source].operation as? Linear, layer.bias == nil,
      let input = norms[network.nodes[source].inputs[0]]
    else { return nil }
    return (0..<heads).map { head in
      let norm = norm(of: layer.weight, heads: heads, head: head) * turned
      return TokenNorms(distance: input.distance * norm, size: input.size * norm)
    }
  }

  private mutating func norm(of weight: ParameterID, heads: Int, head: Int = 0) -> UpperBound {
    if heads == 1, let norm = known[weight] { return norm }
    let value = network.parameters[weight.index].value
    let width = value.shape[1] / heads
    let part = heads == 1 ? value : value.sliced(head * width..<(head + 1) * width, axis: 1)
    let norm = Matrix(transposing: part, roundoff: .zero).meanSquareNorm
    if heads == 1 { known[weight] = norm }
    return norm
  }

  /// - Soundness: Each pair of features is multiplied by a matrix of two rows, whose norm is at most the root of the sum of its squares; where it is
  ///   a rotation times a number, by that number.
  private func norm(of turn: RotaryPositions) -> UpperBound {
    let cosines = network.parameters[turn.cosines.index].value.scalars
    let sines = network.parameters[turn.sines.index].value.scalars
    let full = network.parameters[turn.cosines.index].value.shape[-1]
    let half = full / turn.heads / 2
    var largest = UpperBound.zero
    for at in cosines.indices where at % (2 * half) < half {
      let (c, d) = (cosines[at], cosines[at + half])
      let (s, t) = (sines[at], sines[at + half])
      let all = [c, d, s, t].map { UpperBound(proved: $0.magnitude).squared }
      largest = max(largest, c == d && s == -t ? all[0] + all[2] : all.sum)
    }
    return largest.squareRoot
  }

  private func meanSquare(of values: [Double]) -> UpperBound {
    values.map { UpperBound(proved: $0.magnitude) }.euclidean
      * UpperBound.one.divided(by: Double(max(1, values.count))).squareRoot
  }
}
