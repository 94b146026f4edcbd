import Files

extension Region {
  /// The inputs within a distance of one input.
  ///
  ///     let region = try Region.ball(
  ///       around: image, radius: 8 / 255, norm: .infinity, clippedTo: 0...1)
  ///
  /// An linf ball becomes a box. An l1 or l2 ball keeps the ball and its enclosing box.
  ///
  /// - Soundness: The ends of the box are rounded outward, so the region contains every real input
  ///   within the distance.
  /// - Parameters:
  ///   - center: The input.
  ///   - radius: The largest distance, in the units of the input.
  ///   - range: The values that an element may take; nil for all.
  /// - Throws: `InputError` when the radius is negative, an element is not finite, or the range
  ///   excludes every point of the ball.
  public static func ball(
    around center: [Double], radius: Double, norm: Norm, clippedTo range: ClosedRange<Double>? = nil
  ) throws(InputError) -> Region {
    guard radius.isFinite && radius >= 0 else {
      throw InputError("radius", "\(radius) is not a distance, expected 0 or more")
    }
    let limits = try range.map { (range) throws(InputError) in
      try Region(
        lower: [Double](repeating: range.lowerBound, count: center.count),
        upper: [Double](repeating: range.upperBound, count: center.count), source: "clip range")
    }
    let radii = [Double](repeating: radius, count: center.count)
    let box = try ball(around: center, radii: radii, within: limits)
    guard norm != .infinity && radius > 0 else { return box }
    let region = Region(
      uncheckedLower: box.lower, upper: box.upper,
      ball: Ball(center: center, radius: radius, norm: norm))
    // A centre outside the range: the ball may end before a corner of the range that its box still
    // meets.
    guard region.contains(region.center) else {
      throw InputError("region", "no point of the \(norm) ball lies in the clip range")
    }
    return region
  }

  /// The inputs of which each element is within its own distance of one input's.
  ///
  /// This is the linf ball for networks whose inputs are normalised channel by channel: a distance
  /// of `eps` in pixels is `eps / deviation` in each channel, and the range of a pixel becomes
  /// `limits`.
  ///
  /// - Soundness: The ends are rounded outward.
  /// - Throws: `InputError` when the counts differ, a radius is negative, an element is not finite,
  ///   or the limits exclude every point.
  public static func ball(
    around center: [Double], radii: [Double], within limits: Region? = nil
  ) throws(InputError) -> Region {
    guard radii.count == center.count else {
      throw InputError("radii", "\(radii.count) radii for \(center.count) elements")
    }
    if let limits, limits.count != center.count {
      throw InputError("limits", "\(limits.count) limits for \(center.count) elements")
    }
    var lower = center
    var upper = center
    for (index, radius) in radii.enumerated() {
      guard center[index].isFinite else {
        throw InputError("center", place: "element \(index)", "\(center[index]) is not finite")
      }
      guard radius.isFinite && radius >= 0 else {
        throw InputError(
          "radius", place: "element \(index)", "\(radius) is not a distance, expected 0 or more")
      }
      lower[index] = sumRoundedDown(center[index], -radius)
      upper[index] = sumRoundedUp(center[index], radius)
      guard let limits else { continue }
      guard lower[index] <= limits.upper[index] && upper[index] >= limits.lower[index] else {
        throw InputError(
          "center", place: "element \(index)",
          "\(center[index]) is further than \(radius) from the range "
            + "\(limits.lower[index]) to \(limits.upper[index])")
      }
      lower[index] = max(lower[index], limits.lower[index])
      upper[index] = min(upper[index], limits.upper[index])
    }
    return try Region(lower: lower, upper: upper)
  }
}
