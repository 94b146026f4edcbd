import Foundation
import Lipschitz
import Networks
import Records
import Tensors

/// The rows of one node of attention over some inputs: how evenly each spreads, and what its spread cannot be below.
///
/// The entropy of a row `a` is `-sum a log a`, from 0, where a token attends to one other alone, to the logarithm of their number. Training of
/// transformers that breaks down goes with an entropy near 0.
///
/// Source: Zhai et al., "Stabilizing transformer training by preventing attention entropy collapse" (ICML 2023), section 3.1 and theorem 3.1.
struct AttentionRows: Sendable {
  /// The name of the node.
  let name: String
  /// The entropy of each row, in nats: example by example, head by head.
  let entropies: [Double]
  /// What the entropy of each row is at least, by the norms of weights and tokens, in the same order; nil where queries and keys are not
  /// linear layers of the same tokens, or queries have a bias.
  let floors: [Double]?

  /// Looks at every node of attention.
  ///
  /// - Parameter x: Inputs, `[examples] + input shape`.
  static func all(of network: Network, on x: Tensor<Double>) -> [AttentionRows] {
    var values: [Int: Tensor<Double>] = [0: x]
    var found: [AttentionRows] = []
    _ = network.evaluate(x, network.parameters(as: Tensor<Double>.self)) { id, value in
      values[id] = value
      if let rows = AttentionRows(network, id, { values[$0] }) { found.append(rows) }
    }
    return found
  }

  /// Looks at one node; nil where it is no attention.
  ///
  /// - Parameter value: The value of a node before it.
  init?(_ network: Network, _ id: Int, _ value: (Int) -> Tensor<Double>?) {
    let node = network.nodes[id]
    guard let form = (node.operation as? Attention)?.form, let queries = value(node.inputs[0]),
      let keys = value(node.inputs[1])
    else { return nil }
    name = node.name
    let weights = Tensor<Double>.attentionWeights(queries, keys, form)
    let tokens = weights.shape[-1]
    entropies = weights.withElements { weights in
      stride(from: 0, to: weights.count, by: max(1, tokens)).map { row in
        weights[row..<row + tokens].reduce(0.0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
      }
    }
    floors = LogitSizes(network, node, form).flatMap { sizes in
      value(sizes.source).map { sizes.floors(of: $0) }
    }
  }

  /// The record of the means over all rows; nil where they are no numbers.
  var record: AttentionRecord? {
    let count = Double(max(1, entropies.count))
    let mean = entropies.reduce(0, +) / count
    guard mean.isFinite else { return nil }
    let floor = floors.map { $0.reduce(0, +) / count }
    return AttentionRecord(
      name: name, entropy: mean, entropyAtLeast: floor.flatMap { $0.isFinite ? $0 : nil })
  }

  /// The least entropy of a softmax over some tokens whose logits, less their mean, have an l2 norm of at most `size`.
  ///
  /// Least where one logit is as far above all others as the norm allows.
  ///
  /// Source: Zhai et al. (2023), theorem 3.1.
  static func leastEntropy(logits size: Double, tokens: Int) -> Double {
    guard tokens > 1 else { return 0 }
    let (count, others) = (Double(tokens), Double(tokens - 1))
    let share = exp(-size * (count / others).squareRoot())
    return log1p(others * share)
      + size * (count * others).squareRoot() * share / (1 + others * share)
  }
}

/// How large logits of attention can be, by the norms of the weights that queries and keys are made with.
private struct LogitSizes {
  /// The node that queries and keys are linear layers of.
  let source: Int
  private let form: AttentionForm
  /// For each head the norm of the bilinear form, where logits are one of the tokens.
  private var forms: [Double]?
  /// For each head the norm of the queries' weights times that of the keys'.
  private var products: [Double] = []

  /// nil where queries and keys are not linear layers of the same tokens, queries have a bias, or logits are no products; a bias of keys moves all
  /// logits of a row alike.
  init?(_ network: Network, _ node: Network.Node, _ form: AttentionForm) {
    func layer(_ input: Int) -> (layer: Linear, source: Int, isTurned: Bool)? {
      var (id, isTurned) = (node.inputs[input], false)
      while network.nodes[id].operation is RotaryPositions {
        (id, isTurned) = (network.nodes[id].inputs[0], true)
      }
      guard let layer = network.nodes[id].operation as? Linear else { return nil }
      return (layer, network.nodes[id].inputs[0], isTurned)
    }
    // Logits of distances are no bilinear form.
    guard form.logits == .products, let queries = layer(0), let keys = layer(1),
      queries.source == keys.source, queries.layer.bias == nil
    else { return nil }
    let isBilinear = !queries.isTurned && !keys.isTurned && !form.isCausal
    guard isBilinear || keys.layer.bias == nil else { return nil }
    source = queries.source
    self.form = form
    func heads(_ id: ParameterID) -> [Tensor<Double>] {
      let weights = network.parameters[id.index].value
      let width = weights.shape[1] / form.heads
      return (0..<form.heads).map { weights.sliced($0 * width..<($0 + 1) * width, axis: 1) }
    }
    let pairs = zip(heads(queries.layer.weight), heads(keys.layer.weight))
    products = pairs.map { $0.spectralBound * $1.spectralBound }
    if isBilinear {
      forms = pairs.map {
        $0.product($1, transposingLeft: false, transposingRight: true).spectralBound
          + Double($0.shape[1]) * 0x1p-50 * $0.frobenius * $1.frobenius
      }
    }
  }

  /// What the entropy of each row is at least, in the order of rows of attention.
  ///
  /// Row i of the logits is `s X A x_i`, and what is the same for all tokens of a row does not matter to a softmax, so that the mean token
  /// is taken off `X`. Where rows see only some tokens, or these are turned by their places, norms of single tokens take the place of that of `X`.
  ///
  /// - Parameter x: The tokens, `[examples, ..., tokens, width]`.
  func floors(of x: Tensor<Double>) -> [Double] {
    let (tokens, width) = (x.shape[-2], x.shape[-1])
    let examples = x.count / max(1, tokens * width)
    let all = x.reshaped([examples, tokens, width])
    // Room for the rounding of values that were computed in single precision.
    let scale = abs(form.scale) * (1 + 1e-4)
    var result: [Double] = []
    for example in 0..<examples {
      let own = all.sliced(example..<example + 1, axis: 0).reshaped([tokens, width])
      let squares = own.applying(.square).reduced(.sum, axis: 1).scalars
      var seen: [Double] = []
      if forms != nil {
        let mean = own.reduced(.sum, axis: 0) * (1 / Double(tokens))
        seen = [Double](repeating: (own - mean).spectralBound, count: tokens)
      } else {
        var sum = 0.0
        let total = squares.reduce(0, +)
        for square in squares {
          sum += square
          seen.append((form.isCausal ? sum : total).squareRoot())
        }
      }
      for norm in forms ?? products {
        for row in 0..<tokens {
          let size = scale * norm * seen[row] * squares[row].squareRoot()
          result.append(
            AttentionRows.leastEntropy(logits: size, tokens: form.isCausal ? row + 1 : tokens))
        }
      }
    }
    return result
  }
}

extension Tensor where Scalar == Double {
  /// A number that no singular value of the matrix exceeds.
  fileprivate var spectralBound: Double {
    Matrix(rows: shape[0], columns: shape[1], scalars).spectralNorm.upper.value
  }

  /// The l2 norm of all elements.
  fileprivate var frobenius: Double {
    withElements { $0.reduce(0) { $0 + $1 * $1 } }.squareRoot()
  }
}
