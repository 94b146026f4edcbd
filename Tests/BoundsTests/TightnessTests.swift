import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Tightness of bounds on small networks")
struct TightnessTests {
  /// How much wider than the sampled range bounds of small regions may be: by intervals, by CROWN with
  /// interval bounds inside, by forward mode and by CROWN. Generous: a slope that is merely poor passes.
  private static let limits: [ZooNetwork: [Double]] = [
    .residual: [150, 70, 10, 4], .sShaped: [14, 1.2, 1.06, 1.03], .positive: [8, 1.3, 1.2, 1.1],
    .powers: [20, 1.5, 1.5, 1.3], .waves: [14, 1.6, 1.3, 1.15], .gated: [10, 2, 1.5, 1.5],
    .attention: [20, 3, 2.5, 1.6], .pooled: [25, 8, 8, 5], .moved: [35, 9, 4, 3],
  ]

  @Test("Small regions get bounds not much wider than the range", arguments: ZooNetwork.allCases)
  func boundsAreTight(kind: ZooNetwork) throws {
    guard let limits = Self.limits[kind] else { return }
    for seed in 0..<3 as Range<UInt64> {
      let network = try kind.network(seed: seed)
      var generator = SplitMix64(seed: seed + 400)
      let regions = try randomRegions(1, network.inputShape, radius: 0.05, .infinity, &generator)
      let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
      let bounder = Bounder<Tensor<Double>>(network)
      var low = [Double](repeating: .infinity, count: 3)
      var high = low.map { -$0 }
      for _ in 0..<300 {
        let output = try #require(network.values(at: regions[0].sample(&generator)).last).scalars
        low = zip(low, output).map(min)
        high = zip(high, output).map(max)
      }
      let range = zip(high, low).map(-).reduce(0, +)
      func width(_ bounds: OutputBounds) -> Double {
        zip(bounds.upper, bounds.lower).map(-).reduce(0, +) / range
      }
      let ibp = try bounder.intervals(over: inputs)
      let crown = try bounder.crown(over: inputs)
      let forward = try bounder.forward(over: inputs)
      let widths = [
        width(OutputBounds(try #require(ibp.intervals[network.output]))),
        width(try bounder.outputBounds(ibp)),
        width(OutputBounds(try #require(forward.intervals[network.output]))),
        width(try bounder.outputBounds(crown)),
      ]
      #expect(zip(widths, limits).allSatisfy { $0 <= $1 }, "\(kind) seed \(seed): \(widths)")
      let optimized = OutputBounds(
        try bounder.optimizedLowerBounds(
          of: .outputsAndNegations(3, examples: 1), try bounder.alphaCROWN(over: inputs)))
      #expect(width(optimized) <= widths[3] * (1 + 1e-9), "\(kind) seed \(seed)")
    }
  }

  @Test("Slopes are optimised below products, softmax and max pooling")
  func slopesImproveBelowPlanes() throws {
    for kind in [ZooNetwork.pooled, .attentionWithReLU, .gatedWithReLU] {
      var improved = false
      for seed in 0..<3 as Range<UInt64> {
        let network = try kind.network(seed: seed)
        var generator = SplitMix64(seed: seed + 500)
        let regions = try randomRegions(1, network.inputShape, radius: 0.2, .infinity, &generator)
        let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
        let bounder = Bounder<Tensor<Double>>(network)
        let state = try bounder.crown(over: inputs)
        let functions = OutputFunctions<Tensor<Double>>.outputsAndNegations(3, examples: 1)
        let plain = try bounder.lowerBounds(of: functions, state).scalars
        let optimized = try bounder.optimizedLowerBounds(of: functions, state).scalars
        let gains = zip(optimized, plain).map(-)
        #expect(gains.allSatisfy { $0 >= -1e-12 })
        improved = improved || gains.contains { $0 > 1e-6 }
      }
      #expect(improved, "\(kind): no bound was improved")
    }
  }

  @Test("Lines of curves are optimised on either side, and go into double as they are")
  func curvesImprove() throws {
    var gains: [Double] = []
    for seed in 0..<12 as Range<UInt64> {
      let network = try ZooNetwork.sShaped.network(seed: seed)
      var generator = SplitMix64(seed: seed + 600)
      let regions = try randomRegions(1, network.inputShape, radius: 0.5, .infinity, &generator)
      let single = Bounder<Tensor<Float>>(network)
      let double = Bounder<Tensor<Double>>(network)
      let state = try single.crown(over: InputSet(regions, shape: network.inputShape))
      let functions = OutputFunctions<Tensor<Float>>.outputsAndNegations(3, examples: 1)
      let plain = try single.lowerBounds(of: functions, state).scalars
      let none = [SplitRow<Float>](repeating: SplitRow(), count: 6)
      let found = try single.splitLowerBounds(
        of: functions, state, none, steps: SlopeSteps(count: 30, rate: 0.25, decay: 0.9),
        candidates: 0)
      // The last step is not always the best one; from its slopes alone its own bound comes again.
      let last = found.map { SplitRow<Double>(slopes: $0.slopes.map(Double.init)) }
      let careful = try double.splitLowerBounds(
        of: OutputFunctions.outputsAndNegations(3, examples: 1),
        double.crown(over: InputSet(regions, shape: network.inputShape)), last,
        steps: SlopeSteps(count: 0, rate: 0, decay: 1), candidates: 0)
      let again = try single.splitLowerBounds(
        of: functions, state, found.map { SplitRow<Float>(slopes: $0.slopes) },
        steps: SlopeSteps(count: 0, rate: 0, decay: 1), candidates: 0)
      let samples = try (0..<200).map { _ in
        try #require(network.values(at: regions[0].sample(&generator)).last).scalars
      }
      for row in 0..<6 {
        let least = samples.map { row < 3 ? $0[row] : -$0[row - 3] }.min() ?? 0
        let slack = 1e-4 * (1 + abs(least))
        #expect(Double(found[row].bound) <= least + slack && careful[row].bound <= least + slack)
        #expect(found[row].bound >= plain[row] - Float(slack))
        #expect(abs(Double(again[row].bound) - careful[row].bound) <= slack, "seed \(seed)")
        gains.append((Double(again[row].bound) - Double(plain[row])) / (least - Double(plain[row])))
      }
    }
    // A good part of the way from CROWN to the truth.
    let mean = gains.reduce(0, +) / Double(gains.count)
    #expect(mean > 0.2, "mean gain \(mean)")
  }
}
