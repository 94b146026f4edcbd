import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Bounds of vision transformers")
struct VisionTransformerBoundsTests {
  static let variants: [VisionTransformer] = [
    VisionTransformer(patch: 2, width: 8, layers: 2, heads: 2, normalization: .none),
    VisionTransformer(patch: 2, width: 8, layers: 1, heads: 2, normalization: .layer),
    VisionTransformer(
      patch: 2, width: 8, layers: 2, heads: 4, normalization: .rms, residual: .mixed,
      activation: .relu),
    distances,
  ]

  /// The same by distances, whose queries, keys and values are one.
  static var distances: VisionTransformer {
    var result = VisionTransformer(patch: 2, width: 8, layers: 2, heads: 2, normalization: .none)
    result.attention = .distances
    return result
  }

  private func network(_ architecture: VisionTransformer) throws -> Network {
    try architecture.network(
      for: ImageTask(shape: [1, 4, 4], classes: 3, mean: [0.5], std: [0.5])
    ).initialized(.xavier, seed: 5)
  }

  /// Checks sampled values of every node against the bounds of a state.
  private func expectInside<T: TensorAlgebra>(
    _ network: Network, _ state: [Interval<T>?], _ regions: [Region], _ name: String,
    tolerance: Double
  ) {
    var g = SplitMix64(seed: 77)
    let ends = state.map { $0.map { ($0.lower.values.scalars, $0.upper.values.scalars) } }
    for (example, region) in regions.enumerated() {
      for _ in 0..<80 {
        for (id, value) in network.values(at: region.sample(&g)).enumerated() {
          guard let (lower, upper) = ends[id] else { continue }
          for (place, number) in value.scalars.enumerated() {
            let (low, high) = (
              lower[example * value.count + place], upper[example * value.count + place]
            )
            let slack = tolerance * max(1, abs(number))
            guard low > number + slack || high < number - slack else { continue }
            Issue.record(
              "\(name), node \(network.nodes[id].name): \(number) not in \(low)...\(high)")
            return
          }
        }
      }
    }
  }

  private func regions(_ radius: Double, _ norm: Norm = .infinity) throws -> [Region] {
    var g = SplitMix64(seed: 78)
    return try randomRegions(2, [1, 1, 4, 4], radius: radius, norm, &g)
  }

  @Test(
    "Sampled values of every node lie inside, by every method and in every number system",
    arguments: variants, [0.01, 0.1, 1])
  func soundness(architecture: VisionTransformer, radius: Double) throws {
    let whole = try network(architecture)
    let plain = whole.simplified()
    let regions = try regions(radius)
    func check<S>(_: Tensor<S>.Type, tolerance: Double) throws {
      let inputs = InputSet<Tensor<S>>(regions, shape: whole.inputShape)
      let bounder = Bounder<Tensor<S>>(plain)
      for (name, state) in [
        ("ibp", try bounder.intervals(over: inputs)), ("crown", try bounder.crown(over: inputs)),
        ("forward", try bounder.forward(over: inputs)),
        ("alpha-crown", try bounder.alphaCROWN(over: inputs)),
      ] {
        expectInside(plain, state.intervals, regions, name, tolerance: tolerance)
      }
      // Attention as one step, as training sees it.
      let step = try Bounder<Tensor<S>>(whole).intervals(over: inputs)
      expectInside(whole, step.intervals, regions, "attention as one step", tolerance: tolerance)
    }
    try check(Tensor<Double>.self, tolerance: 1e-11)
    try check(Tensor<Float>.self, tolerance: 2e-5)
  }

  @Test(
    "Rows back to the input are below sampled outputs, for boxes and balls", arguments: variants,
    [Norm.infinity, .two])
  func rows(architecture: VisionTransformer, norm: Norm) throws {
    let plain = try network(architecture).simplified()
    let regions = try regions(0.05, norm)
    let inputs = InputSet<Tensor<Double>>(regions, shape: plain.inputShape)
    let bounder = Bounder<Tensor<Double>>(plain)
    let (ibp, crown) = (try bounder.intervals(over: inputs), try bounder.crown(over: inputs))
    let bounds = [try bounder.outputBounds(ibp), try bounder.outputBounds(crown)]
    var known = 0
    var g = SplitMix64(seed: 79)
    for (example, region) in regions.enumerated() {
      for _ in 0..<200 {
        let output = plain.values(at: region.sample(&g))[plain.output].scalars
        for bound in bounds {
          for (place, number) in output.enumerated() {
            let (low, high) = (bound.lower[example * 3 + place], bound.upper[example * 3 + place])
            // Behind an inverse root of a wide variance intervals may be NaN, which says nothing.
            #expect(!(low > number + 1e-11) && !(high < number - 1e-11))
            known += low.isFinite && high.isFinite ? 1 : 0
          }
        }
      }
    }
    // CROWN's say something, whatever intervals do.
    #expect(known >= 2 * 200 * 3)
  }

  @Test("Attention as one step has the intervals of its parts")
  func attention() throws {
    var g = SplitMix64(seed: 80)
    for (isCausal, scale, logits) in [
      (false, 0.5, AttentionForm.Logits.products), (true, 0.5, .products), (false, -2, .products),
      (false, 0.5, .distances), (true, 0.7, .distances), (false, -0.5, .distances),
    ] {
      var network = Network(input: [1, 3, 8])
      try network.add(
        Attention(AttentionForm(heads: 2, scale: scale, isCausal: isCausal, logits: logits)),
        [0, 0, 0])
      let regions = try randomRegions(3, [1, 3, 8], radius: 0.3, .infinity, &g)
      let inputs = InputSet<Tensor<Double>>(regions, shape: network.inputShape)
      let plain = network.expandingAttention()
      let (one, parts) = (
        try Bounder<Tensor<Double>>(network).intervals(over: inputs),
        try Bounder<Tensor<Double>>(plain).intervals(over: inputs)
      )
      let (a, b) = (
        try #require(one.intervals[network.output]), try #require(parts.intervals[plain.output])
      )
      #expect(largestRelativeDifference(a.lower.scalars, b.lower.scalars, floor: 1) < 1e-12)
      #expect(largestRelativeDifference(a.upper.scalars, b.upper.scalars, floor: 1) < 1e-12)
    }
  }
}
