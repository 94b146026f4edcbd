import Properties

/// A region as the search walks it: in 32-bit floats, with projection.
struct SearchRegion: Sendable {
  /// The region itself, which decides what a witness is.
  let exact: Region
  /// The smallest float in the box for each element.
  let low: [Float]
  /// The largest float in the box for each element.
  let high: [Float]
  /// How far a step of size 1 goes in each element.
  let width: [Float]
  /// The elements that can move.
  let free: [Int]
  /// The ball, if any, made smaller by what float rounding may add.
  let ball: Ball?

  struct Ball: Sendable {
    var center: [Float]
    /// A point of the box and the ball from which both are star-shaped.
    var anchor: [Float]
    var radius: Float
    var norm: Norm
  }

  init(_ region: Region) {
    exact = region
    // Clipping the extremes gives the ends of the box in floats.
    low = region.clipped([Float](repeating: -.greatestFiniteMagnitude, count: region.count))
    high = region.clipped([Float](repeating: .greatestFiniteMagnitude, count: region.count))
    let (low, high) = (low, high)
    free = low.indices.filter { low[$0] < high[$0] }
    width = zip(low, high).map { max(0, $1 - $0) }
    ball = region.ball.map { ball in
      let center = ball.center.map(Float.init)
      let size = center.reduce(Float(0)) { max($0, abs($1)) } + Float(ball.radius)
      let count = Float(region.count)
      let spread = ball.norm == .two ? count.squareRoot() : count
      let slack = Float(ball.radius) * 1e-6 + size * Float.ulpOfOne * spread
      return Ball(
        center: center, anchor: region.clipped(region.center.map(Float.init)),
        radius: max(Float(ball.radius) / 2, Float(ball.radius) - slack), norm: ball.norm)
    }
  }

  /// The number of elements.
  var count: Int { low.count }

  /// The doubles that a witness at a float point states.
  ///
  /// Where no float lies between the ends of an element, the end stands that rounds to the float, so that
  /// the doubles lie in the box and the float is what a 32-bit runtime makes of them.
  func widened(_ point: [Float]) -> [Double] {
    point.indices.map { min(max(Double(point[$0]), exact.lower[$0]), exact.upper[$0]) }
  }

  /// Moves a point into the box and the ball.
  func project(_ point: UnsafeMutablePointer<Float>) {
    clip(point)
    guard let ball, ball.size(of: point) > ball.radius else { return }
    ball.project(point)
    clip(point)
    // The nearest point of the ball may lie outside the box where the centre does.
    guard ball.size(of: point) > ball.radius else { return }
    ball.shrinkTowardAnchor(point)
    clip(point)
  }

  private func clip(_ point: UnsafeMutablePointer<Float>) {
    low.withUnsafeBufferPointer { low in
      high.withUnsafeBufferPointer { high in
        for i in 0..<low.count {
          let raised = point[i] > low[i] ? point[i] : low[i]
          point[i] = raised < high[i] ? raised : high[i]
        }
      }
    }
  }
}

extension SearchRegion.Ball {
  /// The distance of a point from the centre.
  func size(of point: UnsafePointer<Float>) -> Float {
    var sum = 0.0
    for i in center.indices {
      let difference = Double(point[i]) - Double(center[i])
      sum += norm == .two ? difference * difference : abs(difference)
    }
    return Float(norm == .two ? sum.squareRoot() : sum)
  }

  /// Moves a point outside the ball to the nearest point of the ball.
  func project(_ point: UnsafeMutablePointer<Float>) {
    switch norm {
    case .infinity:
      for i in center.indices {
        point[i] = min(max(point[i], center[i] - radius), center[i] + radius)
      }
    case .two:
      let scale = radius / size(of: point)
      for i in center.indices { point[i] = center[i] + (point[i] - center[i]) * scale }
    case .one:
      let threshold = softThreshold(point)
      for i in center.indices {
        let difference = point[i] - center[i]
        let kept = max(0, abs(difference) - threshold)
        point[i] = center[i] + (difference < 0 ? -kept : kept)
      }
    }
  }

  /// What to take from each magnitude so that they sum to the radius (Duchi et al., ICML 2008).
  private func softThreshold(_ point: UnsafePointer<Float>) -> Float {
    let sizes = center.indices.map { abs(Double(point[$0]) - Double(center[$0])) }.sorted(by: >)
    var (sum, threshold) = (0.0, 0.0)
    for (place, size) in sizes.enumerated() {
      sum += size
      let candidate = (sum - Double(radius)) / Double(place + 1)
      guard candidate < size else { break }
      threshold = candidate
    }
    return Float(threshold)
  }

  /// Moves a point straight toward the anchor until it is in the ball, by bisection.
  func shrinkTowardAnchor(_ point: UnsafeMutablePointer<Float>) {
    let from = center.indices.map { point[$0] }
    var (inside, outside) = (Float(0), Float(1))
    for _ in 0..<24 {
      let middle = (inside + outside) / 2
      for i in center.indices { point[i] = anchor[i] + (from[i] - anchor[i]) * middle }
      if size(of: point) > radius { outside = middle } else { inside = middle }
    }
    for i in center.indices { point[i] = anchor[i] + (from[i] - anchor[i]) * inside }
  }
}
