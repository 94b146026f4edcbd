import Attacks
import Bounds
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Lipschitz

@Suite("Distances of outputs from those at a region's middle")
struct DeviationTests {
  private typealias T = Tensor<Double>

  private func deviation(
    _ network: Network, _ region: Region, _ center: [Double], _ radius: Double, _ norm: Norm
  ) throws -> OutputDeviation {
    let root = UpperBound(proved: Double(center.count)).squareRoot
    let distance = UpperBound(proved: radius)
    return try #require(
      try LipschitzAnalysis(network).deviation(
        over: region, from: center, two: norm == .infinity ? root * distance : distance,
        infinity: distance))
  }

  /// The largest change of a weighted sum of outputs that ascents and corners of the region reach.
  private func found(
    _ network: Network, _ weights: [Double], _ region: Region, _ center: [Double],
    _ radius: Double, _ norm: Norm, _ generator: inout SplitMix64
  ) throws -> Double {
    let gradients = try Gradients(network)
    let parameters = network.parameters(as: T.self)
    let shape = Shape([1] + network.inputShape.dimensions)
    let rows = T(Shape([1] + network.outputShape.dimensions), weights)
    func value(_ x: [Double]) -> Double {
      zip(weights, network.evaluate(T(shape, x), parameters).scalars).map { $0 * $1 }.reduce(0, +)
    }
    let middle = value(center)
    func inside(_ step: [Double]) -> [Double] {
      let size =
        norm == .infinity
        ? step.map(abs).max() ?? 0 : step.reduce(0) { $0 + $1 * $1 }.squareRoot()
      return zip(center, step).map { $0 + (size > radius ? $1 * radius / size : $1) }
    }
    var largest = 0.0
    for sign in [1.0, -1] {
      for _ in 0..<6 {
        var x = inside(center.map { _ in Double.random(in: -1...1, using: &generator) * radius })
        for _ in 0..<12 {
          let values = gradients.values(at: T(shape, x), parameters)
          let gradient = gradients.gradient(of: rows, at: values, parameters).scalars
          let size = gradient.reduce(0) { $0 + $1 * $1 }.squareRoot()
          guard size > 0 else { break }
          let step = zip(zip(x, center), gradient).map { pair, slope in
            let direction = norm == .infinity ? (slope < 0 ? -1.0 : 1) : slope / size
            return min(radius, max(-radius, pair.0 - pair.1 + sign * 0.5 * radius * direction))
          }
          x = inside(step)
          largest = max(largest, abs(value(x) - middle))
        }
      }
      let corner = inside(center.map { _ in Bool.random(using: &generator) ? radius : -radius })
      largest = max(largest, abs(value(corner) - middle))
    }
    return largest
  }

  @Test(
    "No input of the region moves a sum of outputs by more, and constants and intervals alone show no less",
    arguments: LipschitzZoo.allCases)
  func holds(kind: LipschitzZoo) throws {
    var (reached, better) = (0, 0)
    for seed in 0..<10 {
      let network = try kind.network(seed: UInt64(seed) + 700)
      var generator = SplitMix64(seed: UInt64(seed), stream: 21)
      let center = (0..<network.inputShape.count).map { _ in
        Double.random(in: -1...1, using: &generator)
      }
      for (norm, radius) in [(Norm.two, 0.2), (.infinity, 0.05), (.two, 2), (.infinity, 0.5)] {
        let region = try Region.ball(around: center, radius: radius, norm: norm)
        let deviation = try deviation(network, region, center, radius, norm)
        let local = try LipschitzAnalysis(network).bound(norm: norm, over: region)
        for pair in 0..<3 {
          var weights = (0..<network.outputShape.count).map { _ in
            pair < 2 ? 0 : Double.random(in: -1...1, using: &generator)
          }
          if pair < 2 { (weights[pair % weights.count], weights[weights.count - 1]) = (1, -1) }
          let most = deviation.change(of: weights).value
          let reach = try found(network, weights, region, center, radius, norm, &generator)
          #expect(reach <= most * (1 + 1e-12) + 1e-13, "\(kind) \(seed) \(norm) \(radius)")
          let constant = (local.change(of: weights) * UpperBound(proved: radius)).value
          #expect(most <= constant * (1 + 1e-9), "\(kind) \(seed) \(norm) \(radius)")
          if reach > 0.2 * most { reached += 1 }
          if most < 0.98 * constant { better += 1 }
        }
      }
    }
    // A bound that no input comes near, or that never shows more than constants do, would be for nothing.
    #expect(reached > 0 && better > 0, "\(kind): \(reached) reached, \(better) better")
  }

  @Test(
    "What a box and a ball allow together is at least the largest sum over both, and at most that over either"
  )
  func boxAndBall() {
    var generator = SplitMix64(seed: 8)
    var close = 0
    for _ in 0..<300 {
      let count = Int.random(in: 1...12, using: &generator)
      let row = (0..<count).map { _ in
        UpperBound(
          proved: Bool.random(using: &generator) ? 0 : .random(in: 0...2, using: &generator))
      }
      let sizes = (0..<count).map { _ in UpperBound(proved: .random(in: 0...1, using: &generator)) }
      let radius = Double.random(in: 0.05...2, using: &generator)
      let reach = NodeReach(two: .init(proved: radius), infinity: .infinity, count: count)
      let bound = reach.change(of: row, sizes: sizes).value
      // The largest sum takes each element to min(size, t * weight), with t as large as the ball allows.
      func point(_ t: Double) -> [Double] { zip(row, sizes).map { min($1.value, t * $0.value) } }
      func length(_ d: [Double]) -> Double { d.reduce(0) { $0 + $1 * $1 }.squareRoot() }
      var (low, high) = (0.0, 1e6)
      for _ in 0..<200 {
        let t = (low + high) / 2
        if length(point(t)) <= radius { low = t } else { high = t }
      }
      let largest = zip(row, point(low)).reduce(0) { $0 + $1.0.value * $1.1 }
      #expect(largest <= bound * (1 + 1e-12))
      let box = zip(row, sizes).reduce(0) { $0 + $1.0.value * $1.1.value }
      let ball = length(row.map(\.value)) * radius
      #expect(bound <= min(box, ball) * (1 + 1e-12))
      if largest > 0.9 * bound { close += 1 }
    }
    #expect(close > 200, "\(close)")
  }

  @Test("Ends that are no numbers say nothing, on either side")
  func noNumbers() throws {
    let range = ReadingContext.NodeRange(lower: [.nan, 1, .nan], upper: [1, .nan, .nan])
    #expect(range.lower == [-.infinity, 1, -.infinity])
    #expect(range.upper == [1, .infinity, .infinity])
    // Sums of 1e308 overflow, and their differences are no numbers.
    var net = NetworkBuilder(input: [2], seed: 1)
    let weight = net.network.addParameter("w", Tensor([2, 2], [1e308, -1e308, 1e308, 1e308]))
    try net.add(Linear(weight: weight))
    try net.add(ReLU())
    let other = net.network.addParameter("v", Tensor([2, 2], [1, -1, -1, 1]))
    try net.add(Linear(weight: other))
    let region = try Region(lower: [-9, -9], upper: [9, 9], source: "test")
    let found = try LipschitzAnalysis(net.network).deviation(
      over: region, from: [0, 0], two: UpperBound(proved: 13), infinity: UpperBound(proved: 9))
    // (9, 9) changes the first output by 1.8e309, which no finite number bounds.
    #expect((found?.change(of: [1, -1]) ?? .infinity) == .infinity)
  }

  @Test("A deadline that has passed makes distances no smaller, and wrong ones none")
  func late() throws {
    let network = try LipschitzZoo.convolution.network(seed: 710)
    let center = [Double](repeating: 0.1, count: network.inputShape.count)
    let region = try Region.ball(around: center, radius: 0.5, norm: .infinity)
    var weights = [Double](repeating: 0, count: network.outputShape.count)
    (weights[0], weights[1]) = (1, -1)
    var late = BoundOptions()
    late.isCancelled = { true }
    let root = UpperBound(proved: Double(center.count)).squareRoot
    let changes = try [BoundOptions(), late].map { options in
      try #require(
        try LipschitzAnalysis(network).deviation(
          over: region, from: center, two: root * UpperBound(proved: 0.5),
          infinity: UpperBound(proved: 0.5), options)
      ).change(of: weights)
    }
    #expect(changes[0] <= changes[1])
  }

  @Test("A middle outside of the region shows nothing")
  func outside() throws {
    let network = try LipschitzZoo.dense.network(seed: 3)
    let region = try Region(
      lower: [Double](repeating: 0, count: 8), upper: [Double](repeating: 1, count: 8),
      source: "test")
    let far = try LipschitzAnalysis(network).deviation(
      over: region, from: [Double](repeating: 2, count: 8), two: .one, infinity: .one)
    #expect(far == nil)
  }
}
