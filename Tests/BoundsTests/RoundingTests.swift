import Networks
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds

/// Bounds against exact values: what rounding costs is charged, so no bound may be on the wrong side by anything at all.
@Suite struct RoundingTests {
  /// What makes a network hard for floating-point numbers.
  enum Hardship: CaseIterable {
    /// Weights of ordinary sizes.
    case none
    /// Weights from 1e-9 to 1e9.
    case wideWeights
    /// Every second weight is nearly the opposite of the one before, and large.
    case cancellation
    /// Inputs from -2^30 to 2^30, or the same from 2^-40.
    case wideInputs
    /// Boxes of one unit in the last place.
    case oneUnit
    /// Inputs that have no full precision.
    case tinyInputs
    /// Everything from 1e-30 to 1e30.
    case hostile
  }

  private func weight(_ hardship: Hardship, _ last: inout Double, _ g: inout SplitMix64) -> Double {
    let plain = Double.random(in: -1...1, using: &g)
    func scaled(_ powers: ClosedRange<Double>) -> Double {
      plain * exp10(Double.random(in: powers, using: &g))
    }
    switch hardship {
    case .wideWeights: return scaled(-9...9)
    case .hostile: return scaled(-30 / 3...30 / 3)
    case .cancellation:
      defer { last = last == 0 ? Double(Float(plain * 0x1p20)) : 0 }
      return last == 0 ? plain * 0x1p20 : -last * (1 + plain * 0x1p-22)
    case .tinyInputs: return plain * 0x1p30
    default: return plain
    }
  }

  private func exp10(_ power: Double) -> Double {
    // Powers of two are as wide, and need no library.
    Double(sign: .plus, exponent: Int(power * 3.32), significand: 1)
  }

  private func region(
    _ hardship: Hardship, count: Int, _ g: inout SplitMix64
  ) throws -> Region {
    var (lower, upper): ([Double], [Double]) = ([], [])
    for _ in 0..<count {
      let middle = Double(Float(Double.random(in: -1...1, using: &g)))
      switch hardship {
      case .wideInputs:
        let low = Bool.random(using: &g) ? -0x1p30 : middle * 0x1p-40
        lower.append(Double(low))
        upper.append(Double.random(in: 0.5...1, using: &g) * 0x1p30)
      case .oneUnit:
        lower.append(Double(Float(middle)))
        upper.append(Double(Float(middle).nextUp))
      case .tinyInputs:
        lower.append(Bool.random(using: &g) ? 0 : -0x1p-149)
        upper.append(0x1p-149 * Double(Int.random(in: 0...3, using: &g)))
      default:
        let radius = Double.random(in: 0...0.5, using: &g)
        lower.append(middle - radius)
        upper.append(middle + radius)
      }
    }
    return try Region(lower: lower, upper: upper)
  }

  private func network(_ hardship: Hardship, _ g: inout SplitMix64) throws -> Network {
    let isImage = Bool.random(using: &g)
    var network = Network(input: isImage ? [1, 2, 4, 4] : [1, 6])
    var last = 0.0
    var node = 0
    func parameter(_ shape: Shape) -> ParameterID {
      let values = (0..<shape.count).map { _ in Double(Float(weight(hardship, &last, &g))) }
      return network.addParameter("p\(network.parameters.count)", Tensor(shape, values))
    }
    for _ in 0..<Int.random(in: 1...2, using: &g) where isImage {
      let channels = network.nodes[node].shape[1]
      node = try network.add(
        Convolution(
          weight: parameter([3, channels, 3, 3]), bias: parameter([3]),
          geometry: ConvolutionGeometry(padding: [1, 1, 1, 1])), [node])
      let before = node
      node = try network.add(ReLU(), [node])
      if Bool.random(using: &g) {
        // Paths that meet again, from both sides of a ReLU.
        let other = try network.add(
          Convolution(
            weight: parameter([3, 3, 3, 3]), geometry: ConvolutionGeometry(padding: [1, 1, 1, 1])),
          [node])
        node = try network.add(Add(isDifference: Bool.random(using: &g)), [other, before])
      }
    }
    if isImage {
      node = try network.add(Reshape(to: [1, network.nodes[node].shape.count]), [node])
    }
    for outputs in [5, 4, 3] {
      let inputs = network.nodes[node].shape[-1]
      node = try network.add(
        Linear(weight: parameter([inputs, outputs]), bias: parameter([outputs])), [node])
      if outputs != 3 { node = try network.add(ReLU(), [node]) }
    }
    return network
  }

  private func check<S: TensorScalar>(
    _ network: Network, _ region: Region, as type: S.Type, _ g: inout SplitMix64,
    _ place: String
  ) throws {
    let bounder = Bounder<Tensor<S>>(network)
    let inputs = InputSet<Tensor<S>>([region], shape: network.inputShape)
    let functions = OutputFunctions<Tensor<S>>.outputsAndNegations(
      network.outputShape.count, examples: 1)
    let points = (0..<6).map { _ in network.exactValues(at: region.sample(&g)) }
    for method in BoundMethod.allCases where method != .forward {
      let state = try bounder.state(over: inputs, by: method)
      for (id, interval) in state.intervals.enumerated() {
        guard let interval else { continue }
        let (lower, upper) = (
          interval.lower.valuesBelow.scalars, interval.upper.valuesAbove.scalars
        )
        for values in points {
          for (element, value) in values[id].enumerated() where lower[element].isFinite {
            #expect(
              Dyadic(lower[element]) <= value, "\(place) \(method) node \(id) element \(element)")
          }
          for (element, value) in values[id].enumerated() where upper[element].isFinite {
            #expect(
              Dyadic(upper[element]) >= value, "\(place) \(method) node \(id) element \(element)")
          }
        }
      }
      let bounds = try bounder.lowerBounds(of: functions, over: inputs, by: method)
      let lower = bounds.lower.valuesBelow.scalars
      guard bounds.isFinite[0] else { continue }
      for values in points {
        for (output, value) in values[network.output].enumerated() {
          let (below, above) = (lower[output], lower[network.outputShape.count + output])
          #expect(!below.isFinite || Dyadic(below) <= value, "\(place) \(method) output \(output)")
          #expect(
            !above.isFinite || Dyadic(above) <= -value, "\(place) \(method) minus output \(output)")
        }
      }
    }
  }

  /// Bounds over states of which only the nodes that ReLUs read are known, as a search over signs has them.
  private func checkKnown<S: TensorScalar>(
    _ network: Network, _ region: Region, as type: S.Type, _ g: inout SplitMix64, _ place: String
  ) throws {
    let bounder = Bounder<Tensor<S>>(network)
    let inputs = InputSet<Tensor<S>>([region], shape: network.inputShape)
    let whole = try bounder.crown(over: inputs)
    guard whole.finiteExamples()[0] else { return }
    var known = [Interval<Tensor<S>>?](repeating: nil, count: network.nodes.count)
    for node in network.preactivations { known[node] = whole.intervals[node] }
    let state = bounder.state(over: inputs, intervals: known)
    for (id, node) in network.nodes.enumerated() where node.operation is Linear {
      #expect(state.pass.prices[id].sizes != nil, "\(place) node \(id) costs nothing")
    }
    let functions = OutputFunctions<Tensor<S>>.outputsAndNegations(
      network.outputShape.count, examples: 1)
    let found = try bounder.splitLowerBounds(
      of: functions, state, .init(repeating: SplitRow<S>(), count: functions.count),
      steps: SlopeSteps(count: 4, rate: 0.3, decay: 0.9), candidates: 0)
    for _ in 0..<6 {
      let values = network.exactValues(at: region.sample(&g))[network.output]
      for (row, bound) in found.enumerated() where bound.bound.isFinite {
        let value = row < values.count ? values[row] : -values[row - values.count]
        #expect(Dyadic(Double(bound.bound)) <= value, "\(place) row \(row)")
      }
    }
  }

  @Test("Nor is one over signs, where little is known", arguments: Hardship.allCases)
  func exactValuesOverSigns(_ hardship: Hardship) throws {
    for seed in 0..<12 {
      var g = SplitMix64(seed: UInt64(seed) &* 613 &+ 9)
      let network = try network(hardship, &g)
      let region = try region(hardship, count: network.inputShape.count, &g)
      try checkKnown(network, region, as: Float.self, &g, "\(hardship) \(seed) float")
      try checkKnown(network, region, as: Double.self, &g, "\(hardship) \(seed) double")
    }
  }

  @Test("No bound is on the wrong side of an exact value", arguments: Hardship.allCases)
  func exactValues(_ hardship: Hardship) throws {
    for seed in 0..<12 {
      var g = SplitMix64(seed: UInt64(seed) &* 977 &+ 5)
      let network = try network(hardship, &g)
      #expect(network.chargesEveryOperation)
      let region = try region(hardship, count: network.inputShape.count, &g)
      try check(network, region, as: Float.self, &g, "\(hardship) \(seed) float")
      try check(network, region, as: Double.self, &g, "\(hardship) \(seed) double")
    }
  }

  @Test("A bound over tiny inputs and large weights keeps the small end")
  func smallEnd() throws {
    var network = Network(input: [1, 1])
    let large = network.addParameter("w", Tensor([1, 1], [0x1p100]))
    var node = try network.add(Linear(weight: large), [0])
    node = try network.add(Linear(weight: large), [node])
    let region = try Region(lower: [0], upper: [0x1p-149])
    let state = try Bounder<Tensor<Float>>(network).intervals(
      over: InputSet([region], shape: [1, 1]))
    let upper = state.intervals[node]?.upper.scalars[0] ?? 0
    #expect(Double(upper) >= 0x1p51)
  }
}
