import Networks
import Tensors
import TestSupport
import Testing

@Suite("Rewritten networks compute the same")
struct SimplifyingTests {
  /// A network of random layers on images with four channels, full of steps that can be simplified.
  static func network(seed: UInt64) throws -> Network {
    var random = SplitMix64(seed: seed)
    var network = Network(input: [1, 4, 6, 6], named: "image")
    func add(_ operation: any Operation, _ name: String) throws {
      try network.add(operation, [network.output], named: name)
    }
    for layer in 0..<5 {
      let groups = [1, 2, 4][Int.random(in: 0..<3, using: &random)]
      let weight = network.addParameter("w\(layer)", random.tensor([4, 4 / groups, 3, 3]))
      let bias = network.addParameter("b\(layer)", random.tensor([4]))
      let hasBias = Bool.random(using: &random)
      let geometry = ConvolutionGeometry(padding: [1, 1, 1, 1], groups: groups)
      if Bool.random(using: &random) {
        try add(
          Convolution(weight: weight, bias: hasBias ? bias : nil, geometry: geometry),
          "conv\(layer)")
      } else {
        try add(
          TransposedConvolution(weight: weight, bias: hasBias ? bias : nil, geometry: geometry),
          "spread\(layer)")
      }
      if Bool.random(using: &random) {
        let shift = network.addParameter("shift\(layer)", random.tensor([1, 4, 1, 1]))
        try add(AddConstant(shift), "add\(layer)")
      }
      if Bool.random(using: &random) {
        let scale = network.addParameter("scale\(layer)", random.tensor([4]))
        let shift = network.addParameter("beta\(layer)", random.tensor([4]))
        let mean = network.addParameter("mean\(layer)", random.tensor([4]))
        let variance = network.addParameter("variance\(layer)", random.tensor([4]).magnitude())
        try add(
          BatchNormalization(scale: scale, bias: shift, mean: mean, variance: variance),
          "norm\(layer)")
      }
      if Bool.random(using: &random) {
        let zeros = network.addParameter("zeros\(layer)", Tensor(repeating: 0, [1, 1, 6]))
        try add(AddConstant(zeros), "nothing\(layer)")
        try add(Reshape(to: [1, 4, 36]), "flat\(layer)")
        try add(Reshape(to: [1, 4, 6, 6]), "image\(layer)")
      }
      if Bool.random(using: &random) { try add(ReLU(), "relu\(layer)") }
    }
    try add(Reshape(to: [1, 144]), "flatten")
    let matrix = network.addParameter("matrix", random.tensor([144, 5]))
    try add(Linear(weight: matrix), "dense")
    let shift = network.addParameter("shift", random.tensor([5]))
    try add(AddConstant(shift), "dense.bias")
    let before = network.output
    try network.add(Negate(), [before], named: "unused")
    network.setOutput(before, named: "scores")
    return network
  }

  static let passes: [(name: String, pass: @Sendable (Network) -> Network)] = [
    ("removing unused nodes", { $0.removingUnused() }),
    ("dropping neutral steps", { $0.droppingNeutralSteps() }),
    ("merging reshapes", { $0.mergingReshapes() }),
    ("folding biases", { $0.foldingBiases() }),
    ("folding batch normalisation", { $0.foldingBatchNormalization() }),
    ("folding input scales", { $0.foldingInputScales() }),
    ("all", { $0.simplified() }),
  ]

  @Test("Outputs are equal after every rewriting", arguments: 0..<passes.count, 0..<12)
  func outputsAreEqual(pass: Int, seed: Int) throws {
    let network = try Self.network(seed: UInt64(seed))
    let rewritten = Self.passes[pass].pass(network)
    var random = SplitMix64(seed: 99)
    let x = random.tensor([3, 1, 4, 6, 6])
    let expected = network.evaluate(x, network.parameters(as: Tensor<Double>.self)).scalars
    let found = rewritten.evaluate(x, rewritten.parameters(as: Tensor<Double>.self)).scalars
    let scale = expected.map(abs).max() ?? 1
    #expect(largestRelativeDifference(found, expected, floor: scale) < 1e-12)
    #expect(rewritten.outputName == "scores" && rewritten.inputName == "image")
  }

  @Test("Nothing that can be folded stays")
  func nothingStays() throws {
    for seed in 0..<12 {
      let simple = try Self.network(seed: UInt64(seed)).simplified()
      for node in simple.nodes {
        #expect(!(node.operation is AddConstant) && !(node.operation is BatchNormalization))
        #expect(!(node.operation is Reshape) || node.name == "flatten")
        #expect(node.name != "unused")
      }
      // Layers keep their names, parameters that no layer reads are gone.
      #expect(simple.nodes.last?.name == "dense")
      let used = Set(simple.nodes.flatMap { $0.operation?.parameters ?? [] })
      #expect(used.count == simple.parameters.count)
    }
  }

  @Test("A layer that something else reads too keeps its normalisation apart")
  func sharedLayerStays() throws {
    var random = SplitMix64(seed: 1)
    var network = Network(input: [1, 3])
    let weight = network.addParameter("w", random.tensor([3, 2]))
    let layer = try network.add(Linear(weight: weight), [0])
    let statistics = ["s", "b", "m", "v"].map {
      network.addParameter($0, random.tensor([2]).magnitude())
    }
    let normalized = try network.add(
      BatchNormalization(
        scale: statistics[0], bias: statistics[1], mean: statistics[2], variance: statistics[3],
        rank: 2), [layer])
    try network.add(Add(), [layer, normalized])
    let simple = network.simplified()
    #expect(simple.nodes.contains { $0.operation is BatchNormalization })
    let x = random.tensor([2, 1, 3])
    #expect(
      network.evaluate(x, network.parameters(as: Tensor<Double>.self))
        == simple.evaluate(x, simple.parameters(as: Tensor<Double>.self)))
  }

  @Test("Normalisations that share a scale keep their own statistics")
  func sharedScale() throws {
    var network = Network(input: [1, 1])
    let one = network.addParameter("one", Tensor([1], [1]))
    let zero = network.addParameter("zero", Tensor([1], [0]))
    let three = network.addParameter("three", Tensor([1], [3]))
    let fifteen = network.addParameter("fifteen", Tensor([1], [15]))
    for variance in [three, fifteen] {
      try network.add(
        BatchNormalization(
          scale: one, bias: zero, mean: zero, variance: variance, epsilon: 1, rank: 2),
        [network.output])
    }
    let y = network.evaluate(
      Tensor<Double>([1, 1, 1], [8]), network.parameters(as: Tensor<Double>.self))
    #expect(y.scalars == [1])
  }
}
