import Datasets
import Federation
import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing
import Training

@Suite("What clients have trained is averaged")
struct AggregationTests {
  private func tensors(_ random: inout SplitMix64) -> [Tensor<Float>] {
    [Shape([7]), [3, 4], [1]].map { shape in
      Tensor(shape, (0..<shape.count).map { _ in Float(random.uniform(in: -3...3)) })
    }
  }

  @Test("Equal clients give what each has, bit for bit, whatever their examples")
  func identity() {
    var random = SplitMix64(seed: 1)
    for _ in 0..<50 {
      let own = tensors(&random)
      let clients = (0..<5).map { _ in (own, 1 + random.integer(below: 60_000)) }
      #expect(Aggregation.mean(clients.map { ($0.0, $0.1) }) == own)
    }
  }

  @Test("A client counts as its examples do")
  func weights() {
    let (zero, four) = ([Tensor<Float>([2], [0, 8])], [Tensor<Float>([2], [4, 0])])
    #expect(Aggregation.mean([(zero, 1), (four, 3)]) == [Tensor<Float>([2], [3, 2])])
    #expect(
      Aggregation.mean([(zero, 1), (four, 1), (four, 1), (four, 1)])
        == Aggregation.mean([(zero, 1), (four, 3)]))
  }

  @Test("Sums go from the first client to the last in double precision, and are rounded once")
  func order() {
    var random = SplitMix64(seed: 2)
    for _ in 0..<50 {
      let clients = (0..<4).map { _ in (tensors(&random), 1 + random.integer(below: 1_000)) }
      let all = Double(clients.reduce(0) { $0 + $1.1 })
      let mean = Aggregation.mean(clients.map { ($0.0, $0.1) })
      for (index, tensor) in mean.enumerated() {
        for (place, value) in tensor.scalars.enumerated() {
          let sum = clients.reduce(0.0) {
            $0 + Double($1.1) * Double($1.0[index].scalars[place])
          }
          #expect(value == Float(sum / all))
        }
      }
    }
  }

  @Test("Factors, shifts and statistics stay with a client of FedBN, and nothing of the others")
  func localParameters() throws {
    let network = try SmallTraining().trainer.trainedNetwork
    let local = AggregationRule.fedBN.localParameters(of: network)
    let normalizations = network.nodes.compactMap { $0.operation as? BatchNormalization }
    #expect(normalizations.count == 1 && local.count == 4)
    #expect(Set(local) == Set(normalizations.flatMap(\.parameters).map(\.index)))
    #expect(AggregationRule.fedAvg.localParameters(of: network).isEmpty)
    #expect(AggregationRule.fedWon.localParameters(of: network).isEmpty)
  }

  @Test(
    "A recipe that clients cannot train under a rule is refused, with the setting that would do")
  func refusals() throws {
    let cases: [(AggregationRule, String, [String], String)] = [
      (
        .fedAvg, "architecture: mlp, normalization: full, statistics: population", [],
        "network.statistics: is population"
      ),
      (.fedAvg, "architecture: mlp", ["averaging.kind=ema"], "averaging.kind: is ema"),
      (.fedBN, "architecture: mlp, normalization: none", [], "network.normalization: leaves no"),
      (
        .fedBN, "architecture: cnn-3, width: 4, channel-groups: 2, statistics: running", [],
        "network.channel-groups: are"
      ),
      (
        .fedWon, "architecture: cnn-3, width: 4, statistics: running", [],
        "network.normalization: is for fedavg"
      ),
      (
        .fedWon, "architecture: cnn-3, width: 4, normalization: none", [],
        "network.weights: is plain"
      ),
    ]
    for (rule, network, settings, expected) in cases {
      let trainer = try SmallTraining(network: network, settings).trainer
      let error = #expect(throws: InputError.self) {
        try rule.check(trainer.recipe, trainer.network)
      }
      #expect(
        error?.description.hasPrefix("recipe: \(expected)") == true, "\(error?.description ?? "")")
    }
    let plain = try SmallTraining(network: FederatedTests.normalized).trainer
    try AggregationRule.fedAvg.check(plain.recipe, plain.network)
    try AggregationRule.fedBN.check(plain.recipe, plain.network)
    let won = try SmallTraining(network: FederatedTests.standardized).trainer
    try AggregationRule.fedWon.check(won.recipe, won.network)
  }
}
