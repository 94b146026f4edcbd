import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Bounds
@testable import Checking

/// Provers with a fault each: they believe a bound that is too high and write the certificate of what they believe.
///
/// A prover computes a lower bound `c` of an output and claims that the output is above `c` everywhere in the region; the certificate
/// is the recipe of that bound. Without a fault the checker must accept it, with one it must not.
@Suite("Broken provers")
struct BrokenProverTests {
  enum Fault: CaseIterable {
    /// The upper intercepts of ReLUs are too low by a tenth.
    case interceptLowered
    /// Lower lines lie above the activation.
    case lineTooHigh
    /// ReLUs of unknown sign are taken to be active.
    case neverInactive
    /// What activations read is taken to be in smaller intervals than it is.
    case intervalsTooNarrow
    /// The rounding of single precision is not charged.
    case chargeForgotten
    /// The ends of the region are rounded into it.
    case roundedInward
    /// The region is a little smaller than what is claimed.
    case regionTooSmall
    /// One of two parts is left out.
    case leafSkipped
    /// One half is searched twice, the other never.
    case sideFlipped
    /// What holds on both sides of a cut is claimed without the cut.
    case cutForgotten
    /// A bias is lost when the network is rewritten.
    case biasDropped
    /// The bound of one output is claimed of another.
    case otherOutput
    /// A bound counts as above what it misses by a millionth.
    case tolerance
    /// A comparison with a bound that is no number is taken for a proof.
    case notANumber
  }

  /// What a prover says: the output, what it is above, and why.
  private struct Statement {
    var output = 0
    var bound: Double
    var proof: Proof
  }

  private let passes = [LinearProof.Pass("first"), LinearProof.Pass("second")]

  /// A network and a region; a fault of rounding shows itself where no constant is rounded down, without biases and far from the
  /// bends of ReLUs.
  private func question(seed: UInt64, _ fault: Fault?) throws -> (Network, Region) {
    var g = SplitMix64(seed: seed &* 31 &+ 7)
    let isPlain = fault == .chargeForgotten
    return (
      try network(seed: seed, withBiases: !isPlain),
      try region(isPlain ? 1e-4...1e-3 : 0.5...1.5, &g)
    )
  }

  private func network(seed: UInt64, withBiases: Bool) throws -> Network {
    var net = NetworkBuilder(input: [1, 3], seed: seed)
    for (name, outputs) in [("first", 6), ("second", 6), ("y", 2)] {
      let inputs = net.network.nodes[net.last].shape[-1]
      let node = try net.add(
        Linear(
          weight: net.parameter([inputs, outputs]),
          bias: withBiases ? net.parameter([outputs]) : nil))
      net.network.addTensors([name], of: node)
      if name != "y" { try net.add(ReLU()) } else { net.network.setOutput(node, named: "y") }
    }
    return net.network
  }

  private func region(_ width: ClosedRange<Double>, _ g: inout SplitMix64) throws -> Region {
    let lower = (0..<3).map { _ in Double.random(in: -1...0, using: &g) }
    return try Region(
      lower: lower, upper: lower.map { $0 + Double.random(in: width, using: &g) })
  }

  /// CROWN's lower bound of an output over a box, with a fault perhaps.
  private func bound<S: TensorScalar>(
    _ network: Network, _ box: Region, output: Int = 0, _ fault: Fault?, as type: S.Type
  ) throws -> Double {
    let bounder = Bounder<Tensor<S>>(network)
    let inputs = InputSet<Tensor<S>>([box], shape: network.inputShape)
    var state = try bounder.crown(over: inputs)
    if fault == .intervalsTooNarrow {
      let narrower = state.intervals.map { interval in
        interval.map { Interval(center: $0.center, radius: $0.radius * 0.8) }
      }
      state = bounder.state(over: inputs, intervals: narrower)
    }
    if fault == .chargeForgotten {
      // Intervals as single precision without a charge has them: not wider than they are.
      let exact = try Bounder<Tensor<Double>>(network).crown(
        over: InputSet([box], shape: network.inputShape))
      state = bounder.state(
        over: inputs,
        intervals: exact.intervals.map { interval in
          interval.map { Interval(lower: Tensor<S>($0.lower), upper: Tensor<S>($0.upper)) }
        })
    }
    var pass = state.relaxedPass
    for (id, node) in network.nodes.enumerated() where node.operation is ReLU {
      guard var relaxation = pass.relaxations[id] as? ElementwiseRelaxation<Tensor<S>> else {
        continue
      }
      let ones = Tensor<S>(repeating: 1, relaxation.lines.lowerSlope.shape)
      switch fault {
      case .interceptLowered:
        relaxation.lines.upperIntercept = relaxation.lines.upperIntercept * 0.9
      case .lineTooHigh: relaxation.lines.lowerIntercept = ones * 0.05
      case .chargeForgotten:
        guard let x = state.intervals[node.inputs[0]] else { continue }
        // The usual lines, as they come out.
        let (low, high) = (x.lower.negativePart(), x.upper.positivePart())
        let slope = high / (high - low).maximum(ones * 0x1p-100)
        relaxation.lines = Lines(
          lowerSlope: (ones * 0).combined(.less, x.lower + x.upper), lowerIntercept: nil,
          upperSlope: slope, upperIntercept: -(slope * low))
      case .neverInactive:
        relaxation.lines.lowerSlope = ones
        relaxation.lines.upperSlope = ones
        relaxation.lines.upperIntercept = ones * 0
      default: continue
      }
      pass.relaxations[id] = relaxation
    }
    let row = Tensor<S>([1, 1, 2], output == 0 ? [1, 0] : [0, 1])
    var choice = FixedLines<Tensor<S>>()
    let lowered = try pass.lowered(
      LinearFunctions(
        node: network.output, rows: RowBlock(dense: row),
        constant: Tensor<S>([1], [0]), exampleOfRow: [0]), &choice)
    guard fault == .chargeForgotten, let rows = lowered.rows else {
      return Double(pass.least(lowered).scalars[0])
    }
    let least = Tensor<S>.minimum(
      rows, center: pass.frame.center, radius: pass.frame.radius, exampleOfRow: [0])
    return lowered.paid.reduce(Double((lowered.constant + least).scalars[0])) {
      $0 - Double($1.scalars[0])
    }
  }

  private func statement(
    _ network: Network, _ region: Region, _ fault: Fault?
  ) throws -> Statement {
    func bound(_ box: Region, _ output: Int = 0, of network: Network) throws -> Double {
      // A thousandth of a millionth of a millionth is more than the roundings of doubles come to, here and in the checker.
      try self.bound(network, box, output: output, fault, as: Double.self) - 1e-11
    }
    let lines = Proof.linear(LinearProof(passes: passes))
    let half = Double(Float(region.lower[0] / 2 + region.upper[0] / 2))
    let cut = TreeProof.Cut(.input(0), at: ExactNumber(half))
    let tree = Proof.tree(TreeProof(root: .cut(cut, below: .leaf(lines), above: .leaf(lines))))
    func side(isBelow: Bool) throws -> Region {
      var (lower, upper) = (region.lower, region.upper)
      if isBelow { upper[0] = half } else { lower[0] = half }
      return try Region(lower: lower, upper: upper)
    }
    func sides() throws -> [Double] {
      try [true, false].map { try bound(side(isBelow: $0), of: network) }
    }
    switch fault {
    case .chargeForgotten:
      return Statement(
        bound: try self.bound(network, region, fault, as: Float.self), proof: lines)
    case .roundedInward:
      let inner = try Region(
        lower: region.lower.map { Double(Float($0).nextUp) },
        upper: region.upper.map { Double(Float($0).nextDown) })
      return Statement(bound: try bound(inner, of: network), proof: lines)
    case .regionTooSmall:
      let inner = try Region(
        lower: zip(region.lower, region.upper).map { $0 + 1e-3 * ($1 - $0) },
        upper: zip(region.lower, region.upper).map { $1 - 1e-3 * ($1 - $0) })
      return Statement(bound: try bound(inner, of: network), proof: lines)
    case .leafSkipped: return Statement(bound: try sides().max() ?? .nan, proof: tree)
    case .sideFlipped: return Statement(bound: try sides()[0], proof: tree)
    case .cutForgotten: return Statement(bound: try sides().min() ?? .nan, proof: lines)
    case .biasDropped:
      var other = Network(input: network.inputShape)
      var isFirst = true
      let ids = network.parameters.map { other.addParameter($0.name, $0.value) }
      for node in network.nodes.dropFirst() {
        if let linear = node.operation as? Linear {
          try other.add(
            Linear(weight: ids[linear.weight.index], bias: isFirst ? nil : linear.bias),
            node.inputs)
          isFirst = false
        } else {
          try other.add(ReLU(), node.inputs)
        }
      }
      return Statement(bound: try bound(region, of: other), proof: lines)
    case .otherOutput:
      return Statement(output: 1, bound: try bound(region, of: network), proof: lines)
    case .tolerance: return Statement(bound: try bound(region, of: network) + 1e-6, proof: lines)
    case .notANumber:
      let (limit, lost) = (try bound(region, of: network) + 0.5, 0 * Double.infinity)
      // "Not below" instead of "above".
      return Statement(bound: lost <= limit ? -.infinity : limit, proof: lines)
    default:
      return Statement(bound: try bound(region, of: network), proof: lines)
    }
  }

  private func isAccepted(
    _ statement: Statement, _ network: Network, _ region: Region
  ) -> Bool {
    let checked = CheckedNetwork(network, sha256: noDigest)
    let claim = checked.claim(
      .box(lower: NumberArray(region.lower), upper: NumberArray(region.upper)),
      above(
        ExactNumber(statement.bound), [.init(statement.output, exact("1"))]))
    return checked.check(Certificate(claim: claim, proof: statement.proof)).isAccepted
  }

  @Test("A prover without a fault is believed")
  func sound() throws {
    for seed in 0..<40 {
      let (network, region) = try question(seed: UInt64(seed), nil)
      #expect(isAccepted(try statement(network, region, nil), network, region), "\(seed)")
      // A part of the region, and single precision with its charge.
      let halves = try statement(network, region, nil)
      #expect(halves.bound.isFinite)
      let single = Statement(
        bound: try bound(network, region, nil, as: Float.self), proof: halves.proof)
      #expect(isAccepted(single, network, region), "\(seed) in single precision")
    }
  }

  @Test("A prover with a fault is not", arguments: Fault.allCases)
  func broken(_ fault: Fault) throws {
    var (faulty, rejected) = (0, 0)
    // What rounding loses is a gain every other time at most, and the region is rounded outward besides.
    for seed in 0..<(fault == .chargeForgotten ? 120 : 40) {
      let (network, region) = try question(seed: UInt64(seed), fault)
      let statement = try statement(network, region, fault)
      let isAccepted = isAccepted(statement, network, region)
      // A fault that does not show itself here leaves a statement that is right.
      var g = SplitMix64(seed: UInt64(seed))
      let least = network.least(of: statement.output, over: region, &g)
      #expect(!isAccepted || statement.bound <= least, "\(fault) \(seed)")
      let right = try self.bound(
        network, region, output: statement.output, nil, as: Double.self)
      guard
        statement.bound > right + 1e-12 || statement.proof != .linear(LinearProof(passes: passes))
      else { continue }
      faulty += 1
      if !isAccepted { rejected += 1 }
    }
    #expect(faulty >= 5, "\(fault) shows itself \(faulty) times")
    if ![.leafSkipped, .sideFlipped].contains(fault) {
      #expect(rejected == faulty, "\(fault): \(rejected) of \(faulty)")
    } else {
      // The half that was left out may be the one with the higher bound.
      #expect(rejected >= 10, "\(fault): \(rejected) of \(faulty)")
    }
  }
}

extension Network {
  /// The least value of an output over points of a region.
  fileprivate func least(of output: Int, over region: Region, _ g: inout SplitMix64) -> Double {
    let count = 200
    let points = (0..<count).flatMap { _ in region.sample(&g) }
    let values = evaluate(
      Tensor(Shape([count] + inputShape.dimensions), points),
      parameters(as: Tensor<Double>.self)
    ).scalars
    let size = outputShape.count
    return (0..<count).map { values[$0 * size + output] }.min() ?? .nan
  }
}

extension Region {
  /// A corner or a point within.
  fileprivate func sample(_ g: inout SplitMix64) -> [Double] {
    let isCorner = Bool.random(using: &g)
    return zip(lower, upper).map { low, high in
      isCorner
        ? (Bool.random(using: &g) ? low : high) : .random(in: low...high, using: &g)
    }
  }
}
