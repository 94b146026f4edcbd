import Files
import Testing

@testable import Datasets

@Suite("Batches for training")
struct TrainingBatchesTests {
  /// Images of 2 channels, 5 high, 4 wide, whose every value says where it is.
  static func images(_ count: Int, areFloats: Bool = false) -> ImageSet {
    let bytes = (0..<count * 40).map { UInt8(truncatingIfNeeded: $0 * 7) }
    return ImageSet(
      name: "made", split: .train, shape: [2, 5, 4], classes: (0..<10).map(String.init),
      pixels: areFloats ? .floats(bytes.map { Float($0) / 255 }) : .bytes(bytes, scale: 255),
      labels: (0..<count).map { Int32($0 % 10) })
  }

  static let moving: Augmentation = {
    do { return try Augmentation(flips: true, padding: 2) } catch { return .none }
  }()

  private func batches(
    _ count: Int, size: Int, _ augmentation: Augmentation = .none, seed: UInt64 = 1,
    areFloats: Bool = false
  ) throws -> TrainingBatches {
    try TrainingBatches(
      Self.images(count, areFloats: areFloats),
      BatchOptions(size: size, augmentation: augmentation, seed: seed))
  }

  @Test("Every epoch has every image once, in an order of its own, and a last batch with the rest")
  func epochs() throws {
    let batches = try batches(23, size: 5)
    #expect(batches.batchesPerEpoch == 5)
    var orders: [[Int]] = []
    for epoch in 0..<3 {
      let parts = (0..<5).map { batches.batch(at: BatchPosition(epoch: epoch, batch: $0)) }
      #expect(parts.map(\.count) == [5, 5, 5, 5, 3])
      #expect(parts[4].shape == [3, 2, 5, 4] && parts[4].pixels.count == 120)
      let order = parts.flatMap(\.examples)
      #expect(order.sorted() == Array(0..<23))
      #expect(order == batches.order(ofEpoch: epoch))
      for part in parts { #expect(part.labels == part.examples.map { $0 % 10 }) }
      orders.append(order)
    }
    #expect(Set(orders).count == 3)
    #expect(try self.batches(23, size: 5, seed: 2).order(ofEpoch: 0) != orders[0])
    let plain = try TrainingBatches(
      Self.images(23), BatchOptions(size: 5, shuffles: false, seed: 1))
    #expect(plain.order(ofEpoch: 1) == Array(0..<23))
  }

  @Test("Without augmentation the pixels are those of the images", arguments: [false, true])
  func plain(areFloats: Bool) throws {
    let batches = try batches(7, size: 4, areFloats: areFloats)
    let batch = batches.batch(at: BatchPosition(epoch: 3, batch: 1))
    #expect(batch.pixels == batch.examples.flatMap(batches.images.image))
  }

  /// An image padded with its edges, cut and mirrored by taking the steps one after the other.
  static func naive(
    _ image: [Float], mirrored: Bool, padding: Int, top: Int, left: Int
  ) -> [Float] {
    let (height, width) = (5, 4)
    var result: [Float] = []
    for channel in 0..<2 {
      var rows = (0..<height).map { row in
        (0..<width).map { image[(channel * height + row) * width + $0] }
      }
      if mirrored { rows = rows.map { $0.reversed() } }
      var padded = rows.map { row in
        [Float](repeating: row[0], count: padding) + row
          + [Float](repeating: row[width - 1], count: padding)
      }
      for _ in 0..<padding {
        padded.insert(padded[0], at: 0)
        padded.append(padded[padded.count - 1])
      }
      for row in padded[top..<top + height] { result += row[left..<left + width] }
    }
    return result
  }

  @Test("An augmented image is the naive one for some draw, and all draws come up equally often")
  func augmentation() throws {
    let batches = try batches(1, size: 1, Self.moving, seed: 5)
    let image = batches.images.image(0)
    var counts: [[Float]: Int] = [:]
    for mirrored in [false, true] {
      for top in 0...4 {
        for left in 0...4 {
          counts[
            Self.naive(image, mirrored: mirrored, padding: 2, top: top, left: left)] = 0
        }
      }
    }
    #expect(counts.count == 50)
    let draws = 20_000
    for epoch in 0..<draws {
      let pixels = batches.batch(at: BatchPosition(epoch: epoch, batch: 0)).pixels
      counts[pixels, default: 0] += 1
    }
    #expect(counts.count == 50, "something else than a moved image came out")
    // 400 each on average, with a deviation of 20.
    #expect(counts.values.allSatisfy { (300...500).contains($0) }, "\(counts.values.sorted())")
  }

  @Test("An image is changed in the same way whichever batch it is in")
  func augmentationByExample() throws {
    let (small, large) = (
      try batches(9, size: 2, Self.moving), try batches(9, size: 9, Self.moving)
    )
    let all = large.batch(at: BatchPosition(epoch: 2, batch: 0))
    let parts = (0..<5).map { small.batch(at: BatchPosition(epoch: 2, batch: $0)) }
    #expect(parts.flatMap(\.pixels) == all.pixels)
  }

  @Test("Part of a set is its first images")
  func first() throws {
    let images = Self.images(9)
    let part = try images.first(4)
    #expect(part.count == 4 && part.image(3) == images.image(3) && part.label(3) == 3)
    #expect(part.digest != images.digest)
    #expect(
      throws: InputError("made", "has 9 images, 10 are not a part of it; expected 1 to 9")
    ) { try images.first(10) }
  }

  @Test("Impossible options are refused")
  func options_Fails() {
    #expect(throws: InputError("batch size", "0 images; expected 1 or more")) {
      try batches(3, size: 0)
    }
    #expect(throws: InputError("made", "holds no image; expected one at least")) {
      try batches(0, size: 1)
    }
    #expect(throws: InputError("augmentation", "a padding of -1 pixels; expected 0 or more")) {
      try Augmentation(flips: false, padding: -1)
    }
  }
}
