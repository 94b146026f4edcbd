import Networks
import Tensors

extension PoolingWindow {
  /// For each pixel of an image the windows that contain it.
  fileprivate func memberships(_ image: [Int]) -> [[Int]] {
    var result = [[Int]](repeating: [], count: image.reduce(1, *))
    for tap in taps(image) {
      for (window, pixel) in tap.enumerated() where pixel >= 0 {
        result[Int(pixel)].append(window)
      }
    }
    return result
  }
}

extension AveragePool: LipschitzReadable {
  /// `sqrt(1 q)`, where `q` is the largest sum of a pixel's weights over the windows: `1 / p` for windows of `p x p` side by side.
  ///
  /// - Soundness: The Schur test: the norm is at most the root of the largest sum of a row times that of a column. A row sums to at most
  ///   1; weights are quotients of 1 by a count, rounded up.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let image = PoolingWindow.image(of: context.inputShapes[0])
    let counts = window.counts(image, countingPadding: countsPadding)
    let columns = window.memberships(image).map { windows in
      // Equal weights are added by their count, so that windows side by side lose nothing.
      Dictionary(grouping: windows) { counts[$0] }.sorted { $0.key < $1.key }
        .map { UpperBound(proved: Double($1.count)).divided(by: Double($0)) }.sum
    }
    let factor = (columns.max() ?? .zero).squareRoot
    return NodeReading(
      NodeReach(
        two: inputs[0].two * factor, infinity: inputs[0].infinity, count: context.shape.count),
      "means over windows")
  }
}

extension MaxPool: LipschitzReadable {
  /// `sqrt(q)` in l2, where a pixel is in at most `q` windows, and 1 in linf.
  ///
  /// - Soundness: A maximum changes by at most the largest change in its window, so by at most the root of the sum of their squares; each
  ///   pixel's square is counted once for each of its windows.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    let image = PoolingWindow.image(of: context.inputShapes[0])
    let most = window.memberships(image).map(\.count).max() ?? 0
    return NodeReading(
      inputs[0].copied(atMost: most, count: context.shape.count),
      "at most \(most) \(most == 1 ? "window" : "windows") over a pixel")
  }
}

extension Resampling: LipschitzReadable {
  /// The root of the largest sum of the weights of an entry times that of the weights with which an entry is read.
  ///
  /// - Soundness: The Schur test; sums are rounded up.
  func reach(_ inputs: [NodeReach], _ context: ReadingContext) throws(Unsupported) -> NodeReading {
    var rows = [UpperBound](repeating: .zero, count: extent)
    var columns = [UpperBound](repeating: .zero, count: context.inputShapes[0][axis])
    for (places, factors) in zip(sources, weights) {
      for (entry, place) in places.enumerated() where place >= 0 {
        let size = UpperBound(proved: abs(factors[entry]))
        rows[entry] = rows[entry] + size
        columns[Int(place)] = columns[Int(place)] + size
      }
    }
    let (row, column) = (rows.max() ?? .zero, columns.max() ?? .zero)
    return NodeReading(
      NodeReach(
        two: inputs[0].two * (row * column).squareRoot, infinity: inputs[0].infinity * row,
        count: context.shape.count), "weighted sums")
  }
}
