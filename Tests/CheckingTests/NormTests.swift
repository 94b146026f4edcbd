import Networks
import Proofs
import Properties
import Tensors
import TestSupport
import Testing

@testable import Checking

/// The rule `lipschitz`: norms of linear maps, and the balls that follow from them.
@Suite("Norms of linear maps")
struct NormTests {
  // MARK: Norms

  /// The largest factor by which a vector was found to be stretched: below the norm, and near it.
  static func found(_ values: [Double], rows: Int, columns: Int) -> Double {
    var vector = (0..<columns).map { 1 + 0.37 * Double(($0 * 7919) % 13) }
    var stretch = 0.0
    for _ in 0..<400 {
      let length = vector.reduce(0) { $0 + $1 * $1 }.squareRoot()
      guard length > 0, length.isFinite else { return 0 }
      vector = vector.map { $0 / length }
      let image = (0..<rows).map { row in
        (0..<columns).reduce(0) { $0 + values[row * columns + $1] * vector[$1] }
      }
      stretch = image.reduce(0) { $0 + $1 * $1 }.squareRoot()
      vector = (0..<columns).map { column in
        (0..<rows).reduce(0) { $0 + values[$1 * columns + column] * image[$1] }
      }
    }
    return stretch
  }

  private func isShown(
    _ values: [Double], _ rows: Int, _ columns: Int, atMost limit: Double, error: Double = 0
  ) -> Bool {
    let answers = [true, false].map { isPlain in
      LinearBlock.Part(source: 0, columns: columns, values: values, error: error)
        .isShown(toStretchAtMost: limit, rows: rows, Matrices(isPlain: isPlain))
    }
    #expect(answers[0] == answers[1])
    return answers[0]
  }

  /// Hadamard's matrix: its norm is the root of its order, which is exact for orders that are squares.
  private func hadamard(_ order: Int) -> [Double] {
    (0..<order * order).map { (($0 / order) & ($0 % order)).nonzeroBitCount % 2 == 0 ? 1 : -1 }
  }

  @Test(
    "A norm is shown from a hair above the true one on, and never below",
    arguments: [4, 16, 64, 256])
  func knownNorms(order: Int) {
    let norm = Double(order).squareRoot()
    for factor in [1, 0.375, 0x1p-200, 0x1p200] as [Double] {
      let matrix = hadamard(order).map { $0 * factor }
      #expect(isShown(matrix, order, order, atMost: norm * factor * (1 + 0x1p-30)))
      #expect(!isShown(matrix, order, order, atMost: (norm * factor).nextDown))
      #expect(!isShown(matrix, order, order, atMost: norm * factor * (1 - 0x1p-40)))
      // A matrix that may be off by a millionth may have that larger norm.
      #expect(
        !isShown(matrix, order, order, atMost: norm * factor * (1 + 0x1p-30), error: 1e-6 * factor))
      #expect(
        isShown(matrix, order, order, atMost: norm * factor + 1.1e-6 * factor, error: 1e-6 * factor)
      )
    }
    // A part of it, of another shape, and one that spoils the last block alone.
    let wide = Array(hadamard(order).prefix(order * 3))
    #expect(isShown(wide, 3, order, atMost: norm * (1 + 0x1p-30)))
    #expect(!isShown(wide, 3, order, atMost: norm.nextDown))
    var spoiled = (0..<order * order).map { $0 / order == $0 % order ? 1.0 : 0.0 }
    #expect(isShown(spoiled, order, order, atMost: 1 + 0x1p-30))
    spoiled[order * order - 1] = 1 + 0x1p-20
    #expect(!isShown(spoiled, order, order, atMost: 1 + 0x1p-21))
    #expect(isShown(spoiled, order, order, atMost: 1 + 0x1p-19))
  }

  @Test("Random, nearly singular and lopsided matrices")
  func randomNorms() {
    var random = SplitMix64(seed: 71)
    for trial in 0..<60 {
      let (rows, columns) = (
        Int.random(in: 1...90, using: &random), Int.random(in: 1...90, using: &random)
      )
      var values = (0..<rows * columns).map { _ in Double.random(in: -1...1, using: &random) }
      switch trial % 4 {
      case 1: for index in values.indices { values[index] *= index % columns == 0 ? 1 : 1e-9 }
      case 2:
        for index in values.indices where index >= columns {
          values[index] = values[index % columns]
        }
      case 3: for index in values.indices { values[index] = Double(Int(4 * values[index])) }
      default: break
      }
      let found = Self.found(values, rows: rows, columns: columns)
      // What is shown is above what a vector is stretched by, up to the rounding of that.
      #expect(!isShown(values, rows, columns, atMost: found * (1 - 1e-12)), "\(trial)")
      let frobenius = values.euclideanNorm * (1 + 1e-9)
      #expect(isShown(values, rows, columns, atMost: frobenius) as Bool, "\(trial)")
    }
  }

  @Test("What is no number, or of extreme size, shows nothing")
  func extremes() {
    for limit in [Double.nan, .infinity, -1, 0] {
      #expect(!isShown([1, 0, 0, 1], 2, 2, atMost: limit))
    }
    for value in [Double.nan, .infinity, 1e200, 0x1p-400] {
      #expect(!isShown([value, 0, 0, value], 2, 2, atMost: 1e300))
    }
    #expect(isShown([0, 0, 0, 0], 2, 2, atMost: 0))
    #expect(!isShown([0, 0, 0, 0], 2, 2, atMost: 0, error: 1e-300))
    #expect(!isShown([1, 0, 0, 1], 2, 2, atMost: 2, error: .nan))
  }

  // MARK: Balls

  /// Norms a little above what was found.
  private func norms(_ claim: PreparedClaim, factor: Double = 1 + 1e-6) throws -> [LipschitzProof
    .Norm]
  {
    try claim.linearMappings().map { map in
      guard case .matrix(let rows, let columns, let values, let error) = map.form else {
        throw Rejection("a convolution that is not written out")
      }
      let found = Self.found(values, rows: rows, columns: columns)
      return .init(node: map.node, source: map.source, norm: (found + error) * factor)
    }
  }

  @Test(
    "Values are in their balls, and rows above what balls say, in exact arithmetic",
    arguments: [false, true])
  func exactValuesAreInside(isImage: Bool) throws {
    var (checked, won) = (0, 0)
    for seed in 0..<(isImage ? 60 : 300) as Range<UInt64> {
      var hostile = try HostileNetwork(seed: seed + 500, isImage: isImage)
      let network = CheckedNetwork(hostile.network, sha256: noDigest, isPlain: seed % 2 == 0)
      let prepared: PreparedClaim
      let state: PartState
      let balls: [Int: RegionEnclosure.Ball]
      do {
        prepared = try network.prepare(
          network.claim(
            .box(lower: NumberArray(hostile.lower), upper: NumberArray(hostile.upper)), .label(0)))
        guard let found = try prepared.state(after: []) else { continue }
        state = found
        balls = try prepared.balls(norms(prepared), over: state)
      } catch is Rejection { continue }
      let analysis = prepared.analysis
      var arithmetic = ExactArithmetic()
      let middle = evaluated(
        hostile.network, at: elements(analysis.region.hull.center.lower, analysis.steps[0].layout),
        &arithmetic)
      let (output, input) = (analysis.steps[analysis.output].layout, analysis.steps[0].layout)
      let rows = (0..<output.count).map { place in
        FunctionRow(
          [.init(outputs: [.init(place, exact("1")), .init(0, exact("-1/3"))], bound: exact("0"))],
          weights: [.one], condition: 0, output: output, input: input)
      }
      let plain = analysis.leastValues(rows, over: state, RowHints(stopsAtBends: true))
      let bounds = analysis.leastValues(
        rows, over: state, RowHints(stopsAtBends: true, balls: balls))
      won += zip(plain, bounds).count { $0 < $1 }
      for _ in 0..<6 {
        let values = evaluated(hostile.network, at: hostile.point(), &arithmetic)
        for (id, ball) in balls {
          let distance = zip(values[id], middle[id]).reduce(Rational.zero) {
            $0 + ($1.0 - $1.1) * ($1.0 - $1.1)
          }
          let radius = try #require(Rational(ball.radius))
          #expect(distance <= radius * radius, "seed \(seed), node \(id)")
          checked += 1
        }
        for (place, bound) in bounds.enumerated() where bound.isFinite {
          let value =
            values[analysis.output][place] - values[analysis.output][0] * exact("1/3").value
          #expect(try #require(Rational(bound)) <= value, "seed \(seed), row \(place)")
        }
      }
    }
    #expect(checked > 500 && won > 0, "\(checked) \(won)")
  }

  private func elements(_ placed: [Double], _ layout: Layout) -> [Double] {
    placed.indices.map { placed[layout.place(of: $0)] }
  }

  // MARK: Proofs

  /// Two layers that turn vectors of 16 numbers and hardly stretch them; images of one pixel a channel.
  private func turning(image: Bool = false) throws -> CheckedNetwork {
    var network = Network(input: image ? [1, 16, 1, 1] : [1, 16], named: "x")
    if image { try network.add(Reshape(to: [1, 16]), [0]) }
    let turn = network.addParameter("turn", Tensor([16, 16], hadamard(16).map { $0 / 4 }))
    for layer in 0..<3 {
      let node = try network.add(Linear(weight: turn), [network.output])
      network.addTensors(["sums\(layer)"], of: node)
      network.addTensors(["rectified\(layer)"], of: try network.add(ReLU(), [node]))
    }
    let signs = (0..<32).map { $0 % 2 == 0 ? 1.0 : -1.0 }
    let last = network.addParameter("last", Tensor([16, 2], signs))
    network.setOutput(try network.add(Linear(weight: last), [network.output]), named: "y")
    network.addTensors(["y"], of: network.output)
    return CheckedNetwork(network, sha256: noDigest)
  }

  private func pixels(_ norm: InputRegion.Pixels.Norm, deviation: [String] = []) -> InputRegion {
    var pixels = InputRegion.Pixels(
      center: NumberArray([Double](repeating: 0.5, count: 16)), epsilon: exact("0.1"), norm: norm)
    pixels.deviation = deviation.map { exact($0) }
    pixels.mean = deviation.map { _ in exact("0") }
    return .pixels(pixels)
  }

  @Test("Balls show more than intervals; a norm a hundredth too small is refused")
  func rule() throws {
    let network = try turning()
    let property = above(exact("1"), [.init(0, exact("1")), .init(1, exact("-1"))])
    let claim = network.claim(pixels(.two), property)
    let prepared = try network.prepare(claim)
    let stated = try norms(prepared)
    #expect(stated.map(\.node) == ["sums0", "sums1", "sums2"])
    #expect(stated.map(\.source) == ["x", "rectified0", "rectified1"])
    #expect(stated.allSatisfy { abs($0.norm - 1) < 1e-5 })
    let (balls, intervals) = (
      try prepared.prove(.lipschitz(LipschitzProof(norms: stated))),
      try prepared.prove(.interval(weights: nil))
    )
    #expect(balls.isProved && !intervals.isProved)
    // The difference of outputs has the norm 8, and the ball the radius 0.1: 0.8 below the middle's value at most.
    let middle = try network.prepare(
      network.claim(
        .box(
          lower: NumberArray([Double](repeating: 0.5, count: 16)),
          upper: NumberArray([Double](repeating: 0.5, count: 16))),
        property)
    ).prove(.interval(weights: nil)).leastBound
    #expect(abs(balls.leastBound - (middle - 0.8)) < 1e-4)
    let text = Certificate(claim: claim, proof: .lipschitz(LipschitzProof(norms: stated))).line
    #expect(network.check(try #require(try Certificate.read(line: Array(text.utf8)))) == .accepted)
    for place in stated.indices {
      var changed = stated
      changed[place].norm *= 0.99
      let result = network.check(
        Certificate(claim: claim, proof: .lipschitz(LipschitzProof(norms: changed))))
      #expect(
        result
          == .rejected(
            "the norm from \(stated[place].source) to \(stated[place].node) is not shown to be at most \(changed[place].norm)"
          ))
    }
    // Norms are about exact reals.
    var single = claim
    single.meanings = [.real, .binary32]
    #expect(
      network.check(Certificate(claim: single, proof: .lipschitz(LipschitzProof(norms: stated))))
        == .rejected("binary32: norms are about exact reals alone"))
  }

  @Test("Norms from an image are those of maps of pixels")
  func pixelNorms() throws {
    let network = try turning(image: true)
    let property = above(exact("-100"), [.init(0, exact("1"))])
    let deviation = (0..<16).map { $0 == 3 ? "1/8" : "1/2" }
    let prepared = try network.prepare(network.claim(pixels(.two, deviation: deviation), property))
    let stated = try norms(prepared)
    #expect(abs(stated[0].norm - 8) < 1e-4 && abs(stated[1].norm - 1) < 1e-4)
    #expect(try prepared.prove(.lipschitz(LipschitzProof(norms: stated))).isProved)
    // The same network reads other pixels: what was shown for it is not taken for these.
    let other = try network.prepare(
      network.claim(pixels(.two, deviation: (0..<16).map { _ in "1/9" }), property))
    #expect(throws: Rejection.self) {
      try other.prove(.lipschitz(LipschitzProof(norms: stated)))
    }
  }

  @Test("An l1 ball, a box of pixels and a box have distances of their own")
  func regions() throws {
    let network = try turning()
    let property = above(exact("-100"), [.init(0, exact("1"))])
    func radius(_ region: InputRegion) throws -> Double {
      try network.prepare(network.claim(region, property)).analysis.region.hull.radius
    }
    #expect(abs(try radius(pixels(.one)) - 0.1) < 1e-12)
    #expect(abs(try radius(pixels(.infinity)) - 0.4) < 1e-12)
    #expect(try radius(pixels(.infinity)) >= 0.4)
    let (low, high) = ([Double](repeating: 0, count: 16), [Double](repeating: 1, count: 16))
    #expect(abs(try radius(.box(lower: NumberArray(low), upper: NumberArray(high))) - 2) < 1e-12)
    var clipped = InputRegion.Pixels(center: NumberArray(high), epsilon: exact("0.1"))
    clipped.highest = exact("1")
    clipped.lowest = exact("0.95")
    #expect(abs(try radius(.pixels(clipped)) - 0.2) < 1e-12)
  }
}
