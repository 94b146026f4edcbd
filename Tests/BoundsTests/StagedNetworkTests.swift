import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Bounds of staged networks")
struct StagedNetworkBoundsTests {
  static let variants: [StagedNetwork] = [
    StagedNetwork([NetworkStage(.convolution, width: 4, blocks: 2, stride: 2)], linear: 5),
    StagedNetwork([NetworkStage(.attention, width: 4, blocks: 1, stride: 2)]),
    StagedNetwork([NetworkStage(.delta, width: 4, blocks: 2, stride: 2)]),
    StagedNetwork([NetworkStage(.decay, width: 4, blocks: 2, stride: 2)], normalization: .none),
    StagedNetwork(
      [NetworkStage(.decay, width: 3, stride: 2), NetworkStage(.delta, width: 16)], linear: 4),
  ]

  private func network(_ architecture: StagedNetwork) throws -> Network {
    var g = SplitMix64(seed: 51)
    var network = try architecture.network(
      for: ImageTask(shape: [1, 6, 6], classes: 3, mean: [0.5], std: [0.5])
    ).initialized(.xavier, seed: 5)
    // Normalisations that change something.
    for (index, parameter) in network.parameters.enumerated()
    where parameter.name.hasSuffix(".bn.scale") || parameter.name.hasSuffix(".bn.mean") {
      let count = parameter.value.count
      network.setValue(
        Tensor([count], (0..<count).map { _ in Double.random(in: 0.5...1.5, using: &g) }),
        of: ParameterID(index))
    }
    return network
  }

  private func regions(_ radius: Double, _ norm: Norm = .infinity) throws -> [Region] {
    var g = SplitMix64(seed: 52)
    return try randomRegions(2, [1, 1, 6, 6], radius: radius, norm, &g)
  }

  @Test(
    "Sampled values of every node lie inside, by every method and in both precisions",
    arguments: variants, [0.01, 0.1, 1])
  func soundness(architecture: StagedNetwork, radius: Double) throws {
    let plain = try network(architecture).simplified()
    let regions = try regions(radius)
    func check<S>(_: Tensor<S>.Type, tolerance: Double) throws {
      let inputs = InputSet<Tensor<S>>(regions, shape: plain.inputShape)
      let bounder = Bounder<Tensor<S>>(plain)
      for (name, state) in [
        ("ibp", try bounder.intervals(over: inputs)), ("crown", try bounder.crown(over: inputs)),
        ("forward", try bounder.forward(over: inputs)),
        ("alpha-crown", try bounder.alphaCROWN(over: inputs)),
      ] {
        var g = SplitMix64(seed: 53)
        let ends = state.intervals.map {
          $0.map { ($0.lower.values.scalars, $0.upper.values.scalars) }
        }
        for (example, region) in regions.enumerated() {
          for _ in 0..<60 {
            for (id, value) in plain.values(at: region.sample(&g)).enumerated() {
              guard let (lower, upper) = ends[id] else { continue }
              for (place, number) in value.scalars.enumerated() {
                let (low, high) = (
                  lower[example * value.count + place], upper[example * value.count + place]
                )
                let slack = tolerance * max(1, abs(number))
                guard low > number + slack || high < number - slack else { continue }
                Issue.record(
                  "\(name), node \(plain.nodes[id].name): \(number) not in \(low)...\(high)")
                return
              }
            }
          }
        }
      }
    }
    try check(Tensor<Double>.self, tolerance: 1e-11)
    try check(Tensor<Float>.self, tolerance: 2e-5)
  }

  @Test(
    "Rows back to the input are below sampled outputs, and near them where the region is small",
    arguments: variants, [Norm.infinity, .two])
  func rows(architecture: StagedNetwork, norm: Norm) throws {
    let plain = try network(architecture).simplified()
    for radius in [1e-4, 0.05] {
      let regions = try regions(radius, norm)
      let inputs = InputSet<Tensor<Double>>(regions, shape: plain.inputShape)
      let bounder = Bounder<Tensor<Double>>(plain)
      let (ibp, crown) = (try bounder.intervals(over: inputs), try bounder.crown(over: inputs))
      let bounds = [try bounder.outputBounds(ibp), try bounder.outputBounds(crown)]
      var g = SplitMix64(seed: 54)
      for (example, region) in regions.enumerated() {
        for _ in 0..<200 {
          let output = plain.values(at: region.sample(&g))[plain.output].scalars
          for bound in bounds {
            for (place, number) in output.enumerated() {
              let (low, high) = (bound.lower[example * 3 + place], bound.upper[example * 3 + place])
              #expect(low <= number + 1e-11 && high >= number - 1e-11)
              // A wrong sign or a lost term would not be seen in bounds that say nothing.
              if radius == 1e-4 { #expect(high - low < 0.2) }
            }
          }
        }
      }
    }
  }
}
