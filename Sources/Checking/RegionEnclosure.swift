import Proofs

/// The inputs of a claim, as the network reads them: a box, and a ball where there is one.
struct RegionEnclosure: Sendable {
  /// An l2 or l1 ball of pixels.
  struct Ball: Sendable {
    /// The middle, as the network reads it.
    var center: Enclosure
    /// At least 1 over the deviation of each place.
    var reciprocals: [Double]
    /// At least the radius in pixels.
    var radius: Double
    var isEuclidean: Bool

    /// The reciprocals, none where all are 1.
    var factors: [Double] { reciprocals.allSatisfy { $0 == 1 } ? [] : reciprocals }
  }

  /// A box that holds the region.
  var box: Enclosure
  /// The ball of a region that is one.
  var ball: Ball?
  /// An l2 ball that holds the region: around the middle of a box.
  let hull: Ball

  /// - Parameters:
  ///   - shape: The shape of the network's input.
  /// - Throws: `Rejection` where the region does not fit the network, or no input is in it.
  init(_ region: InputRegion, shape: [Int]) throws(Rejection) {
    let layout = Layout(shape)
    func requireCount(_ array: NumberArray, _ name: String) throws(Rejection) {
      guard array.count == layout.count else {
        throw Rejection(
          "the region's \(name) has \(array.count) elements, the network's input \(layout.count)")
      }
    }
    var box: [Interval]
    switch region {
    case .box(let lower, let upper):
      try requireCount(lower, "lower")
      try requireCount(upper, "upper")
      let below = Self.intervals(lower), above = Self.intervals(upper)
      box = zip(below, above).map { Interval($0.lower, $1.upper) }
      let middle = box.map { ends -> Interval in
        let point = ends.lower / 2 + ends.upper / 2
        return Interval(point, point)
      }
      hull = Ball(
        center: Self.enclosure(middle, layout),
        reciprocals: [Double](repeating: 1, count: layout.count),
        radius: Self.distance(box, middle), isEuclidean: true)
      for index in box.indices where lower.exact(index) > upper.exact(index) {
        throw Rejection(
          "the region is empty: element \(index) has its lower end above its upper end")
      }
    case .pixels(let pixels):
      try requireCount(pixels.center, "center")
      let reading = try PixelReading(pixels, shape: shape)
      let epsilon = Interval(pixels.epsilon.roundedDown, pixels.epsilon.roundedUp)
      let centers = Self.intervals(pixels.center)
      box = centers.map { center in
        var ends = Interval((center - epsilon).lower, (center + epsilon).upper)
        if let lowest = pixels.lowest { ends.lower = max(ends.lower, lowest.roundedDown) }
        if let highest = pixels.highest { ends.upper = min(ends.upper, highest.roundedUp) }
        return ends
      }
      if let index = box.firstIndex(where: { $0.lower > $0.upper }) {
        throw Rejection("the region is empty: pixel \(index) is too far from its limits")
      }
      let distance = Self.distance(box, centers)
      box = box.enumerated().map { reading.read($1, $0) }
      let middle = centers.enumerated().map { reading.read($1, $0) }
      var own = Ball(
        center: Self.enclosure(middle, layout),
        reciprocals: layout.placed(
          centers.indices.map { (Interval(1, 1) / reading.deviation(of: $0)).upper }),
        radius: epsilon.upper, isEuclidean: pixels.norm == .two)
      if pixels.norm != .infinity { ball = own }
      // An l1 ball lies in the l2 ball of its radius.
      own.radius = pixels.norm == .infinity ? distance : min(distance, epsilon.upper)
      own.isEuclidean = true
      hull = own
    case .tokens: throw Rejection("a region of tokens is one for the rule tokens alone")
    }
    self.box = Self.enclosure(box, layout)
    guard self.box.isFinite else { throw Rejection("the region's ends are too large") }
  }

  /// A single input, each element within an interval.
  init(point: [Interval], _ layout: Layout) { self.init(point: Self.enclosure(point, layout)) }

  /// A single input, each element within an interval.
  init(point: Enclosure) {
    box = point
    let ones = [Double](repeating: 1, count: point.lower.count)
    hull = Ball(center: point, reciprocals: ones, radius: .infinity, isEuclidean: true)
  }

  /// At least the distance in l2 of two vectors, one in a box and one in another.
  private static func distance(_ box: [Interval], _ other: [Interval]) -> Double {
    zip(box, other).map { own, other in
      max(0, (Interval(own.upper, own.upper) - other).upper, (other - own).upper)
    }.euclideanNorm
  }

  private static func enclosure(_ intervals: [Interval], _ layout: Layout) -> Enclosure {
    var result = Enclosure(
      lower: layout.placed(intervals.map(\.lower)), upper: layout.placed(intervals.map(\.upper)))
    result.finish()
    return result
  }

  /// The elements of an array, each within an interval.
  static func intervals(_ array: NumberArray) -> [Interval] {
    guard let scale = array.scale else { return array.stored.map { Interval($0, $0) } }
    let factor = Interval(scale.roundedDown, scale.roundedUp)
    return array.stored.map { Interval($0, $0) * factor }
  }
}

extension RegionEnclosure.Ball {
  /// For each row, a number that it is at least over the ball.
  ///
  /// With the middle c and deviations d, `a x = a c + sum (a_i / d_i) (v_i - c_i)` over pixels v, and by Hoelder's inequality the
  /// sum is at least minus the radius times the dual norm of `a / d`.
  func leastValues(_ rows: Rows) -> [Double] {
    let patches = rows.patches
    var (sums, sizes, norms) = (
      [Double](repeating: 0, count: rows.count), [Double](repeating: 0, count: rows.count),
      [Double](repeating: 0, count: rows.count)
    )
    patches.forEachRun { row, at, place, length in
      for index in 0..<length {
        let value = rows.values[at + index]
        let end = value > 0 ? center.lower[place + index] : center.upper[place + index]
        sums[row] += value * end
        sizes[row] += abs(value) * center.largest[place + index]
        let pixel = abs(value) * reciprocals[place + index]
        norms[row] = isEuclidean ? norms[row] + pixel * pixel : max(norms[row], pixel)
      }
    }
    let tiny = Double(2 * patches.size) * Rounding.tiny
    let gamma = Rounding.gamma(patches.size + 1) * Rounding.inflation
    // The quotients, their squares, the sum and the root are rounded.
    let growth = 1 + Rounding.gamma(patches.size + 8)
    return sums.indices.map { row in
      let norm =
        isEuclidean
        ? (norms[row] * growth + tiny).squareRoot() * growth : norms[row] * growth + tiny
      let least = Rounding.sumDown(sums[row], -(gamma * sizes[row] + tiny).up)
      return Rounding.sumDown(least, -Rounding.productUp(norm, radius))
    }
  }
}

/// How a network reads pixels: less a mean, over a deviation.
struct PixelReading {
  private let mean: [Interval]
  private let deviation: [Interval]
  /// The pixels of a channel.
  private let pixels: Int

  init(_ region: InputRegion.Pixels, shape: [Int]) throws(Rejection) {
    let own = shape.first == 1 ? Array(shape.dropFirst()) : shape
    let (channels, count) = (own.first ?? 1, shape.reduce(1, *))
    for (numbers, name) in [(region.mean, "mean"), (region.deviation, "std")] {
      guard [0, 1, channels].contains(numbers.count) else {
        throw Rejection(
          "the region's \(name) has \(numbers.count) numbers, expected one for each of \(channels) channels"
        )
      }
    }
    func spread(_ numbers: [ExactNumber], _ missing: Double) -> [Interval] {
      let list = numbers.map { Interval($0.roundedDown, $0.roundedUp) }
      return (0..<channels).map {
        list.isEmpty ? Interval(missing, missing) : list[list.count == 1 ? 0 : $0]
      }
    }
    mean = spread(region.mean, 0)
    deviation = spread(region.deviation, 1)
    guard deviation.allSatisfy({ $0.lower > 0x1p-900 && $0.upper < 0x1p900 }) else {
      throw Rejection("the region's std has a number of extreme size")
    }
    pixels = max(1, count / max(1, channels))
  }

  func deviation(of element: Int) -> Interval { deviation[element / pixels] }

  func read(_ pixel: Interval, _ element: Int) -> Interval {
    let (middle, width) = (mean[element / pixels], deviation[element / pixels])
    if width.lower == 1, width.upper == 1 { return pixel - middle }
    return (pixel - middle) / width
  }
}
