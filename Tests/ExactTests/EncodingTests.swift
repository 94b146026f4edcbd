import Bounds
import Foundation
import Networks
import Properties
import Search
import Tensors
import TestSupport
import Testing

@testable import Exact

@Suite("Networks as linear programs")
struct EncodingTests {
  /// A convolution, a leaky ReLU, a sum around another convolution, an absolute value, a maximum and a layer.
  private func network(_ seed: UInt64) throws -> Network {
    var random = SplitMix64(seed: seed, stream: 21)
    func values(_ shape: Shape) -> Tensor<Double> {
      Tensor(shape, (0..<shape.count).map { _ in Double.random(in: -1...1, using: &random) })
    }
    var network = Network(input: [1, 1, 4, 4])
    let geometry = ConvolutionGeometry(
      stride: [1, 1], padding: [1, 1, 1, 1], dilation: [1, 1], groups: 1)
    let kernel = network.addParameter("k", values([1, 1, 3, 3]))
    let shift = network.addParameter("b", values([1]))
    let second = network.addParameter("l", values([1, 1, 3, 3]))
    let a = try network.add(Convolution(weight: kernel, bias: shift, geometry: geometry), [0])
    let b = try network.add(LeakyReLU(slope: 0.1), [a])
    let c = try network.add(Convolution(weight: second, bias: nil, geometry: geometry), [b])
    let d = try network.add(Add(), [b, c])
    let e = try network.add(Magnitude(), [d])
    let window = PoolingWindow(
      size: [2, 2],
      geometry: ConvolutionGeometry(
        stride: [2, 2], padding: [0, 0, 0, 0], dilation: [1, 1], groups: 1))
    let f = try network.add(MaxPool(window), [e])
    let g = try network.add(Reshape(to: [1, 4]), [f])
    let last = network.addParameter("w", values([4, 2]))
    try network.add(Linear(weight: last, bias: nil), [g])
    return network
  }

  @Test("Leaky ReLUs, absolute values and maxima are the same function in ReLUs")
  func rewriting() throws {
    for seed in 0..<10 as Range<UInt64> {
      let network = try network(seed)
      let other = network.expressedInReLUs()
      #expect(
        other.nodes.allSatisfy {
          $0.operation == nil || $0.operation is ReLU || $0.operation is any AffineOperation
        })
      var random = SplitMix64(seed: seed, stream: 22)
      let x = Tensor<Double>(
        [5, 1, 1, 4, 4], (0..<80).map { _ in Double.random(in: -1...1, using: &random) })
      let (first, second) = (
        network.evaluate(x, network.parameters(as: Tensor<Double>.self)).scalars,
        other.evaluate(x, other.parameters(as: Tensor<Double>.self)).scalars
      )
      for (a, b) in zip(first, second) { #expect(abs(a - b) < 1e-12) }
    }
  }

  private struct Confirming: CounterexampleHunter {
    let network: Network
    let situation: Question

    func witness(at point: [Float]) -> Witness? {
      let input = point.map(Double.init)
      let x = Tensor<Double>(Shape([1] + network.inputShape.dimensions), input)
      let output = network.evaluate(x, network.parameters(as: Tensor<Double>.self)).scalars
      let isMet = situation.conditions.contains { condition in
        condition.allSatisfy { $0.holds(input: input, output: output, tolerance: 1e-6) }
      }
      return isMet ? Witness(input: input, output: output) : nil
    }

    func hunt(seconds: Double) -> Witness? { nil }
  }

  @Test("The least value of an output lies between what is refuted and what is found")
  func minimum() throws {
    var (refuted, found, agreed) = (0, 0, 0)
    for seed in 0..<3 as Range<UInt64> {
      let network = try network(seed)
      let region = try Region(
        lower: [Double](repeating: -0.2, count: 16), upper: [Double](repeating: 0.2, count: 16))
      func decide(_ limit: Double) throws -> SearchOutcome {
        let constraint = LinearConstraint(outputs: [.init(0, 1)], bound: limit)
        let situation = Question(region: region, conditions: [[constraint]])
        return ExactSearch(network.simplified())
          .decide([situation], Confirming(network: network, situation: situation)).outcome
      }
      func decideByBounds(_ limit: Double) throws -> SearchOutcome {
        let constraint = LinearConstraint(outputs: [.init(0, 1)], bound: limit)
        let situation = Question(region: region, conditions: [[constraint]])
        var options = SearchOptions()
        options.deadline = Date(timeIntervalSinceNow: 0.3)
        options.split = .neurons
        let search = CompleteSearch(network.simplified(), precision: .float, options: options)
        return search.decide([situation], Confirming(network: network, situation: situation))
          .outcome
      }
      var random = SplitMix64(seed: seed, stream: 23)
      let x = Tensor<Double>(
        [3000, 1, 1, 4, 4], (0..<48000).map { _ in Double.random(in: -0.2...0.2, using: &random) })
      let output = network.evaluate(x, network.parameters(as: Tensor<Double>.self)).scalars
      let least = stride(from: 0, to: output.count, by: 2).map { output[$0] }.min() ?? 0
      // Halve the room between what is impossible and what was seen.
      var (low, high) = (least - 4, least)
      for _ in 0..<11 {
        let middle = (low + high) / 2
        let outcome = try decide(middle)
        // Branch and bound over signs, which splits maxima and absolute values in the same way, never disagrees.
        let other = try decideByBounds(middle)
        if case .found = outcome { #expect(other != .impossible, "seed \(seed), limit \(middle)") }
        if case .found = other { #expect(outcome != .impossible, "seed \(seed), limit \(middle)") }
        if other == .impossible { agreed += 1 }
        switch outcome {
        case .impossible:
          low = middle
          refuted += 1
        case .found(let witness):
          #expect(witness.output[0] <= middle + 2e-6)
          high = middle
          found += 1
        case .stopped(let why): Issue.record("seed \(seed): \(why)")
        }
      }
      #expect(high - low < 0.01 && low < least)
    }
    #expect(refuted > 8 && found > 8, "\(refuted), \(found)")
    #expect(agreed > 6, "\(agreed)")
  }

  @Test("A ReLU may read the input itself")
  func first() throws {
    var network = Network(input: [1, 2])
    let relu = try network.add(ReLU(), [0])
    let weight = network.addParameter("w", Tensor([2, 1], [1, -1]))
    try network.add(Linear(weight: weight, bias: nil), [relu])
    let region = try Region(lower: [-1, -1], upper: [1, 0.5])
    // The least value of relu(a) - relu(b) is -0.5.
    for (limit, isPossible) in [(-0.51, false), (-0.49, true)] {
      let situation = Question(
        region: region, conditions: [[LinearConstraint(outputs: [.init(0, 1)], bound: limit)]])
      let outcome = ExactSearch(network)
        .decide([situation], Confirming(network: network, situation: situation)).outcome
      if case .found = outcome { #expect(isPossible) } else { #expect(outcome == .impossible) }
      #expect((outcome == .impossible) == !isPossible)
    }
  }

  @Test("Operations without a program are named")
  func unsupported() throws {
    var network = Network(input: [1, 2])
    try network.add(Sigmoid(), [0], named: "s")
    let region = try Region(lower: [0, 0], upper: [1, 1])
    let situation = Question(
      region: region, conditions: [[LinearConstraint(outputs: [.init(0, 1)], bound: 0)]])
    let result = ExactSearch(network)
      .decide([situation], Confirming(network: network, situation: situation))
    guard case .stopped(.unsupported(let why)) = result.outcome else {
      Issue.record("\(result)")
      return
    }
    #expect(why.contains("Sigmoid") && why.contains("s)"))
  }
}
