import Properties
import RandomNumbers

/// The points of a region that a search tries first or starts from.
struct Starts {
  /// Regions with at most this many free elements are sampled evenly, corners first.
  static let fewElements = 8

  private let region: SearchRegion
  /// The steps of an additive sequence that fills a cube evenly, for few elements
  /// (M. Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
  private let steps: [Double]

  init(_ region: SearchRegion) {
    self.region = region
    guard region.free.count <= Self.fewElements else {
      steps = []
      return
    }
    // The root of x^(d + 1) = x + 1, which generalises the golden ratio.
    var root = 2.0
    for _ in 0..<40 {
      var power = 1.0
      for _ in 0..<region.free.count { power *= root }
      root -= (power * root - root - 1) / (Double(region.free.count + 1) * power - 1)
    }
    var factor = 1.0
    steps = region.free.map { _ in
      factor /= root
      return factor
    }
  }

  /// Writes sample number `index`: the middle, the corners of few elements, then points inside.
  func write(
    sample index: Int, to point: UnsafeMutablePointer<Float>, _ random: inout SplitMix64
  ) {
    let region = region
    for i in 0..<region.count { point[i] = region.low[i] + region.width[i] / 2 }
    defer { region.project(point) }
    guard index > 0 else {
      if let ball = region.ball { for i in 0..<region.count { point[i] = ball.anchor[i] } }
      return
    }
    let corners = steps.isEmpty ? 0 : 1 << region.free.count
    if index <= corners {
      for (bit, i) in region.free.enumerated() {
        point[i] = (index - 1) >> bit & 1 == 0 ? region.low[i] : region.high[i]
      }
    } else if !steps.isEmpty && index.isMultiple(of: 2) {
      for (place, i) in region.free.enumerated() {
        let position = 0.5 + Double(index) * steps[place]
        point[i] = region.low[i] + region.width[i] * Float(position - position.rounded(.down))
      }
    } else {
      writeMixed(to: point, &random)
    }
  }

  /// Writes a point of which about half the elements are at an end of the box.
  private func writeMixed(to point: UnsafeMutablePointer<Float>, _ random: inout SplitMix64) {
    for i in region.free {
      let choice = random.unit()
      point[i] =
        choice < 0.25
        ? region.low[i]
        : choice < 0.5 ? region.high[i] : region.low[i] + region.width[i] * random.unit()
    }
  }

  /// Writes a point drawn evenly from the box, then projected.
  func writeRandom(to point: UnsafeMutablePointer<Float>, _ random: inout SplitMix64) {
    for i in 0..<region.count { point[i] = region.low[i] + region.width[i] * random.unit() }
    region.project(point)
  }

  /// Writes a point near another one.
  ///
  /// - Parameter spread: The largest change of an element, as a part of its width.
  func write(
    near other: [Float], spread: Float, to point: UnsafeMutablePointer<Float>,
    _ random: inout SplitMix64
  ) {
    for i in 0..<region.count {
      point[i] = other[i] + region.width[i] * spread * (2 * random.unit() - 1)
    }
    region.project(point)
  }
}

/// The best point that was sampled for each condition of each target.
struct BestSamples {
  struct Best {
    var violation = Double.infinity
    var point: [Float]?
  }

  /// One entry for each condition of each target.
  private(set) var entries: [[Best]]
  private let keepsPoints: Bool

  init(_ targets: [Target]) {
    entries = targets.map { [Best](repeating: Best(), count: $0.table.count) }
    // With very many conditions the points would take gigabytes; their violations alone give an order.
    keepsPoints = targets.reduce(0) { $0 + $1.table.count * $1.region.count } <= 1 << 25
  }

  mutating func record(
    _ target: Int, _ condition: Int, _ violation: Double, _ point: UnsafeBufferPointer<Float>
  ) {
    guard violation < entries[target][condition].violation else { return }
    entries[target][condition].violation = violation
    if keepsPoints { entries[target][condition].point = Array(point) }
  }

  /// The conditions of a target, the nearest to holding first.
  func order(_ target: Int) -> [Int] {
    let best = entries[target]
    return best.indices.sorted { (best[$0].violation, $0) < (best[$1].violation, $1) }
  }

  /// The least violation of any condition of a target.
  func least(_ target: Int) -> Double {
    entries[target].reduce(.infinity) { min($0, $1.violation) }
  }
}
