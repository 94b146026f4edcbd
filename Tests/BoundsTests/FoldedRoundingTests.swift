import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// Bounds of rewritten networks against exact values of the original ones: what folding rounds is charged as well.
@Suite struct FoldedRoundingTests {
  /// Factors and shifts of all sizes before convolutions, and sums after them, which rewriting moves into their weights and biases.
  private func network(_ g: inout SplitMix64) throws -> Network {
    var network = Network(input: [1, 2, 4, 4])
    var node = 0
    func parameter(_ shape: Shape, _ value: (inout SplitMix64) -> Double) -> ParameterID {
      let values = (0..<shape.count).map { _ in Double(Float(value(&g))) }
      return network.addParameter("p\(network.parameters.count)", Tensor(shape, values))
    }
    for _ in 0..<2 {
      let channels = network.nodes[node].shape[1]
      for _ in 0..<Int.random(in: 1...4, using: &g) {
        let size = Double(sign: .plus, exponent: Int.random(in: -2...36, using: &g), significand: 1)
        if Bool.random(using: &g) {
          // The same in all channels, so that it meets weights that cancel.
          let shift = Double(Float(Double.random(in: -1...1, using: &g) * size))
          let sum = AddConstant(parameter([1, channels, 1, 1]) { _ in shift })
          node = try network.add(sum, [node])
        } else {
          let factors = parameter([1, channels, 1, 1]) { Double.random(in: 0.3...3, using: &$0) }
          node = try network.add(MultiplyConstant(factors), [node])
        }
      }
      var last = 0.0
      let kernels = parameter([3, channels, 2, 2]) { g in
        defer { last = last == 0 ? 1 : 0 }
        let plain = Double.random(in: -1...1, using: &g)
        return last == 0 ? 1 + plain * 0x1p-4 : -1 + plain * 0x1p-4
      }
      let bias = Bool.random(using: &g) ? parameter([3]) { .random(in: -1...1, using: &$0) } : nil
      node = try network.add(Convolution(weight: kernels, bias: bias), [node])
      if Bool.random(using: &g) {
        let sums = parameter([1, 3, 1, 1]) { Double(Int.random(in: -4...4, using: &$0)) }
        node = try network.add(AddConstant(sums), [node])
      }
      node = try network.add(ReLU(), [node])
    }
    node = try network.add(Reshape(to: [1, network.nodes[node].shape.count]), [node])
    let last = parameter([network.nodes[node].shape[1], 2]) { .random(in: -1...1, using: &$0) }
    try network.add(Linear(weight: last), [node])
    return network
  }

  private func check<S: TensorScalar>(
    _ network: Network, _ region: Region, as type: S.Type, _ g: inout SplitMix64, _ place: String
  ) throws -> Int {
    let simplified = network.simplified()
    let bounder = Bounder<Tensor<S>>(simplified)
    let inputs = InputSet<Tensor<S>>([region], shape: simplified.inputShape)
    let functions = OutputFunctions<Tensor<S>>.outputsAndNegations(2, examples: 1)
    let points = (0..<6).map { _ in network.exactValues(at: region.sample(&g))[network.output] }
    var checked = 0
    for method in BoundMethod.allCases where method != .forward {
      let bounds = try bounder.lowerBounds(of: functions, over: inputs, by: method)
      let lower = bounds.lower.valuesBelow.scalars
      for values in points {
        for (output, value) in values.enumerated() {
          for (bound, exact) in [(lower[output], value), (lower[2 + output], -value)]
          where bound.isFinite {
            #expect(Dyadic(bound) <= exact, "\(place) \(method) output \(output)")
            checked += 1
          }
        }
      }
    }
    return checked
  }

  @Test("No bound of a rewritten network is on the wrong side of an exact value of the original")
  func exactValues() throws {
    var (checked, folded) = (0, 0)
    for seed in 0..<60 as Range<UInt64> {
      var g = SplitMix64(seed: seed &* 389 &+ 3)
      let network = try network(&g)
      let middle = (0..<32).map { _ in Double(Float(Double.random(in: -1...1, using: &g))) }
      if network.simplified().nodes.count < network.nodes.count { folded += 1 }
      let isPoint = seed % 2 == 0
      let region = try Region(
        lower: middle, upper: middle.map { isPoint ? $0 : Double(Float($0).nextUp) })
      checked += try check(network, region, as: Double.self, &g, "\(seed) double")
      checked += try check(network, region, as: Float.self, &g, "\(seed) float")
    }
    #expect(checked > 5000 && folded > 40, "\(checked) \(folded)")
  }

  @Test("What a batch normalisation's shift loses is kept with the bias that it goes into")
  func normalization() throws {
    // The square root is 3, exactly; a third is not.
    var network = Network(input: [1, 1, 1, 1])
    func parameter(_ value: Double) -> ParameterID {
      network.addParameter("p\(network.parameters.count)", Tensor([1], [value]))
    }
    let kernel = network.addParameter("kernel", Tensor([1, 1, 1, 1], [0x1p40]))
    try network.add(Convolution(weight: kernel), [0])
    let (mean, bias) = (Double(Float(0x1p50 / 3)), Double(Float(0x1p48 / 7)))
    try network.add(
      BatchNormalization(
        scale: parameter(1), bias: parameter(bias), mean: parameter(mean), variance: parameter(8),
        epsilon: 1), [network.output])
    let simplified = network.simplified()
    #expect(simplified.nodes.count == 2)
    let layer = try #require(simplified.nodes[1].operation as? Convolution)
    let parameter = simplified.parameters[try #require(layer.bias).index]
    let off = try #require(parameter.error.sizes).scalars[0]
    // Three times the shift is a sum of floats.
    let exact = Dyadic(3) * Dyadic(bias) - Dyadic(mean)
    let found = Dyadic(parameter.value.scalars[0]) * Dyadic(3)
    let difference = exact < found ? found - exact : exact - found
    #expect(difference <= Dyadic(3) * Dyadic(off))
    #expect(off < 1 && off > 0)
    #expect(simplified.parameters[layer.weight.index].error.roundings == 5)
  }
}
