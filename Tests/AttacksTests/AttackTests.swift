import Foundation
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Attacks

/// A network of random weights: linear layers with ReLU between them.
private func randomNetwork(_ widths: [Int], seed: UInt64) throws -> Network {
  var random = SplitMix64(seed: seed)
  var network = Network(input: [widths[0]])
  for layer in 1..<widths.count {
    func draw(_ shape: Shape) -> Tensor<Double> {
      Tensor(
        shape, (0..<shape.count).map { _ in Double(Float.random(in: -1...1, using: &random)) })
    }
    let weight = network.addParameter("w\(layer)", draw([widths[layer - 1], widths[layer]]))
    let bias = network.addParameter("b\(layer)", draw([widths[layer]]))
    try network.add(Linear(weight: weight, bias: bias), [layer == 1 ? 0 : network.nodes.count - 1])
    if layer + 1 < widths.count { try network.add(ReLU(), [network.nodes.count - 1]) }
  }
  return network
}

private func linear(_ weights: [[Double]], bias: [Double]) throws -> Network {
  var network = Network(input: [weights.count])
  let weight = network.addParameter(
    "w", Tensor([weights.count, bias.count], weights.flatMap { $0 }))
  let offset = network.addParameter("b", Tensor([bias.count], bias))
  try network.add(Linear(weight: weight, bias: offset), [0])
  return network
}

private func property(_ text: String) throws -> Property {
  try Property(parsing: Data(text.utf8), source: "test")
}

private func declarations(inputs: Int, outputs: Int) -> String {
  (0..<inputs).map { "(declare-const X_\($0) Real)\n" }.joined()
    + (0..<outputs).map { "(declare-const Y_\($0) Real)\n" }.joined()
}

private var quick: AttackOptions {
  var options = AttackOptions()
  options.steps = 40
  options.restarts = 2
  options.samples = 64
  return options
}

@Suite("Attacks find counterexamples")
struct AttackTests {
  @Test("The only violating corner of a linear network is found", arguments: 0..<10)
  func linearCorner(seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let count = 30
    let signs = (0..<count).map { _ in Bool.random(using: &random) ? 1.0 : -1.0 }
    // Over the box of -1...1 the first output reaches 30 at one corner alone; 28 is the next one.
    let network = try linear(signs.map { [$0, 0] }, bias: [0, 29])
    let region = try Region(
      lower: .init(repeating: -1, count: count), upper: .init(repeating: 1, count: count))
    let witness = try #require(try Attack(network).counterexample(label: 1, region: region))
    #expect(zip(witness.input, signs).reduce(0) { $0 + $1.0 * $1.1 } >= 29)
    #expect(region.contains(witness.input))
  }

  @Test("A violation that only equality reaches is found where floats are exact")
  func exactEquality() throws {
    let network = try linear([[1, 0], [1, 0]], bias: [0, 2])
    let region = try Region(lower: [-1, -1], upper: [1, 1])
    let witness = try #require(try Attack(network).counterexample(label: 1, region: region))
    #expect(witness == Witness(input: [1.0, 1], output: [2.0, 2]))
    let smaller = try Region(lower: [-1, -1], upper: [1, 1.0.nextDown])
    #expect(try Attack(network, options: quick).counterexample(label: 1, region: smaller) == nil)
  }

  @Test("An attack toward one class reaches that class")
  func targeted() throws {
    let network = try linear([[0, 1, -1]], bias: [0, -0.5, -0.5])
    let region = try Region(lower: [-1], upper: [1])
    for other in 1...2 {
      let witness = try #require(
        try Attack(network).counterexample(label: 0, region: region, toward: other))
      #expect(witness.output[other] >= witness.output[0])
    }
  }

  @Test(
    "Witnesses within l1 and l2 balls lie in ball and box", arguments: [Norm.one, .two], 0..<10)
  func balls(norm: Norm, seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let count = 12
    let center = (0..<count).map { _ in Double.random(in: -0.2...1.2, using: &random) }
    let region = try Region.ball(
      around: center.map { min(max($0, 0), 1) }, radius: 1, norm: norm, clippedTo: 0...1)
    // The middle gives just the label; moving along the gradient inside the ball gives the other class.
    let weights = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
    let middle = zip(weights, region.center).reduce(0) { $0 + $1.0 * $1.1 }
    let network = try linear(weights.map { [$0, 0] }, bias: [0, middle + 0.05])
    let witness = try #require(try Attack(network).counterexample(label: 1, region: region))
    #expect(region.contains(witness.input))
  }

  @Test("A property whose constraint reads inputs is attacked through them")
  func inputConstraints() throws {
    let network = try linear([[1], [0]], bias: [0])
    let question = try property(
      declarations(inputs: 2, outputs: 1)
        + """
        (assert (>= X_0 0.0))
        (assert (<= X_0 1.0))
        (assert (>= X_1 0.0))
        (assert (<= X_1 1.0))
        (assert (>= (+ X_1 Y_0) 1.9))
        """)
    let witness = try #require(try Attack(network).counterexample(to: question))
    #expect(question.isSatisfied(input: witness.input, output: witness.output) != nil)
  }

  @Test("An element without a float between its ends is stated as a double of the box")
  func narrowElements() throws {
    let network = try linear([[1], [1]], bias: [0])
    let question = try property(
      declarations(inputs: 2, outputs: 1)
        + """
        (assert (>= X_0 0.1))
        (assert (<= X_0 0.1))
        (assert (>= X_1 -1.0))
        (assert (<= X_1 1.0))
        (assert (>= Y_0 1.0))
        """)
    let witness = try #require(try Attack(network).counterexample(to: question))
    #expect(witness.input[0] == 0.1)
    #expect(question.isSatisfied(input: witness.input, output: witness.output) != nil)
  }

  @Test("One narrow violation among many regions is found")
  func manyRegions() throws {
    let network = try linear([[1]], bias: [0])
    let boxes = (0..<3000).map { index in
      "(and (>= X_0 \(index).0) (<= X_0 \(index).5) (>= Y_0 \(index == 1234 ? 1234.49 : 4000.0)))"
    }
    let question = try property(
      declarations(inputs: 1, outputs: 1) + "(assert (or \(boxes.joined(separator: "\n"))))")
    let witness = try #require(try Attack(network, options: quick).counterexample(to: question))
    #expect(witness.input[0] >= 1234.49)
  }

  @Test("An attack stops at its deadline")
  func deadline() throws {
    let network = try randomNetwork([20, 50, 50, 2], seed: 1)
    var options = AttackOptions()
    options.restarts = 1_000_000
    options.deadline = Date().addingTimeInterval(0.5)
    let impossible = try property(
      declarations(inputs: 20, outputs: 2)
        + (0..<20).map { "(assert (>= X_\($0) -1.0))(assert (<= X_\($0) 1.0))" }.joined()
        + "(assert (>= Y_0 1e9))")
    let start = Date()
    #expect(try Attack(network, options: options).counterexample(to: impossible) == nil)
    #expect(-start.timeIntervalSinceNow < 5)
  }

  @Test("A batch of images gives the same answers as one attack each, where they are plain")
  func batches() throws {
    let network = try randomNetwork([6, 20, 4], seed: 3)
    let parameters = network.parameters(as: Tensor<Double>.self)
    var random = SplitMix64(seed: 9)
    var (labels, regions): ([Int], [Region]) = ([], [])
    for index in 0..<20 {
      let center = (0..<6).map { _ in Double.random(in: -1...1, using: &random) }
      let output = network.evaluate(Tensor([1, 6], center), parameters).scalars
      labels.append(output.firstIndex(of: output.max() ?? 0) ?? 0)
      regions.append(
        try .ball(around: center, radius: index < 10 ? 1e-4 : 3, norm: .infinity))
    }
    let attack = try Attack(network, options: quick)
    let witnesses = attack.counterexamples(labels: labels, regions: regions)
    #expect(witnesses[10...].allSatisfy { $0 != nil })
    #expect(attack.robustCount(labels: labels, regions: regions) == witnesses.count { $0 == nil })
    for (index, witness) in witnesses.enumerated() {
      guard let witness else { continue }
      #expect(regions[index].contains(witness.input))
      #expect(
        witness.output.enumerated().contains {
          $0.offset != labels[index] && $0.element >= witness.output[labels[index]]
        })
    }
  }

  @Test("A witness of a simplified network is confirmed on the original one")
  func confirmedOnOriginal() throws {
    // The searched network calls everything a violation; the original nothing.
    let searched = try linear([[0, 0]], bias: [1, 0])
    let original = try linear([[0, 0]], bias: [0, 1])
    let region = try Region(lower: [0], upper: [1])
    #expect(try Attack(searched).counterexample(label: 1, region: region) != nil)
    let attack = try Attack(searched, replay: original, options: quick)
    #expect(attack.counterexample(label: 1, region: region) == nil)
  }
}

@Suite("No false witness")
struct WitnessTests {
  @Test(
    "Every witness satisfies its property in both precisions", arguments: 0..<60 as Range<UInt64>)
  func witnessesAreTrue(seed: UInt64) throws {
    var random = SplitMix64(seed: seed)
    let inputs = Int.random(in: 1...12, using: &random)
    let outputs = Int.random(in: 2...4, using: &random)
    let network = try randomNetwork([inputs, 15, 15, outputs], seed: seed)
    var text = declarations(inputs: inputs, outputs: outputs)
    for i in 0..<inputs {
      let low = Double.random(in: -1...1, using: &random)
      let widths: [Double] = [0, 1e-9, 0.1, 1]
      let width = widths[Int.random(in: 0..<4, using: &random)]
      text += "(assert (>= X_\(i) \(low)))(assert (<= X_\(i) \(low + width)))\n"
    }
    let bound = Double.random(in: -3...3, using: &random)
    text += """
      (assert (or (and (>= Y_0 \(bound)) (<= Y_1 (+ Y_0 0.5))) (and (<= Y_1 Y_0)) \
      (and (<= Y_1 \(bound)) (>= Y_1 \(bound)))))
      """
    let question = try property(text)
    var options = quick
    options.seed = seed
    guard let witness = try Attack(network, options: options).counterexample(to: question) else {
      return
    }
    #expect(question.isSatisfied(input: witness.input, output: witness.output) != nil)
    // The stated output is the network's at the floats that the input rounds to.
    let single = network.evaluate(
      Tensor<Float>([1, inputs], witness.input.map(Float.init)),
      network.parameters(as: Tensor<Float>.self))
    #expect(single.scalars.map(Double.init) == witness.output)
    let double = network.evaluate(
      Tensor([1, inputs], witness.input), network.parameters(as: Tensor<Double>.self))
    #expect(question.isSatisfied(input: witness.input, output: double.scalars) != nil)
  }

  @Test("Projection ends in the box and the ball", arguments: [Norm.one, .two], 0..<50)
  func projection(norm: Norm, seed: Int) throws {
    var random = SplitMix64(seed: UInt64(seed))
    let count = Int.random(in: 1...40, using: &random)
    // Some centres lie outside the box.
    let center = (0..<count).map { _ in Double.random(in: -0.05...1.05, using: &random) }
    guard
      let region = try? Region.ball(
        around: center, radius: Double.random(in: 0.01...2, using: &random), norm: norm,
        clippedTo: 0...1)
    else { return }
    let searched = SearchRegion(region)
    let ball = try #require(searched.ball)
    let isCenterInside = region.isInBox(center)
    for _ in 0..<20 {
      var point = (0..<count).map { _ in Float.random(in: -3...3, using: &random) }
      let size = point.withUnsafeMutableBufferPointer {
        searched.project($0.row(0, count))
        return ball.size(of: $0.row(0, count))
      }
      // A centre outside the box can leave a sliver that is thinner than the margin for float rounding.
      #expect(!isCenterInside || size <= ball.radius * 1.000001)
      #expect(size > ball.radius * 1.000001 || region.contains(searched.widened(point)))
    }
  }
}

extension Region {
  fileprivate func isInBox(_ point: [Double]) -> Bool {
    point.indices.allSatisfy { lower[$0] <= point[$0] && point[$0] <= upper[$0] }
  }
}
