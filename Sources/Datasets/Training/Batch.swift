/// Some training images with their labels, for one step.
public struct Batch: Sendable {
  /// Which batch of which epoch it is.
  public let position: BatchPosition
  /// The places of the images in their set.
  public let examples: [Int]
  /// The class of each image.
  public let labels: [Int]
  /// The number of images, channels, height, width.
  public let shape: [Int]
  /// Values from 0 to 1 in the order image, channel, row, column.
  public let pixels: [Float]

  /// The number of images.
  public var count: Int { examples.count }
}

/// A place in the course of a training, counted from 0.
public struct BatchPosition: Sendable, Hashable, Codable, Comparable {
  /// How many times the whole set was gone through before.
  public var epoch: Int
  /// How many batches of this epoch come before.
  public var batch: Int

  /// The first batch of the first epoch.
  public static let start = BatchPosition(epoch: 0, batch: 0)

  /// Creates a position.
  public init(epoch: Int, batch: Int) {
    self.epoch = epoch
    self.batch = batch
  }

  /// Whether a position comes before another.
  public static func < (a: Self, b: Self) -> Bool { (a.epoch, a.batch) < (b.epoch, b.batch) }
}

/// How a set is cut into batches.
public struct BatchOptions: Sendable, Hashable {
  /// The number of images in a batch; the last batch of an epoch has what remains.
  public var size: Int
  /// How images are changed by chance.
  public var augmentation: Augmentation
  /// Whether each epoch has an order of its own; without, images come in the order of their set.
  public var shuffles: Bool
  /// Decides every order and every change.
  public var seed: UInt64

  /// Creates options.
  public init(
    size: Int, augmentation: Augmentation = .none, shuffles: Bool = true, seed: UInt64
  ) {
    self.size = size
    self.augmentation = augmentation
    self.shuffles = shuffles
    self.seed = seed
  }
}
