import ModelFiles
import Networks
import Proofs
import Tensors
import TestSupport

@testable import Checking

/// A transformer with random weights, as it is read from a file, with what a proof about it states.
struct TokenModel {
  let network: Network
  let checked: CheckedNetwork
  let graph: TokenGraph
  let tokens: [UInt32]
  let proof: TokenProof
  let parameters: Parameters<Tensor<Double>>

  static let count = 5
  static let vocabulary = 7

  /// - Parameter size: The largest size of a weight.
  init(
    seed: UInt64, heads: Int = 2, blocks: Int = 1, width: Int = 8, size: Double = 0.4,
    logitScale: Double = 2
  ) throws {
    var g = SplitMix64(seed: seed)
    var built = try LipschitzTransformer(
      vocabulary: Self.vocabulary, tokens: Self.count, width: width, blocks: blocks, heads: heads,
      expansion: 2, logitScale: logitScale, finalScale: 1.5
    ).network()
    for id in built.trainableParameters {
      let shape = built.parameters[id.index].value.shape
      built.setValue(
        Tensor(
          shape,
          (0..<shape.count).map { _ -> Double in
            Double(Float(Double.random(in: -size...size, using: &g)))
          }),
        of: id)
    }
    try self.init(Network(parsingONNX: built.onnxData(), source: "transformer"))
  }

  init(_ network: Network) throws {
    self.network = network
    checked = CheckedNetwork(network, sha256: noDigest)
    graph = try checked.tokens.get().graph
    tokens = (0..<Self.count).map { UInt32(($0 * 3 + 1) % Self.vocabulary) }
    parameters = network.parameters(as: Tensor<Double>.self)
    var norms: [TokenProof.Norms] = []
    for part in try checked.tokenLayers().parts {
      let norm = Self.norm(part) * (1 + 1e-9)
      if norms.last?.node == part.node {
        norms[norms.count - 1].parts.append(norm)
      } else {
        norms.append(.init(node: part.node, parts: [norm]))
      }
    }
    proof = TokenProof(norms: norms)
  }

  /// The spectral norm, as power iteration finds it.
  static func norm(_ part: CheckedNetwork.LayerPart) -> Double {
    var vector = (0..<part.columns).map { 1 + 0.37 * Double(($0 * 7919) % 13) }
    var stretch = 0.0
    for _ in 0..<2000 {
      let squares: Double = vector.reduce(0) { $0 + $1 * $1 }
      guard squares > 0 else { return 0 }
      let length = squares.squareRoot()
      vector = vector.map { $0 / length }
      var image = [Double](repeating: 0, count: part.rows)
      var next = [Double](repeating: 0, count: part.columns)
      for row in 0..<part.rows {
        for column in 0..<part.columns {
          image[row] += part.values[row * part.columns + column] * vector[column]
        }
        for column in 0..<part.columns {
          next[column] += part.values[row * part.columns + column] * image[row]
        }
      }
      let imageSquares: Double = image.reduce(0) { $0 + $1 * $1 }
      stretch = imageSquares.squareRoot()
      vector = next
    }
    return stretch
  }

  func region(
    _ epsilon: Double, _ change: InputRegion.Tokens.Change = .vectors
  ) throws -> InputRegion.Tokens {
    InputRegion.Tokens(
      node: try checked.tokenLayers().embedding, tokens: tokens, epsilon: ExactNumber(epsilon),
      change: change)
  }

  func certificate(
    _ region: InputRegion.Tokens, place: Int, token: Int, _ proof: TokenProof? = nil
  ) -> Certificate {
    Certificate(
      claim: checked.claim(.tokens(region), .prediction(place: place, token: token)),
      proof: .tokens(proof ?? self.proof))
  }

  /// The node that embeds tokens.
  var embedding: Int {
    network.nodes.firstIndex { $0.operation is Embedding } ?? 0
  }

  /// The rows of the text.
  func embedded(_ tokens: [UInt32]) -> [Double] {
    tokens.flatMap { Array(graph.table.row(Int($0))) }
  }

  /// What a step computes of embedded tokens, by plain doubles.
  func values(of step: Int, at rows: [Double]) -> [Double] {
    var network = network
    network.setOutput(graph.steps[step].node, named: "step")
    let shape = Shape([1] + network.nodes[embedding].shape.dimensions)
    guard graph.steps[step].node != embedding else { return rows }
    return network.evaluate(Tensor<Double>(shape, rows), from: embedding, parameters).scalars
  }
}

/// The norm of each row of a difference.
func rowDistances(_ a: [Double], _ b: [Double], count: Int) -> [Double] {
  let width = a.count / count
  return (0..<count).map { row -> Double in
    var sum = 0.0
    for place in row * width..<(row + 1) * width {
      sum += (a[place] - b[place]) * (a[place] - b[place])
    }
    return sum.squareRoot()
  }
}
