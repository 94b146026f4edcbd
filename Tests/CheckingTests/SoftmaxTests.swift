import Foundation
import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Softmax, and attention, against values in doubles.
@Suite("Softmax in the checker")
struct SoftmaxTests {
  private func box(_ lower: [Double], _ upper: [Double]) -> InputRegion {
    .box(lower: NumberArray(lower), upper: NumberArray(upper))
  }

  private func softmax(_ x: [Double]) -> [Double] {
    let top = x.max() ?? 0
    let powers = x.map { exp($0 - top) }
    return powers.map { $0 / powers.reduce(0, +) }
  }

  /// The best bound of a sum of outputs, less a constant, over a box, by each of several proofs.
  private func bounds(
    _ network: Network, _ lower: [Double], _ upper: [Double], _ terms: [OutputProperty.Term],
    constant: String = "0", pass: String? = nil
  ) throws -> [Double] {
    let checked = CheckedNetwork(network, sha256: noDigest)
    let claim = try checked.prepare(
      checked.claim(box(lower, upper), above(exact(constant), terms)))
    let passes = pass.map { [LinearProof.Pass($0)] } ?? []
    return try [
      .interval(weights: nil), .linear(LinearProof()), .linear(LinearProof(passes: passes)),
    ].map { try claim.prove($0).leastBound }
  }

  @Test(
    "Bounds are below the least value, near to it over small boxes", arguments: [1e-3, 0.1, 3, 500])
  func areBelow(_ width: Double) throws {
    var random = SplitMix64(seed: 72)
    var network = Network(input: [1, 4])
    let weights = (0..<20).map { _ in Double(Float(Double.random(in: -1...1, using: &random))) }
    let w = network.addParameter("w", Tensor([4, 5], weights))
    try network.add(Linear(weight: w), [0])
    network.addTensors(["scores"], of: 1)
    try network.add(Softmax(axis: 1), [1])
    for trial in 0..<60 {
      let center = (0..<4).map { _ in Double.random(in: -2...2, using: &random) }
      let (lower, upper) = (center.map { $0 - width }, center.map { $0 + width })
      let coefficients = (0..<5).map { _ in Double(Int.random(in: -2...2, using: &random)) }
      let terms = coefficients.enumerated().map {
        OutputProperty.Term($0, exact("\(Int($1))"))
      }
      let found = try bounds(network, lower, upper, terms, constant: "1/7", pass: "scores")
      var least = Double.infinity
      for _ in 0..<300 {
        let corner = Bool.random(using: &random)
        let point = center.map {
          corner
            ? $0 + (Bool.random(using: &random) ? width : -width)
            : Double.random(in: $0 - width...$0 + width, using: &random)
        }
        let scores = (0..<5).map { j in
          point.indices.reduce(0) { $0 + point[$1] * weights[$1 * 5 + j] }
        }
        least = min(least, zip(softmax(scores), coefficients).reduce(-1.0 / 7) { $0 + $1.0 * $1.1 })
      }
      for bound in found { #expect(bound <= least + 1e-12, "trial \(trial)") }
      if width == 1e-3 { #expect(found[2] > least - 1e-3, "\(found) \(least)") }
    }
  }

  @Test("Huge differences overflow nothing")
  func hugeDifferences() throws {
    var network = Network(input: [1, 3])
    try network.add(Softmax(axis: 1), [0])
    for size in [299.0, 301, 1000, 1e5] {
      // The second is the largest by far.
      let found = try bounds(
        network, [-size, size, 0], [-size, size, 1], [.init(1, exact("1"))], constant: "0.99")
      for bound in found { #expect(bound > 0 && bound <= 0.01) }
      let open = try bounds(
        network, [-size, -size, 0], [size, size, 1], [.init(1, exact("1"))], constant: "0")
      for bound in open { #expect(bound <= 1e-12 && bound > -2) }
    }
  }

  @Test("A softmax at the end compares what it reads, in one group")
  func order() throws {
    var network = Network(input: [2, 2])
    try network.add(Softmax(axis: 1), [0])
    let terms: (Int, Int) -> [OutputProperty.Term] = {
      [.init($0, exact("1")), .init($1, exact("-1"))]
    }
    // Where shares underflow, a difference of what is read is seen all the same.
    let (lower, upper) = ([1000.0, 1001, 0, 2], [1000.5, 1002, 0, 2])
    #expect(try bounds(network, lower, upper, terms(1, 0)).allSatisfy { $0 > 0 && $0 <= 0.5 })
    // Equal elements are a tie.
    #expect(try bounds(network, [1, 1, 0, 0], [1, 1, 0, 0], terms(1, 0)).allSatisfy { $0 <= 0 })
    // Of another group nothing follows: the share of 1000 is less than that of 2 beside 0.
    #expect(try bounds(network, lower, upper, terms(0, 3)).allSatisfy { $0 < 0 })
    // Nor where a constant is added.
    let added = try bounds(network, lower, upper, terms(1, 0), constant: "0.9")
    #expect(added.allSatisfy { $0 < 0 })
  }

  @Test("One element has the share 1, and axes in the middle are groups too")
  func axes() throws {
    var single = Network(input: [3, 1])
    try single.add(Softmax(axis: 1), [0])
    let found = try bounds(single, [-9, 0, 4], [9, 0, 5], [.init(0, exact("1"))], constant: "1")
    #expect(found.allSatisfy { abs($0) < 1e-12 })
    var middle = Network(input: [1, 2, 2, 2])
    try middle.add(Softmax(axis: 2), [0])
    let x = [1.0, 2, 3, 5, -1, 0, 0.5, 0.25]
    for element in 0..<8 {
      let partner = element ^ 2
      let share = exp(x[element]) / (exp(x[element]) + exp(x[partner]))
      let own = try bounds(middle, x, x, [.init(element, exact("1"))])
      for bound in own { #expect(abs(bound - share) < 1e-12, "element \(element)") }
    }
  }

  @Test("Attention: products before and behind a softmax")
  func attention() throws {
    var random = SplitMix64(seed: 73)
    var network = Network(input: [3, 2])
    try network.add(Transpose([1, 0]), [0])
    try network.add(MatrixProduct(), [0, network.output])
    network.addTensors(["scores"], of: network.output)
    try network.add(Softmax(axis: 1), [network.output])
    try network.add(MatrixProduct(), [network.output, 0])
    func value(_ x: [Double], _ row: Int, _ column: Int) -> Double {
      let scores = (0..<3).map { x[2 * row] * x[2 * $0] + x[2 * row + 1] * x[2 * $0 + 1] }
      return zip(softmax(scores), 0..<3).reduce(0) { $0 + $1.0 * x[2 * $1.1 + column] }
    }
    for width in [0, 1e-3, 0.2, 2] {
      for _ in 0..<15 {
        let center = (0..<6).map { _ in Double.random(in: -2...2, using: &random) }
        let element = Int.random(in: 0..<6, using: &random)
        let found = try bounds(
          network, center.map { $0 - width }, center.map { $0 + width },
          [.init(element, exact("1"))], pass: "scores")
        var least = Double.infinity
        for _ in 0..<300 {
          let corner = Bool.random(using: &random)
          let point = center.map {
            corner
              ? $0 + (Bool.random(using: &random) ? width : -width)
              : Double.random(in: $0 - width...$0 + width, using: &random)
          }
          least = min(least, value(point, element / 2, element % 2))
        }
        for bound in found { #expect(bound <= least + 1e-12) }
        if width <= 1e-3 { #expect(found[2] > least - 20 * width - 1e-9) }
      }
    }
  }

  @Test("Single precision has no rule for it")
  func single() throws {
    var network = Network(input: [1, 2])
    try network.add(Softmax(axis: 1), [0])
    network.addTensors(["y"], of: 1)
    let checked = CheckedNetwork(network, sha256: noDigest)
    let claim = checked.claim(
      box([0, 0], [0, 0]), above(exact("0"), [.init(0, exact("1"))]), [.binary32])
    let result = checked.check(Certificate(claim: claim, proof: .interval(weights: nil)))
    #expect(
      result
        == .rejected(
          "binary32: no rule for Softmax_1: IEEE arithmetic says nothing about the accuracy of Softmax"
        ))
  }

  @Test("Signs of sums of whole numbers are exact, also where they are 0")
  func wholeNumbers() throws {
    var network = Network(input: [1, 4])
    let w = network.addParameter("w", Tensor([4, 1], [1, -1, 1, -1]))
    try network.add(Linear(weight: w), [0])
    try network.add(Sign(), [1])
    let checked = CheckedNetwork(network, sha256: noDigest)
    func bound(_ x: [Double]) throws -> Double {
      let claim = try checked.prepare(
        checked.claim(box(x, x), above(exact("0"), [.init(0, exact("1"))])))
      return try claim.prove(.interval(weights: nil)).leastBound
    }
    #expect(try bound([3, 5, 9, 7]) == 0)
    #expect(try abs(bound([3, 5, 9, 6]) - 1) < 1e-12)
    #expect(try abs(bound([0x1p51, 0x1p51, 1, 0]) + 1) < 1e-12)
    #expect(try abs(bound([0.1, 0.3, 0.4, 0.2]) + 1) < 1e-12)
  }
}
