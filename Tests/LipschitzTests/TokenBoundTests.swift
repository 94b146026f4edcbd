import Networks
import Tensors
import TestSupport
import Testing

@testable import Lipschitz

/// A transformer with random weights of some size.
private func transformer(
  _ architecture: LipschitzTransformer, size: Double, _ g: inout SplitMix64
) throws -> Network {
  var network = try architecture.network()
  for id in network.trainableParameters {
    let shape = network.parameters[id.index].value.shape
    // Some weights are concentrated in few entries, as trained ones are.
    let isSparse = Bool.random(using: &g)
    network.setValue(
      Tensor(
        shape,
        (0..<shape.count).map { _ in
          isSparse && Int.random(in: 0..<4, using: &g) > 0
            ? 0 : Double.random(in: -size...size, using: &g)
        }), of: id)
  }
  return network
}

@Suite("Bounds of tokens")
struct TokenBoundTests {
  @Test("No search goes beyond the bound, over 150 transformers")
  func searches() throws {
    var g = SplitMix64(seed: 12)
    var closest = 0.0
    for index in 0..<150 {
      let heads = [1, 2, 4][index % 3]
      let architecture = LipschitzTransformer(
        vocabulary: 5, tokens: 4, width: 8, blocks: 1 + index % 2, heads: heads, expansion: 2,
        logitScale: [1, 4][index % 2], finalScale: 1 + Double(index % 3))
      let network = try transformer(architecture, size: [0.2, 0.6, 1.5][index / 3 % 3], &g)
      let bound = try network.tokenBound()
      let embedded = try #require(network.fromEmbedding())
      var search = try SlopeSearch(ofTokens: embedded, limit: bound.size.value)
      (search.starts, search.walks) = (4, 2)
      let found = search.largest(seed: UInt64(index)).value
      #expect(found <= bound.output.distance.value * (1 + 1e-9), "\(architecture)")
      closest = max(closest, found / bound.output.distance.value)
    }
    // A loose bound would pass all of the above.
    #expect(closest > 0.3)
  }

  @Test("The bound of the graph is that of the closed form")
  func closedForm() throws {
    var g = SplitMix64(seed: 3)
    let architecture = LipschitzTransformer(
      vocabulary: 6, tokens: 3, width: 8, blocks: 2, heads: 2, expansion: 2, logitScale: 3)
    let network = try transformer(architecture, size: 0.7, &g)
    func matrix(_ name: String, columns: Range<Int>? = nil) throws -> Matrix {
      let parameter = try #require(network.parameters.first { $0.name == "\(name).weight" })
      let part = columns.map { parameter.value.sliced($0, axis: 1) } ?? parameter.value
      return Matrix(transposing: part, roundoff: .zero)
    }
    let blocks = try (1...2).map { block -> TransformerBlock in
      let heads = try (0..<2).map { head -> HeadNorms in
        let columns = head * 4..<(head + 1) * 4
        return try HeadNorms(
          queries: matrix("block\(block).queries", columns: columns),
          keys: matrix("block\(block).keys", columns: columns),
          values: matrix("block\(block).values", columns: columns))
      }
      return try TransformerBlock(
        heads: heads, mixing: matrix("block\(block).mixing").meanSquareNorm,
        rising: matrix("block\(block).rising").meanSquareNorm,
        falling: matrix("block\(block).falling").meanSquareNorm)
    }
    var closed = TransformerBound(blocks)
    closed.logitScale = UpperBound(proved: 3)
    let bound = try network.tokenBound()
    let tokens = closed.tokens(size: bound.size)
    let head = try matrix("head").meanSquareNorm
    // Angles and shares are 32-bit floats in the network.
    #expect(abs(bound.output.distance.value / (tokens.distance * head).value - 1) < 1e-5)
    #expect(abs((bound.head?.features.size.value ?? 0) / tokens.size.value - 1) < 1e-5)
  }

  @Test("The published figure falls below what a search reaches; the bound does not")
  func publishedFigure() throws {
    // One token for each head, which puts all of its size there, and values that are copied.
    var network = try LipschitzTransformer(
      vocabulary: 4, tokens: 4, width: 16, blocks: 1, heads: 4, expansion: 1
    ).network()
    func set(_ name: String, _ value: (Int, Int) -> Double) {
      for (index, parameter) in network.parameters.enumerated()
      where parameter.name == "\(name).weight" {
        let shape = parameter.value.shape
        network.setValue(
          Tensor(shape, (0..<shape.count).map { value($0 / shape[1], $0 % shape[1]) }),
          of: ParameterID(index))
      }
    }
    set("embedding") { row, column in column / 4 == row ? 2 : 0 }
    for name in ["values", "mixing"] { set("block1.\(name)") { $0 == $1 ? 1 : 0 } }
    for name in ["queries", "keys"] { set("block1.\(name)") { $0 == $1 ? 1 : 0 } }
    set("head") { row, column in row == column ? 0.5 : 0 }
    let bound = try network.tokenBound()
    let embedded = try #require(network.fromEmbedding())
    let search = try SlopeSearch(ofTokens: embedded, limit: 1)
    let found = search.largest().value
    #expect(found <= bound.output.distance.value)
    let published = try #require(bound.published)
    #expect(bound.output.distance.value > published)
  }

  @Test("Nodes of one name are told apart")
  func names() throws {
    var network = Network(input: [1, 3], named: "tokens")
    let table = network.addParameter("table", Tensor([2, 2], [1, 0, 0, 1]))
    try network.add(Embedding(table: table), [0])
    for factor in [0.01, 100] {
      let id = network.addParameter("factor", Tensor([1], [factor]))
      try network.add(MultiplyConstant(id), [network.output], named: "same")
    }
    let weight = network.addParameter("weight", Tensor([2, 2], [1, 2, 3, -4]))
    try network.add(Linear(weight: weight), [network.output])
    let head = try #require(network.tokenBound().head)
    #expect(head.features.distance.value >= 1 && head.features.distance.value < 1 + 1e-12)
    #expect(head.scale == .one)
  }

  @Test("Weights of extreme size make the search give up, not the program")
  func extremes() throws {
    var g = SplitMix64(seed: 1)
    let architecture = LipschitzTransformer(
      vocabulary: 3, tokens: 2, width: 4, blocks: 1, heads: 2)
    let network = try transformer(architecture, size: 1e200, &g)
    let embedded = try #require(network.fromEmbedding())
    #expect(try SlopeSearch(ofTokens: embedded, limit: 1).largest().value.isFinite)
  }

  @Test("Networks that are no such transformers are refused by name")
  func refusals() throws {
    var network = Network(input: [1, 3], named: "tokens")
    let table = network.addParameter("table", Tensor(repeating: 1, [4, 2]))
    try network.add(Embedding(table: table), [0])
    try network.add(Tanh(), [1])
    #expect(throws: Unsupported.self) { try network.tokenBound() }
    #expect(throws: Unsupported.self) { try network.fromEmbedding()?.tokenBound() }
  }
}
