import Datasets
import Files
import Networks
import Tensors

/// How a network reads the elements of an example.
enum ExampleLayout: Equatable {
  /// In the order channel, row, column, whatever axes they lie along: `[1, 3, 32, 32]`, `[3072]`, `[3, 1024]`.
  case asStored
  /// In the order row, column, channel: `[1, 32, 32, 3]`.
  case channelsLast

  /// Finds the order from the shapes, or nil when a network of this shape does not read such examples.
  ///
  /// Axes of extent 1 say nothing. A network may read neighbouring axes as one, so the shape without them must
  /// come about by multiplying neighbours; the same number of elements is not enough.
  init?(network: [Int], pictures: [Int]) {
    let wanted = network.filter { $0 > 1 }
    let moved = pictures.count == 3 ? [pictures[1], pictures[2], pictures[0]] : pictures
    if Self.merges(pictures.filter { $0 > 1 }, into: wanted) {
      self = .asStored
    } else if Self.merges(moved.filter { $0 > 1 }, into: wanted) {
      self = .channelsLast
    } else {
      return nil
    }
  }

  /// Whether products of neighbouring extents give a shape.
  private static func merges(_ extents: [Int], into wanted: [Int]) -> Bool {
    var place = 0
    for target in wanted {
      var product = 1
      while product < target, place < extents.count {
        product *= extents[place]
        place += 1
      }
      guard product == target else { return false }
    }
    return place == extents.count
  }
}

extension ImageSet {
  /// The examples as a network reads them: gray pictures of three channels for a network of colours, and pictures of
  /// three equal channels of one for a network of gray.
  ///
  /// - Throws: `InputError` naming both shapes when the network does not read such examples.
  func fitted(to input: Shape) throws(InputError) -> ImageSet {
    let network = input.dimensions
    // A row of a table has no axes but its columns. Flattened pictures would be taken for one, and lose their limits.
    if kind == .rows, input.count == imageSize {
      guard network.count < 4 || network.suffix(2).contains(1) else {
        throw InputError(
          name,
          "rows of \(imageSize) columns, the network takes pictures (\(input)); give the data their axes, as "
            + "in (N, H, W)")
      }
      return self
    }
    if ExampleLayout(network: network, pictures: shape) != nil { return self }
    if kind == .pictures, shape[0] == 1, input.count == 3 * imageSize {
      let coloured = coloured()
      if ExampleLayout(network: network, pictures: coloured.shape) != nil { return coloured }
    }
    if kind == .pictures, shape[0] == 3, 3 * input.count == imageSize,
      ExampleLayout(network: network, pictures: [1] + shape[1...]) != nil
    {
      if let gray = grayed() { return gray }
      throw InputError(
        name,
        "pictures are coloured (\(sizes)), the network takes gray ones (\(input)); save them as gray, as it "
          + "was trained")
    }
    let what =
      kind == .rows
      ? "rows have \(imageSize) columns" : "images have \(imageSize) elements (\(sizes))"
    throw InputError(
      name,
      "\(what), the network takes \(input.count) (\(input))"
        + (imageSize == input.count ? "; the order of their axes does not agree" : ""))
  }

  private var sizes: String { shape.map(String.init).joined(separator: "x") }
}
