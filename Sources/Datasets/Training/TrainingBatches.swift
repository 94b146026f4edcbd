import Files
import RandomNumbers

/// A training set cut into batches, epoch after epoch.
///
/// Batch k of epoch e depends on the images, the options and the two numbers alone, so training that was cut
/// off goes on with exactly the batches it would have seen:
///
///     let batches = try TrainingBatches(images, BatchOptions(size: 128, augmentation: .cifar10, seed: 1))
///     for batch in batches.reader(from: checkpoint.position, upTo: 160) { step(batch) }
public struct TrainingBatches: Sendable {
  /// The images.
  public let images: ImageSet
  /// How they are cut into batches.
  public let options: BatchOptions

  private let byteValues: [Float]

  /// Creates batches.
  ///
  /// - Throws: `InputError` when a batch would hold no image, or the set has none.
  public init(_ images: ImageSet, _ options: BatchOptions) throws(InputError) {
    guard options.size > 0 else {
      throw InputError("batch size", "\(options.size) images; expected 1 or more")
    }
    guard images.count > 0 else {
      throw InputError(images.name, "holds no image; expected one at least")
    }
    self.images = images
    self.options = options
    byteValues = images.pixels.byteValues
  }

  /// The number of batches in an epoch, the last and smaller one included.
  public var batchesPerEpoch: Int { (images.count + options.size - 1) / options.size }

  /// The order in which an epoch goes through the images.
  ///
  /// - Complexity: O(*n*) in the number of images.
  public func order(ofEpoch epoch: Int) -> [Int] {
    guard options.shuffles else { return Array(0..<images.count) }
    var random = SplitMix64(seed: options.seed, path: [Stream.order, UInt64(epoch)])
    return random.permutation(of: images.count)
  }

  /// Makes one batch.
  ///
  /// - Precondition: The position is one of an epoch's.
  public func batch(at position: BatchPosition) -> Batch {
    batch(at: position, order: order(ofEpoch: position.epoch))
  }

  /// Starts a reader that makes batches ahead of their use on a thread of its own.
  ///
  /// - Parameters:
  ///   - start: The first batch.
  ///   - end: The epoch before which it ends; `start.epoch + 1` for one epoch.
  ///   - ahead: How many batches wait for their use at most.
  public func reader(
    from start: BatchPosition = .start, upTo end: Int, ahead: Int = 3
  ) -> BatchReader {
    BatchReader(self, from: start, upTo: end, ahead: ahead)
  }

  private enum Stream {
    static let order: UInt64 = 0
    static let augmentation: UInt64 = 1
  }

  /// Makes one batch of an epoch whose order is known.
  func batch(at position: BatchPosition, order: [Int]) -> Batch {
    precondition(
      position.epoch >= 0 && (0..<batchesPerEpoch).contains(position.batch),
      "batch \(position.batch) of epoch \(position.epoch), with \(batchesPerEpoch) batches each")
    let first = position.batch * options.size
    let examples = Array(order[first..<min(first + options.size, images.count)])
    let size = images.imageSize
    let pixels = [Float](unsafeUninitializedCapacity: examples.count * size) { buffer, count in
      for (place, example) in examples.enumerated() {
        let target = UnsafeMutableBufferPointer(rebasing: buffer[place * size..<(place + 1) * size])
        write(example, placement(of: example, inEpoch: position.epoch), to: target)
      }
      count = examples.count * size
    }
    return Batch(
      position: position, examples: examples, labels: examples.map(images.label),
      shape: [examples.count] + images.shape, pixels: pixels)
  }

  private func placement(of example: Int, inEpoch epoch: Int) -> Augmentation.Placement {
    var random = SplitMix64(
      seed: options.seed, path: [Stream.augmentation, UInt64(epoch), UInt64(example)])
    return options.augmentation.draw(&random)
  }

  /// Writes every element of an image, moved as its placement says.
  private func write(
    _ example: Int, _ placement: Augmentation.Placement,
    to target: UnsafeMutableBufferPointer<Float>
  ) {
    let (height, width) = (images.shape[1], images.shape[2])
    let (rows, columns) = (placement.rows(height), placement.columns(width))
    let range = example * images.imageSize..<(example + 1) * images.imageSize
    images.pixels.withImage(range, table: byteValues) { source in
      var next = 0
      for channel in 0..<images.shape[0] {
        for row in rows {
          let start = (channel * height + row) * width
          switch source {
          case .bytes(let bytes, let values):
            for column in columns {
              target.initializeElement(at: next, to: values[Int(bytes[start + column])])
              next += 1
            }
          case .floats(let values):
            for column in columns {
              target.initializeElement(at: next, to: values[start + column])
              next += 1
            }
          }
        }
      }
    }
  }
}
