import CChecking

/// How the elements of a node lie in memory: channels last, so that the patch of an image that a row touches lies in runs.
///
/// A certificate numbers elements row-major; a node that is no image is one pixel whose channels are its elements.
struct Layout: Hashable, Sendable {
  var channels: Int
  var height: Int
  var width: Int

  var count: Int { channels * height * width }

  /// - Parameter dimensions: The shape of one example; `1 x channels x height x width` is an image.
  init(_ dimensions: [Int]) {
    if dimensions.count == 4, dimensions[0] == 1 {
      (channels, height, width) = (dimensions[1], dimensions[2], dimensions[3])
    } else {
      (channels, height, width) = (dimensions.reduce(1, *), 1, 1)
    }
  }

  /// Where an element lies.
  func place(of element: Int) -> Int {
    let pixels = height * width
    return element % pixels * channels + element / pixels
  }

  /// Numbers in the order of elements, in the order of places.
  func placed<Value>(_ values: [Value]) -> [Value] {
    guard height * width > 1, channels > 1 else { return values }
    var result = values
    for (element, value) in values.enumerated() { result[place(of: element)] = value }
    return result
  }
}

/// Where the patches of rows lie in an image: all of one size, each wholly inside.
struct Patches: Sendable {
  var layout: Layout
  var height: Int
  var width: Int
  /// Where the patch of each row begins.
  var tops: [Int]
  var lefts: [Int]

  /// Patches that are the whole image.
  init(_ layout: Layout, count: Int) {
    self.layout = layout
    (height, width) = (layout.height, layout.width)
    tops = [Int](repeating: 0, count: count)
    lefts = tops
  }

  init(_ layout: Layout, height: Int, width: Int, tops: [Int], lefts: [Int]) {
    (self.layout, self.height, self.width) = (layout, height, width)
    (self.tops, self.lefts) = (tops, lefts)
  }

  /// The elements of one patch.
  var size: Int { height * width * layout.channels }

  /// Calls `body` for each run of places that lie side by side both in a row and in the node.
  @inline(__always)
  func forEachRun(_ body: (_ row: Int, _ at: Int, _ place: Int, _ length: Int) -> Void) {
    let isJoined = width == layout.width
    let (lines, length) = isJoined ? (1, size) : (height, width * layout.channels)
    for row in 0..<tops.count {
      for line in 0..<lines {
        let place = ((tops[row] + line) * layout.width + lefts[row]) * layout.channels
        body(row, row * size + line * length, place, length)
      }
    }
  }

  /// The patches as the loops in C read them.
  func withPointers(_ body: (surety_check_patches) -> Void) {
    tops.withUnsafeBufferPointer { tops in
      lefts.withUnsafeBufferPointer { lefts in
        guard let tops = tops.baseAddress, let lefts = lefts.baseAddress else { return }
        body(surety_check_patches(height: height, width: width, tops: tops, lefts: lefts))
      }
    }
  }

  /// Patches that hold these and others.
  func joined(with other: Patches) -> Patches {
    func joined(
      _ a: [Int], _ aLength: Int, _ b: [Int], _ bLength: Int, _ limit: Int
    ) -> (length: Int, starts: [Int]) {
      let starts = zip(a, b).map { min($0, $1) }
      var length = 0
      for (row, start) in starts.enumerated() {
        length = max(length, max(a[row] + aLength, b[row] + bLength) - start)
      }
      return (length, starts.map { min($0, limit - length) })
    }
    let rows = joined(tops, height, other.tops, other.height, layout.height)
    let columns = joined(lefts, width, other.lefts, other.width, layout.width)
    return Patches(
      layout, height: rows.length, width: columns.length, tops: rows.starts, lefts: columns.starts)
  }
}

/// Linear functions of a node's elements. Each has coefficients on a patch of the image, and none elsewhere.
struct Rows: Sendable {
  var patches: Patches
  /// The coefficients: row by row, each patch as an image with channels last.
  var values: [Double]

  /// Rows without coefficients.
  init(_ patches: Patches) {
    self.patches = patches
    values = [Double](repeating: 0, count: patches.tops.count * patches.size)
  }

  /// Rows without coefficients, over the whole image.
  init(_ layout: Layout, count: Int) { self.init(Patches(layout, count: count)) }

  var count: Int { patches.tops.count }

  /// The same rows over patches that hold the old ones.
  func spread(over target: Patches) -> Rows {
    guard
      target.height != patches.height || target.width != patches.width
        || target.tops != patches.tops || target.lefts != patches.lefts
    else { return self }
    var result = Rows(target)
    let (channels, size) = (patches.layout.channels, patches.size)
    let length = patches.width * channels
    for row in 0..<count {
      for line in 0..<patches.height {
        let from = row * size + line * length
        let pixel =
          (patches.tops[row] - target.tops[row] + line) * target.width + patches.lefts[row]
          - target.lefts[row]
        let to = row * target.size + pixel * channels
        for index in 0..<length { result.values[to + index] = values[from + index] }
      }
    }
    return result
  }

  /// The same rows over the whole image.
  func whole() -> Rows { spread(over: Patches(patches.layout, count: count)) }

  /// The sum of two blocks of rows, each coefficient rounded once.
  static func + (a: Rows, b: Rows) -> Rows {
    let patches = a.patches.joined(with: b.patches)
    var sum = a.spread(over: patches)
    let other = b.spread(over: patches)
    for index in sum.values.indices { sum.values[index] += other.values[index] }
    return sum
  }
}
