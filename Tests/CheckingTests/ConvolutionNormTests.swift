import Networks
import Proofs
import RandomNumbers
import Tensors
import TestSupport
import Testing

@testable import Checking

/// Norms of convolutions that are shown frequency by frequency.
@Suite("Norms of convolutions")
struct ConvolutionNormTests {
  /// A convolution of an image, perhaps between factors of channels.
  private struct Case {
    var network: Network
    var taps: [Double]

    init(seed: UInt64, size: Int? = nil, isPlain: Bool = false) throws {
      var random = SplitMix64(seed: seed)
      func pick(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &random) }
      let groups = isPlain ? 1 : pick(1...2)
      let (inputs, outputs) = (groups * pick(1...2), groups * pick(1...3))
      let (height, width) = (size ?? pick(4...7), size ?? pick(4...7))
      let kernel = isPlain ? (3, 3) : (pick(1...3), pick(1...3))
      let geometry = ConvolutionGeometry(
        stride: isPlain ? [1, 1] : [pick(1...3), pick(1...3)],
        padding: isPlain ? [1, 1, 1, 1] : (0..<4).map { _ in pick(0...2) },
        dilation: isPlain || size != nil ? [1, 1] : [kernel.0 < 3 ? pick(1...2) : 1, 1],
        groups: groups)
      let count = outputs * inputs / groups * kernel.0 * kernel.1
      taps = (0..<count).map { _ in Double.random(in: -1...1, using: &random) }
      network = Network(input: [1, inputs, height, width], named: "x")
      let isScaled = !isPlain && seed % 3 == 0
      if isScaled {
        let factors = (0..<inputs).map { _ in Double.random(in: 0.5...3, using: &random) }
        let before = network.addParameter("before", Tensor([1, inputs, 1, 1], factors))
        try network.add(MultiplyConstant(before), [network.output])
      }
      let weight = network.addParameter(
        "kernels", Tensor([outputs, inputs / groups, kernel.0, kernel.1], taps))
      try network.add(Convolution(weight: weight, geometry: geometry), [network.output])
      if isScaled {
        let factors = (0..<outputs).map { _ in Double.random(in: -3...3, using: &random) }
        let behind = network.addParameter("behind", Tensor([1, outputs, 1, 1], factors))
        try network.add(MultiplyConstant(behind), [network.output])
        taps = taps.map { $0 * 9 }
      }
      network.addTensors(["sums"], of: network.output)
      network.setOutput(try network.add(ReLU(), [network.output]), named: "y")
      network.addTensors(["y"], of: network.output)
    }

    /// The map as the checker reads it, with its frequencies and as a matrix.
    func read() throws -> (ScaledConvolution, LinearBlock) {
      let count = network.inputShape.count
      let claim = CheckedNetwork(network, sha256: noDigest)
      let prepared = try claim.prepare(
        claim.claim(
          .box(
            lower: NumberArray([Double](repeating: 0, count: count)),
            upper: NumberArray([Double](repeating: 1, count: count))), .label(0)))
      let node = try #require(prepared.measuredNodes.first)
      let own = try #require(prepared.analysis.convolution(to: node, from: 0, factors: []))
      return (own, try prepared.analysis.block(of: node))
    }
  }

  @Test("No norm below that of the whole matrix is shown, and every one above the taps' together")
  func random() throws {
    var nearest = Double.infinity
    for seed in 0..<80 as Range<UInt64> {
      let example = try Case(seed: seed)
      let (own, block) = try example.read()
      let part = try #require(block.parts.first)
      let norm = NormTests.found(part.values, rows: block.rows, columns: part.columns)
      for isPlain in [true, false] {
        let matrices = Matrices(isPlain: isPlain)
        #expect(!own.isShown(toStretchAtMost: norm * (1 - 1e-9), matrices), "seed \(seed)")
        let most = example.taps.reduce(0) { $0 + abs($1) } * (1 + 1e-9)
        #expect(own.isShown(toStretchAtMost: most, matrices), "seed \(seed)")
      }
      var (low, high) = (norm, norm * 4)
      for _ in 0..<12 {
        let middle = (low + high) / 2
        if own.isShown(toStretchAtMost: middle, Matrices()) { high = middle } else { low = middle }
      }
      nearest = min(nearest, high / norm)
    }
    // Kernels of one tap and stride 1 lose nothing to the torus.
    #expect(nearest < 1.01)
  }

  @Test("On large images the torus costs little")
  func large() throws {
    for seed in 0..<4 as Range<UInt64> {
      let (own, block) = try Case(seed: seed + 900, size: 14, isPlain: true).read()
      let part = try #require(block.parts.first)
      let norm = NormTests.found(part.values, rows: block.rows, columns: part.columns)
      #expect(own.isShown(toStretchAtMost: norm * 1.06, Matrices()), "seed \(seed)")
    }
  }

  @Test("What is no number, too large or multiplied to nothing shows nothing")
  func extremes() throws {
    var (own, _) = try Case(seed: 4, size: 6, isPlain: true).read()
    for limit in [Double.nan, .infinity, -1, 0] {
      #expect(!own.isShown(toStretchAtMost: limit, Matrices()))
    }
    own.kernels[0] = .nan
    #expect(!own.isShown(toStretchAtMost: 1e9, Matrices()))
    own.kernels[0] = .infinity
    #expect(!own.isShown(toStretchAtMost: 1e9, Matrices()))
    own.kernels = own.kernels.map { _ in 0 }
    #expect(own.isShown(toStretchAtMost: 0, Matrices()) == false)
    #expect(own.isShown(toStretchAtMost: 1e-200, Matrices()))
  }
}
