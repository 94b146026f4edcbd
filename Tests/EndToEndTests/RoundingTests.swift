import Foundation
import Surety
import TestSupport
import Testing

@Suite("Numbers that cancel never make a verdict wrong")
struct RoundingTests {
  /// A network whose output is `shift` for every input in real arithmetic, the sum of large numbers that cancel.
  ///
  /// Every third neuron is the sum of the two before it, and active everywhere. Its weights are whole numbers, so
  /// that nothing is lost in writing them down; the products with the next layer's weights are not.
  private func cancelling(
    inputs: Int, triples: Int, size: Int, deep: Bool, shift: Double, seed: UInt64
  ) throws -> Network {
    var random = SplitMix64(seed: seed)
    let neurons = 3 * triples
    var weights = Tensor<Double>(repeating: 0, [inputs, neurons])
    var biases = Tensor<Double>(repeating: 0, [neurons])
    var second = Tensor<Double>(repeating: 0, [neurons, 1])
    for triple in stride(from: 0, to: neurons, by: 3) {
      for input in 0..<inputs {
        for k in 0..<2 {
          weights[input, triple + k] = Double(Int.random(in: 0...size, using: &random))
        }
        weights[input, triple + 2] = weights[input, triple] + weights[input, triple + 1]
      }
      for k in 0..<2 { biases[triple + k] = Double(Int.random(in: 1...size, using: &random)) }
      biases[triple + 2] = biases[triple] + biases[triple + 1]
      let factor = Double(Float.random(in: 1...9, using: &random))
      for (k, sign) in [1.0, 1, -1].enumerated() { second[triple + k, 0] = sign * factor }
    }
    var network = Network(input: [1, inputs])
    func layer(_ node: Int, _ w: Tensor<Double>, _ b: Tensor<Double>) throws -> Int {
      try network.add(
        Linear(
          weight: network.addParameter("w\(node)", w), bias: network.addParameter("b\(node)", b)),
        [node])
    }
    let hidden = try network.add(ReLU(), [try layer(0, weights, biases)])
    // Deep, the sum is kept below 0 by its shift where nothing is lost, and a ReLU hides it from the output.
    let sum = try layer(hidden, second, Tensor([1], [shift]))
    guard deep else { return network }
    let kept = try network.add(ReLU(), [sum])
    _ = try layer(kept, Tensor([1, 1], [1]), Tensor([1], [-0.01]))
    return network
  }

  private func property(inputs: Int) throws -> Property {
    let names = (0..<inputs).map { "(declare-const X_\($0) Real)" } + ["(declare-const Y_0 Real)"]
    let box = (0..<inputs).map { "(assert (>= X_\($0) 0.1))(assert (<= X_\($0) 0.9))" }
    return try Property(
      parsing: Data((names + box + ["(assert (<= Y_0 0))"]).joined(separator: "\n").utf8),
      source: "cancelling")
  }

  @Test(
    "by bounds alone or by a search", arguments: [4, 20], [false, true])
  func verdicts(inputs: Int, deep: Bool) throws {
    let property = try property(inputs: inputs)
    for seed in 0..<60 as Range<UInt64> {
      for size in [1_000, 1_000_000] {
        // Everywhere violated, by less than single precision can tell.
        let network = try cancelling(
          inputs: inputs, triples: 5, size: size, deep: deep, shift: -1e-4, seed: seed)
        for completion in [nil, CompleteMethod.branchAndBound] {
          var options = VerifierOptions()
          options.completeMethod = completion
          options.timeout = .seconds(5)
          options.attacks = seed % 2 == 0
          let result = try Verifier(network, options: options).verify(property)
          #expect(
            result.answer.word != "unsat",
            "seed \(seed), size \(size), \(completion?.rawValue ?? "none"): \(result.reason)")
        }
      }
    }
  }
}
