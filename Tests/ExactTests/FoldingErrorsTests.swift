import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Exact

/// What folding rounds is not in a program, so that it is taken off what the program shows.
@Suite struct FoldingErrorsTests {
  @Test("Outputs of the rewritten network are as near to the true ones as is said")
  func differences() throws {
    var random = SplitMix64(seed: 12)
    var largest = 0.0
    for trial in 0..<40 {
      var network = Network(input: [1, 3, 1, 1])
      func parameter(_ shape: Shape, _ size: Double = 1) -> ParameterID {
        let values = (0..<shape.count).map { _ in
          Double(Float(Double.random(in: 0.5...1, using: &random) * size))
        }
        return network.addParameter("p\(network.parameters.count)", Tensor(shape, values))
      }
      try network.add(
        Convolution(weight: parameter([2, 3, 1, 1], 0x1p20), bias: parameter([2])), [0])
      // The root is 3, and a third is no double.
      let variance = network.addParameter("variance", Tensor(repeating: 8, [2]))
      let normalization = BatchNormalization(
        scale: parameter([2]), bias: parameter([2], 0x1p18), mean: parameter([2], 0x1p10),
        variance: variance, epsilon: 1)
      try network.add(normalization, [1])
      try network.add(ReLU(), [2])
      let simplified = network.simplified()
      #expect(simplified.nodes.count == 3)
      let x = (0..<3).map { _ in Double(Float(Double.random(in: 0...1, using: &random))) }
      let region = try Region(lower: x, upper: x)
      let errors = try simplified.foldingErrors(
        over: region, simplified.parameters(as: Tensor<Double>.self))
      // Three times the true output is a sum of products of floats.
      func values(_ id: ParameterID) -> [Dyadic] {
        network.parameters[id.index].value.scalars.map { Dyadic($0) }
      }
      var plain = Network(input: [1, 3, 1, 1])
      guard let layer = network.nodes[1].operation as? Convolution, let bias = layer.bias else {
        Issue.record("no convolution")
        return
      }
      let weight = plain.addParameter("w", network.parameters[layer.weight.index].value)
      let added = plain.addParameter("b", network.parameters[bias.index].value)
      try plain.add(Convolution(weight: weight, bias: added), [0])
      let sums = plain.exactValues(at: x)[1]
      let found = simplified.exactValues(at: x)[simplified.output]
      for channel in 0..<2 {
        let threefold =
          values(normalization.scale)[channel]
          * (sums[channel] - values(normalization.mean)[channel])
          + Dyadic(3) * values(normalization.bias)[channel]
        let difference = threefold - Dyadic(3) * found[channel]
        let size = difference < .zero ? -difference : difference
        #expect(size <= Dyadic(3) * Dyadic(errors[channel]), "\(trial)")
        #expect(errors[channel] < 1e-6)
        largest = max(largest, errors[channel])
      }
    }
    #expect(largest > 0)
  }

  @Test("A network that was not rewritten has none")
  func none() throws {
    var network = Network(input: [1, 2])
    let weight = network.addParameter("w", Tensor([2, 2], [1, 0.3, -0.7, 1e10]))
    try network.add(Linear(weight: weight), [0])
    try network.add(ReLU(), [1])
    let errors = try network.foldingErrors(
      over: Region(lower: [0, 0], upper: [1, 1]), network.parameters(as: Tensor<Double>.self))
    #expect(errors == [0, 0])
  }

  @Test("An error that is no number stops the search")
  func noNumber() throws {
    var network = Network(input: [1, 1])
    let huge = network.addParameter("w", Tensor([1, 1], [1e300]), error: .init(roundings: 1))
    for _ in 0..<2 { try network.add(Linear(weight: huge), [network.output]) }
    try network.add(ReLU(), [2])
    let zero = network.addParameter("zero", Tensor([1, 1], [0]), error: .init(roundings: 1))
    try network.add(Linear(weight: zero), [3])
    let errors = try? network.foldingErrors(
      over: Region(lower: [0], upper: [1]), network.parameters(as: Tensor<Double>.self))
    #expect(errors?.allSatisfy { !$0.isFinite } ?? true)
  }
}
