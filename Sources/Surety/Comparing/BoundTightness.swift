import Bounds
import Datasets
import Foundation
import Networks
import Properties
import Records

/// How much interval bounds of a network lose against CROWN, on the first test images.
struct BoundTightness {
  /// The images at most.
  static let images = 32
  /// The seconds after which no further image is begun.
  static let seconds = 60.0

  /// The network, which takes pixel values.
  var network: Network
  var images: ImageSet
  /// The radius, in pixel values from 0 to 1.
  var epsilon: Double
  /// The bytes that the bounds may use.
  var memory: Int

  /// The mean widths of the bounds of margins, the right output less each other one, over the region around an image cut to values from
  /// 0 to 1; in float32.
  ///
  /// - Parameter isCancelled: Asked all the time; the result is nil once it says so.
  /// - Returns: The widths; nil where the network cannot be bounded by both, or bounds are not finite.
  func measured(isCancelled: @escaping @Sendable () -> Bool) -> TightnessRecord? {
    let network = network.simplified()
    let engine = Precision.float.engine(for: network)
    var options = BoundOptions()
    options.memory = memory
    options.isCancelled = isCancelled
    let begin = ContinuousClock.now
    var (count, intervals, crown) = (0, 0.0, 0.0)
    for place in 0..<min(images.count, Self.images) {
      let isOver = (ContinuousClock.now - begin) / .seconds(1) > Self.seconds
      if count > 0, isOver { break }
      guard
        let region = try? Region.ball(
          around: images.image(place).map(Double.init), radius: epsilon, norm: .infinity,
          clippedTo: 0...1),
        let pair = widths(engine, region, label: images.label(place), options), !isCancelled()
      else { return nil }
      count += 1
      intervals += pair.intervals
      crown += pair.crown
    }
    guard count > 0 else { return nil }
    return TightnessRecord(
      count: count, intervalWidth: intervals / Double(count), crownWidth: crown / Double(count))
  }

  /// The mean widths over the margins of one image.
  private func widths(
    _ engine: any BoundEngine, _ region: Region, label: Int, _ options: BoundOptions
  ) -> (intervals: Double, crown: Double)? {
    func margins(_ method: BoundMethod) -> OutputBounds.Ends? {
      guard
        let found = try? engine.outputBounds(over: region, by: method, label: label, options),
        found.isFinite, let margins = found.margins
      else { return nil }
      let isFinite = margins.lower.allSatisfy(\.isFinite) && margins.upper.allSatisfy(\.isFinite)
      return isFinite ? margins : nil
    }
    guard let wide = margins(.ibp), let narrow = margins(.crown) else { return nil }
    let count = Double(max(1, wide.lower.count))
    let intervals = zip(wide.lower, wide.upper).reduce(0) { $0 + ($1.1 - $1.0) }
    // Both hold the margin, so what both leave of it does.
    let crown = wide.lower.indices.reduce(0) { sum, margin in
      let upper = min(wide.upper[margin], narrow.upper[margin])
      return sum + max(0, upper - max(wide.lower[margin], narrow.lower[margin]))
    }
    return (intervals / count, crown / count)
  }
}
