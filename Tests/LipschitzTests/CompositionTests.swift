import Attacks
import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Lipschitz

/// Kinds of small networks.
enum LipschitzZoo: Int, CaseIterable, Sendable {
  case dense, convolution, strided, residual, normalized, pooled, curved, joined, tokens, transposed
  case grouped, maxima

  func network(seed: UInt64) throws -> Network {
    let isImage: Bool
    switch self {
    case .dense, .curved, .joined, .maxima: isImage = false
    default: isImage = true
    }
    var net = NetworkBuilder(
      input: self == .tokens ? [1, 4, 6] : isImage ? [1, 2, 6, 6] : [8], seed: seed)
    switch self {
    case .dense:
      try net.linear(9)
      try net.add(ReLU())
      try net.linear(7)
      try net.add(LeakyReLU(slope: 0.2))
      try net.linear(4)
    case .convolution:
      try net.convolution(3, kernel: 3)
      try net.add(ReLU())
      try net.convolution(3, kernel: 3)
      try net.add(ReLU())
      try net.flatten()
      try net.linear(4)
    case .strided:
      try net.convolution(4, kernel: 3, .init(stride: [2, 2], padding: [1, 1, 1, 1]))
      try net.add(Tanh())
      try net.convolution(3, kernel: 3, .init(padding: [2, 2, 2, 2], dilation: [2, 2]))
      try net.flatten()
    case .residual:
      let skip = try net.convolution(3, kernel: 3)
      try net.add(ReLU())
      try net.convolution(3, kernel: 3)
      try net.add(Add(), net.last, skip)
      let second = try net.add(ReLU())
      try net.convolution(3, kernel: 1, .init())
      try net.add(Add(isDifference: true), second, net.last)
      try net.flatten()
      try net.linear(3)
    case .normalized:
      try net.normalization()
      try net.convolution(3, kernel: 3)
      try net.normalization()
      try net.add(ReLU())
      try net.normalization()
      try net.flatten()
      try net.linear(5)
    case .pooled:
      try net.convolution(3, kernel: 3)
      try net.add(MaxPool(PoolingWindow(size: [3, 3], stride: [2, 2])))
      try net.add(AveragePool(PoolingWindow(size: [2, 2], stride: [1, 1])))
      try net.add(Reduce(axes: [2, 3], keepingAxes: false, isMean: true))
      try net.add(MultiplyConstant(net.parameter([1, 3])))
    case .curved:
      try net.linear(8)
      try net.add(Gelu())
      try net.linear(8)
      try net.add(Sigmoid())
      try net.linear(6)
      try net.add(GatedLinear())
      try net.linear(4)
      try net.add(Softmax(axis: 0))
    case .joined:
      let a = try net.linear(5)
      let b = try net.add(Softplus())
      try net.add(Concatenate(axis: 0), a, b)
      try net.add(Selection(axis: 0, indices: [0, 3, 3, 7, -1, 9]))
      try net.add(Negate())
      try net.add(LogSumExp(axis: 0))
    case .tokens:
      try net.linear(5)
      try net.add(ReLU())
      try net.add(Transpose([0, 2, 1]))
      try net.linear(3)
      try net.add(Softmax(axis: 2))
      try net.add(Reduce(axes: [1], keepingAxes: false, isMean: false))
    case .transposed:
      try net.convolution(3, kernel: 3, .init(stride: [2, 2], padding: [1, 1, 1, 1]))
      try net.add(ReLU())
      try net.add(
        TransposedConvolution(
          weight: net.parameter([3, 2, 3, 3]),
          geometry: .init(stride: [2, 2], padding: [1, 1, 1, 1]), outputPadding: [1, 1]))
    case .grouped:
      try net.convolution(4, kernel: 3, .init(padding: [1, 1, 1, 1], groups: 2))
      try net.add(Clip(lower: -0.5, upper: 0.5))
      try net.convolution(4, kernel: 3, .init(stride: [2, 1], padding: [1, 1, 1, 1], groups: 4))
      try net.flatten()
      try net.linear(3)
    case .maxima:
      let a = try net.linear(5)
      let b = try net.linear(5, from: 0)
      let c = try net.add(Maximum(), a, b)
      try net.add(Add(), c, a)
      try net.add(Maximum(isMinimum: true), net.last, b)
      try net.add(AddConstant(net.parameter([5])))
    }
    return net.network
  }
}

@Suite("Bounds of whole networks")
struct CompositionTests {
  private func distance(_ a: [Double], _ b: [Double], _ norm: Norm) -> Double {
    let sizes = zip(a, b).map { abs($0 - $1) }
    return norm == .infinity ? sizes.max() ?? 0 : sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
  }

  private func outputs(_ network: Network, _ x: [Double]) -> [Double] {
    network.evaluate(
      Tensor<Double>(Shape([1] + network.inputShape.dimensions), x),
      network.parameters(as: Tensor<Double>.self)
    ).scalars
  }

  @Test(
    "No search and no pair of inputs moves the outputs by more than the bound",
    arguments: LipschitzZoo.allCases)
  func everywhere(kind: LipschitzZoo) throws {
    var reached = 0
    for seed in 0..<20 {
      let network = try kind.network(seed: UInt64(seed))
      var generator = SplitMix64(seed: UInt64(seed), stream: 9)
      for norm in [Norm.two, .infinity] {
        let bound = try LipschitzAnalysis(network).bound(norm: norm)
        var search = try SlopeSearch(network, norm: norm)
        (search.starts, search.walks) = (6, 3)
        let found = search.largest(seed: UInt64(seed))
        #expect(bound.total.isFinite, "\(kind) \(seed)")
        if found.value > 0.02 * bound.total.value { reached += 1 }
        #expect(found.value <= bound.total.value * (1 + 1e-9), "\(kind) \(seed) \(norm): \(found)")
        let x = (0..<network.inputShape.count).map { _ in
          Double.random(in: -1...1, using: &generator)
        }
        for scale in [1, 1e-3] {
          let y = x.map { $0 + scale * Double.random(in: -1...1, using: &generator) }
          let moved = (outputs(network, x), outputs(network, y))
          let from = distance(x, y, norm)
          for (side, limit) in [(Norm.two, bound.two), (.infinity, bound.infinity)] {
            #expect(distance(moved.0, moved.1, side) <= limit.value * from * (1 + 1e-9) + 1e-12)
          }
        }
      }
    }
  }

  @Test("Over a region the bound is no larger, and holds there", arguments: LipschitzZoo.allCases)
  func local(kind: LipschitzZoo) throws {
    var gains = 0
    for seed in 0..<8 {
      let network = try kind.network(seed: UInt64(seed) + 100)
      var generator = SplitMix64(seed: UInt64(seed), stream: 10)
      let count = network.inputShape.count
      let center = (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
      for norm in [Norm.two, .infinity] {
        let analysis = LipschitzAnalysis(network)
        let whole = try analysis.bound(norm: norm)
        let region = try Region.ball(around: center, radius: 0.05, norm: norm)
        let part = try analysis.bound(norm: norm, over: region)
        #expect(part.total.value <= whole.total.value * (1 + 1e-6), "\(kind) \(seed) \(norm)")
        if part.total.value < 0.9 * whole.total.value { gains += 1 }
        var search = try SlopeSearch(network, norm: norm)
        (search.starts, search.walks) = (6, 3)
        let found = search.largest(over: region, seed: UInt64(seed))
        #expect(found.value <= part.total.value * (1 + 1e-9), "\(kind) \(seed) \(norm): \(found)")
        for _ in 0..<10 {
          let pair = (0..<2).map { _ -> [Double] in
            let step = (0..<count).map { _ in Double.random(in: -1...1, using: &generator) }
            let size = distance(step, step.map { _ in 0 }, norm)
            return zip(center, step).map { $0 + 0.0499 * $1 / size }
          }
          let moved = pair.map { outputs(network, $0) }
          #expect(
            distance(moved[0], moved[1], norm)
              <= part.total.value * distance(pair[0], pair[1], norm) * (1 + 1e-9) + 1e-12)
        }
      }
    }
    // Local bounds that never gain would make a radius useless.
    if [.dense, .convolution, .curved, .grouped].contains(kind) { #expect(gains > 0) }
  }

  @Test("Linear networks have exactly the norm of their matrix")
  func exact() throws {
    var net = NetworkBuilder(input: [2], seed: 1)
    let weight = net.network.addParameter("w", Tensor([2, 2], [3, 0, 0, -4]))
    try net.add(Linear(weight: weight))
    let two = try LipschitzAnalysis(net.network).bound(norm: .two)
    #expect(two.total.value >= 4 && two.total.value < 4.000001)
    #expect(try LipschitzAnalysis(net.network).bound(norm: .infinity).total.value < 4.000001)
    #expect(
      two.difference(of: 0, minus: 1).value < 5.00001 && two.difference(of: 0, minus: 1).value >= 5)
    #expect(
      two.radius(label: 0, margins: [10]) <= 2 && two.radius(label: 0, margins: [10]) > 1.9999)
    #expect(two.radius(label: 0, margins: [-1]) == 0)
    #expect(two.dominant?.operation == "Linear")
  }

  @Test(
    "B-5: the bound of a difference of outputs is never above the generic one, and no search is above it"
  )
  func pairs() throws {
    for seed in 0..<20 {
      let network = try LipschitzZoo.dense.network(seed: UInt64(seed) + 50)
      for norm in [Norm.two, .infinity] {
        let bound = try LipschitzAnalysis(network).bound(norm: norm)
        for i in 0..<4 {
          for j in 0..<4 where i != j {
            let pair = bound.difference(of: i, minus: j).value
            #expect(pair <= 2.0.squareRoot() * bound.two.value * (1 + 1e-12))
            #expect(pair <= 2 * bound.infinity.value * (1 + 1e-12))
            var difference = network
            let rows = difference.addParameter(
              "d", Tensor([4, 1], (0..<4).map { $0 == i ? 1.0 : $0 == j ? -1 : 0 }))
            try difference.add(Linear(weight: rows), [network.output])
            var search = try SlopeSearch(difference, norm: norm)
            (search.starts, search.walks) = (4, 2)
            #expect(search.largest().value <= pair * (1 + 1e-9))
          }
        }
      }
    }
  }

  @Test("An operation without a reading, and one without a constant, are refused by name")
  func refusals() throws {
    func message(_ operation: any Operation, _ inputs: Int = 1) throws -> String {
      var net = NetworkBuilder(input: [4], seed: 1)
      let first = try net.linear(4)
      _ = try net.network.add(operation, [Int](repeating: first, count: inputs), named: "step7")
      do {
        _ = try LipschitzAnalysis(net.network).bound(norm: .two)
        return "nothing"
      } catch {
        return error.description
      }
    }
    #expect(try message(Floor()) == "lipschitz has no rule for operation Floor (node step7)")
    #expect(try message(Sign()).contains("operation Sign (node step7)"))
    #expect(
      try message(Multiply(), 2).contains("operation Mul (node step7): a product has no constant"))
    #expect(try message(Exponential()).contains("Exp (node step7): its slope has no limit"))
    #expect(try message(ReLU()) == "nothing")
  }

  @Test("Products, squares and attention are bounded over regions")
  func products() throws {
    for seed in 0..<12 {
      var net = NetworkBuilder(input: [1, 3, 4], seed: UInt64(seed))
      let q = try net.linear(4)
      let k = try net.linear(4, from: 0)
      let v = try net.linear(4, from: 0)
      let turned = try net.add(Transpose([0, 2, 1]), k)
      try net.add(MatrixProduct(), q, turned)
      try net.add(MultiplyConstant(net.network.addParameter("half", Tensor([1], [0.5]))))
      let weights = try net.add(Softmax(axis: 2))
      let mixed = try net.add(MatrixProduct(), weights, v)
      let square = try net.add(Power(exponent: 2), mixed)
      try net.add(Multiply(), square, mixed)
      let network = net.network
      var generator = SplitMix64(seed: UInt64(seed), stream: 4)
      let center = (0..<12).map { _ in Double.random(in: -1...1, using: &generator) }
      for norm in [Norm.two, .infinity] {
        let region = try Region.ball(around: center, radius: 0.1, norm: norm)
        let bound = try LipschitzAnalysis(network).bound(norm: norm, over: region)
        let found = try SlopeSearch(network, norm: norm).largest(over: region)
        #expect(bound.total.isFinite && found.value > 0)
        #expect(found.value <= bound.total.value, "\(seed) \(norm)")
      }
    }
  }
}
