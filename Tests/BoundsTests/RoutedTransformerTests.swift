import Foundation
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

@Suite("Bounds of vision transformers whose tokens skip blocks")
struct RoutedTransformerTests {
  /// Blocks that keep 2 of 4 tokens, 1 of 4, and 6 of 16.
  static let variants: [VisionTransformer] = [
    VisionTransformer(patch: 2, width: 8, layers: 2, heads: 2, normalization: .none, modFactor: 1),
    VisionTransformer(
      patch: 2, width: 8, layers: 2, heads: 4, normalization: .rms, residual: .mixed,
      activation: .relu, modFactor: 0.8),
    VisionTransformer(
      patch: 1, width: 4, layers: 2, heads: 1, normalization: .none, activation: .relu,
      modFactor: 0.9),
  ]

  static func network(_ architecture: VisionTransformer, seed: UInt64 = 5) throws -> Network {
    var network = try architecture.network(
      for: ImageTask(shape: [1, 4, 4], classes: 3, mean: [0.5], std: [0.5])
    ).initialized(.xavier, seed: seed)
    var g = SplitMix64(seed: seed)
    for (index, parameter) in network.parameters.enumerated()
    where parameter.name.contains("router") {
      network.setValue(
        Tensor(
          parameter.value.shape,
          (0..<parameter.value.count).map { _ in Double(Float(Double.random(in: -1...1, using: &g)))
          }),
        of: ParameterID(index))
    }
    return network
  }

  /// How many marks of tokens were sure, how many not, and how often one that was not sure differed from that of the middle.
  private struct Count {
    var (sure, open, flips) = (0, 0, 0)
  }

  /// Checks the values of every node at points of each region against the bounds of a state.
  private func check<T: TensorAlgebra>(
    _ network: Network, _ state: [Interval<T>?], _ points: [[[Double]]], _ name: String,
    tolerance: Double, _ count: inout Count
  ) {
    let ends = state.map { $0.map { ($0.lower.values.scalars, $0.upper.values.scalars) } }
    let routers = network.nodes.indices.filter { network.nodes[$0].operation is TopTokens }
    for (example, points) in points.enumerated() {
      var first: [Int: [Double]] = [:]
      for point in points {
        let values = network.values(at: point)
        for (id, value) in values.enumerated() {
          guard let (lower, upper) = ends[id] else { continue }
          for (place, number) in value.scalars.enumerated() {
            let at = example * value.count + place
            let slack = tolerance * max(1, abs(number))
            guard lower[at] > number + slack || upper[at] < number - slack else { continue }
            Issue.record(
              "\(name), node \(network.nodes[id].name): \(number) not in \(lower[at])...\(upper[at])"
            )
            return
          }
        }
        for router in routers {
          let marks = values[router].scalars
          let before = first[router] ?? marks
          first[router] = before
          count.flips += marks == before ? 0 : 1
        }
      }
      for router in routers {
        guard let (lower, upper) = ends[router] else { continue }
        let tokens = network.nodes[router].shape.count
        for at in example * tokens..<(example + 1) * tokens {
          lower[at] == upper[at] ? (count.sure += 1) : (count.open += 1)
        }
      }
    }
  }

  /// Points of a region: inside, corners, and those that a descent on the gap between the last kept and the first left out leads to.
  private func points(_ network: Network, _ region: Region, _ g: inout SplitMix64) -> [[Double]] {
    var points = [region.center] + (0..<40).map { _ in region.sample(&g) }
    for node in network.nodes {
      guard let routing = node.operation as? TopTokens else { continue }
      let (scores, kept) = (node.inputs[0], routing.kept)
      for start in points.prefix(3) {
        var point = start
        for step in [0.5, 0.25, 0.1] {
          func gap(_ point: [Double]) -> Double {
            let sorted = network.values(at: point)[scores].scalars.sorted(by: >)
            return sorted[kept - 1] - sorted[kept]
          }
          let now = gap(point)
          let slope = point.indices.map { place -> Double in
            var other = point
            other[place] += 1e-5
            return gap(other) - now
          }
          point = point.indices.map {
            let width = region.upper[$0] - region.lower[$0]
            return min(
              region.upper[$0],
              max(region.lower[$0], point[$0] - (slope[$0] > 0 ? step : -step) * width))
          }
          points.append(point)
        }
      }
    }
    return points
  }

  @Test(
    "Values of every node lie inside at sampled points, corners and where the gap was attacked, by every method",
    arguments: variants, [1e-4, 0.01, 0.3])
  func soundness(architecture: VisionTransformer, radius: Double) throws {
    let whole = try Self.network(architecture)
    let plain = whole.simplified()
    var g = SplitMix64(seed: 78)
    let regions = try randomRegions(2, [1, 1, 4, 4], radius: radius, .infinity, &g)
    let drawn = regions.map { points(plain, $0, &g) }
    var count = Count()
    func check<S>(_: Tensor<S>.Type, tolerance: Double) throws {
      let inputs = InputSet<Tensor<S>>(regions, shape: whole.inputShape)
      let bounder = Bounder<Tensor<S>>(plain)
      for (name, state) in [
        ("ibp", try bounder.intervals(over: inputs)), ("crown", try bounder.crown(over: inputs)),
        ("forward", try bounder.forward(over: inputs)),
        ("alpha-crown", try bounder.alphaCROWN(over: inputs)),
      ] {
        // Forward bounds do not account for their rounding, of which a logit lowered by 10^9 has much in single precision.
        if name == "forward", S.self == Float.self { continue }
        self.check(plain, state.intervals, drawn, name, tolerance: tolerance, &count)
      }
      let unchanged = try Bounder<Tensor<S>>(whole).intervals(over: inputs)
      self.check(
        whole, unchanged.intervals, drawn, "unsimplified", tolerance: tolerance, &count)
    }
    try check(Tensor<Double>.self, tolerance: 1e-11)
    try check(Tensor<Float>.self, tolerance: 2e-5)
    if radius == 1e-4 { #expect(count.sure > 0) }
    if radius == 0.3 { #expect(count.open > 0 && count.flips > 0) }
  }

  @Test(
    "Rows back to the input are below outputs, for boxes and balls", arguments: variants,
    [Norm.infinity, .two])
  func rows(architecture: VisionTransformer, norm: Norm) throws {
    let plain = try Self.network(architecture).simplified()
    var g = SplitMix64(seed: 79)
    for radius in [0.002, 0.1] {
      let regions = try randomRegions(2, [1, 1, 4, 4], radius: radius, norm, &g)
      let inputs = InputSet<Tensor<Double>>(regions, shape: plain.inputShape)
      let bounder = Bounder<Tensor<Double>>(plain)
      let bounds = [
        try bounder.outputBounds(try bounder.intervals(over: inputs)),
        try bounder.outputBounds(try bounder.crown(over: inputs)),
      ]
      for (example, region) in regions.enumerated() {
        for _ in 0..<150 {
          let output = plain.values(at: region.sample(&g))[plain.output].scalars
          for bound in bounds {
            for (place, number) in output.enumerated() {
              let (low, high) = (bound.lower[example * 3 + place], bound.upper[example * 3 + place])
              #expect(!(low > number + 1e-11) && !(high < number - 1e-11))
            }
          }
        }
      }
    }
  }

  @Test(
    "Where a mark is known, single precision computes it as well; known marks are most",
    arguments: variants)
  func singlePrecision(architecture: VisionTransformer) throws {
    var g = SplitMix64(seed: 80)
    var (known, all) = (0, 0)
    for seed in 0..<4 as Range<UInt64> {
      let plain = try Self.network(architecture, seed: 20 + seed).simplified()
      let single = plain.parameters(as: Tensor<Float>.self)
      let regions = try randomRegions(6, [1, 1, 4, 4], radius: 1e-5, .infinity, &g)
      let state = try Bounder<Tensor<Double>>(plain).crown(
        over: InputSet(regions, shape: plain.inputShape))
      for (example, region) in regions.enumerated() {
        for _ in 0..<40 {
          let point = region.sample(&g).map { Float($0) }
          _ = plain.evaluate(Tensor<Float>(Shape([1, 1, 1, 4, 4]), point), single) { id, marks in
            guard plain.nodes[id].operation is TopTokens, let bound = state.intervals[id] else {
              return
            }
            for (token, mark) in marks.scalars.enumerated() {
              let at = example * marks.count + token
              let (low, high) = (bound.lower.scalars[at], bound.upper.scalars[at])
              all += 1
              known += low == high ? 1 : 0
              #expect(low <= Double(mark) && Double(mark) <= high)
            }
          }
        }
      }
    }
    #expect(2 * known > all)
  }

  @Test("Where all marks are known, bounds are those of the network with the marks as constants")
  func knownMarks() throws {
    let plain = try Self.network(Self.variants[0]).simplified()
    var g = SplitMix64(seed: 81)
    var compared = 0
    for _ in 0..<8 {
      let region = try randomRegions(1, [1, 1, 4, 4], radius: 1e-3, .infinity, &g)[0]
      let inputs = InputSet<Tensor<Double>>([region], shape: plain.inputShape)
      let bounder = Bounder<Tensor<Double>>(plain)
      let state = try bounder.crown(over: inputs)
      let marks = try #require(plain.nodes.firstIndex { $0.operation is TopTokens })
      let known = try #require(state.intervals[marks])
      guard known.lower == known.upper else { continue }
      compared += 1
      // The same with the marks as numbers of the file.
      var fixed = Network(input: plain.inputShape)
      for parameter in plain.parameters { _ = fixed.addParameter(parameter.name, parameter.value) }
      let constant = fixed.addParameter(
        "marks", Tensor(plain.nodes[marks].shape, known.lower.scalars))
      for node in plain.nodes.dropFirst() {
        let operation = try #require(node.operation)
        if operation is TopTokens {
          try fixed.add(Constant(constant), [0])
        } else {
          try fixed.add(operation, node.inputs)
        }
      }
      fixed.setOutput(plain.output, named: "logits")
      let other = Bounder<Tensor<Double>>(fixed)
      let (a, b) = (
        try bounder.outputBounds(state), try other.outputBounds(try other.crown(over: inputs))
      )
      #expect(largestRelativeDifference(a.lower, b.lower, floor: 1) < 1e-9)
      #expect(largestRelativeDifference(a.upper, b.upper, floor: 1) < 1e-9)
    }
    #expect(compared > 2)
  }
}
