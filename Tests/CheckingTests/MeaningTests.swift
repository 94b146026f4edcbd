import Foundation
import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// What the meaning `binary32` covers beyond the nodes one by one.
@Suite("Every execution in single precision")
struct MeaningTests {
  private func state(
    _ network: Network, _ lower: [Double], _ upper: [Double]
  ) throws -> (Analysis, PartState) {
    let checked = CheckedNetwork(network, sha256: noDigest)
    let claim = try checked.prepare(
      checked.claim(
        .box(lower: NumberArray(lower), upper: NumberArray(upper)), .label(0), [.binary32]))
    return (claim.analysis, try #require(try claim.state(after: [])))
  }

  private func parameter(
    _ network: inout Network, _ shape: Shape, _ values: [Double]
  ) -> ParameterID {
    network.addParameter("p\(network.parameters.count)", Tensor(shape, values))
  }

  @Test("A normalisation folded into the weights before it, and an addition begun with its addend")
  func foldedAndFused() throws {
    for seed in 0..<200 as Range<UInt64> {
      var random = SplitMix64(seed: seed, stream: 31)
      let sizes: [Double] = [1, 0x1p-100, 0x1p40]
      let size = sizes.randomElement(using: &random) ?? 1
      func floats(_ count: Int, _ scale: Double) -> [Double] {
        (0..<count).map { _ in
          Double(Float(Double.random(in: -1...1, using: &random) * scale))
        }
      }
      var network = Network(input: [1, 4])
      let (weights, bias) = (floats(8, size), floats(2, 1))
      let (scale, shift, mean, variance) = (
        floats(2, 1 / size), floats(2, 1), floats(2, size), [2.0, 0.5]
      )
      let (w, b) = (parameter(&network, [4, 2], weights), parameter(&network, [2], bias))
      try network.add(Linear(weight: w, bias: b), [0])
      let ids = [scale, shift, mean, variance].map { parameter(&network, [2], $0) }
      try network.add(
        BatchNormalization(
          scale: ids[0], bias: ids[1], mean: ids[2], variance: ids[3],
          epsilon: Double(Float(1e-5)), rank: 2), [1])
      let other = floats(8, 1000)
      let u = parameter(&network, [4, 2], other)
      try network.add(Linear(weight: u), [0])
      try network.add(Add(), [2, 3])
      for id in 1...4 { network.addTensors(["t\(id)"], of: id) }
      let (analysis, state): (Analysis, PartState)
      do {
        (analysis, state) = try self.state(network, [-2, 0, 1, -1], [1, 0.5, 1, 1])
      } catch is Rejection { continue }
      _ = analysis
      let enclosure = try #require(state.enclosures[4])
      for trial in 0..<30 as Range<UInt64> {
        var arithmetic = FloatArithmetic(random: SplitMix64(seed: seed, stream: 100 + trial))
        let x: [Float] = [
          Float.random(in: -2...1, using: &random), 0.25, 1,
          Float.random(in: -1...1, using: &random),
        ]
        for output in 0..<2 {
          let deviation = (Float(variance[output]) + Float(1e-5)).squareRoot()
          let factor = Float(scale[output]) / deviation
          let folded = (0..<4).map { index -> (Float, Float) in
            (Float(weights[2 * index + output]) * factor, x[index])
          }
          let moved: Float = Float(bias[output]) - Float(mean[output])
          let added: Float = moved * factor + Float(shift[output])
          let joined = (0..<4).map { index -> (Float, Float) in
            (Float(other[2 * index + output]), x[index])
          }
          let value = Double(arithmetic.sum(folded + joined, [added]))
          #expect(
            enclosure.lower[output] <= value && value <= enclosure.upper[output],
            "seed \(seed): \(value) outside \(enclosure.lower[output])...\(enclosure.upper[output])"
          )
        }
      }
    }
  }

  @Test("A product of two nodes may begin with what is added to it later")
  func productWithAddend() throws {
    var network = Network(input: [1, 128])
    let halves = try [0..<64, 64..<128].map { (range: Range<Int32>) in
      try network.add(Selection(axis: 1, indices: Array(range)), [0])
    }
    let column = try network.add(Reshape(to: [64, 1]), [halves[1]])
    try network.add(MatrixProduct(), [halves[0], column])
    let addend = parameter(&network, [1], [0x1p24])
    try network.add(AddConstant(addend), [network.output])
    for id in network.nodes.indices.dropFirst() { network.addTensors(["t\(id)"], of: id) }
    // Added to 2^24 one after the other, products of 3/4 are lost, all 48 of them.
    let x = [Double](repeating: 0.75, count: 64) + [Double](repeating: 1, count: 64)
    let value = x[..<64].reduce(Float(0x1p24)) { $0 + Float($1) }
    #expect(value == 0x1p24)
    let checked = CheckedNetwork(network, sha256: noDigest)
    for (meaning, isProved) in [(Claim.Meaning.real, true), (.binary32, false)] {
      for proof in [Proof.interval(weights: nil), .linear(LinearProof())] {
        let claim = checked.claim(
          .box(lower: NumberArray(x), upper: NumberArray(x)),
          above(exact("16777217"), [.init(0, exact("1"))]), [meaning])
        let result = checked.check(Certificate(claim: claim, proof: proof))
        #expect(result.isAccepted == isProved, "\(meaning) \(result)")
      }
    }
  }

  @Test("What may overflow, has no accuracy or is no single node is refused by name")
  func refusals() throws {
    func reason(_ build: (inout Network) throws -> Void) throws -> String {
      var network = Network(input: [1, 2])
      try build(&network)
      do {
        _ = try state(network, [0, 0], [1, 1])
        return ""
      } catch let rejection as Rejection { return rejection.description }
    }
    #expect(
      try reason { network in
        let w = parameter(&network, [2, 2], [0x1p127, 0x1p127, 1, 1])
        try network.add(Linear(weight: w), [0], named: "big")
        network.addTensors(["t"], of: 1)
      } == "binary32: numbers on the way to big may be too large for single precision")
    #expect(
      try reason { network in
        try network.add(Sigmoid(), [0], named: "curve")
        network.addTensors(["t"], of: 1)
      }
        == "binary32: no rule for curve: IEEE arithmetic says nothing about the accuracy of Sigmoid"
    )
    #expect(
      try reason { network in
        let w = parameter(&network, [2, 2], [1, 1, 1, 1])
        try network.add(Linear(weight: w), [0], named: "half")
      }
        == "binary32: no rule for half: it is one of several steps by which a node of the file was read"
    )
    #expect(
      try reason { network in
        let w = parameter(&network, [2, 2], [0.1, 1, 1, 1])
        try network.add(Linear(weight: w), [0], named: "odd")
        network.addTensors(["t"], of: 1)
      } == "binary32: no rule for odd: its parameter p0 does not consist of floats")
  }
}
