import Files
import RandomNumbers

/// How a training image is changed by chance before it is used.
///
/// The image is mirrored with probability one half, and then a window of its own size is cut from it with its
/// edge pixels repeated outward `padding` times, every position equally likely.
public struct Augmentation: Sendable, Hashable {
  /// Whether images are mirrored left to right, each with probability one half.
  public let flips: Bool
  /// How many times the edge pixels are repeated on each side before the window is cut; 0 for no cutting.
  public let padding: Int

  /// Images as they are, as for MNIST.
  public static let none = Augmentation(flips: false, checkedPadding: 0)
  /// What is usual for images of 32x32: mirrored, and moved by up to 2 pixels.
  public static let cifar10 = Augmentation(flips: true, checkedPadding: 2)
  /// What is usual for images of 64x64: mirrored, and moved by up to 4 pixels.
  public static let tinyImageNet = Augmentation(flips: true, checkedPadding: 4)

  private init(flips: Bool, checkedPadding padding: Int) {
    self.flips = flips
    self.padding = padding
  }

  /// Creates an augmentation.
  ///
  /// - Throws: `InputError` when the padding is negative.
  public init(flips: Bool, padding: Int) throws(InputError) {
    guard padding >= 0 else {
      throw InputError("augmentation", "a padding of \(padding) pixels; expected 0 or more")
    }
    self.init(flips: flips, checkedPadding: padding)
  }

  /// Draws what happens to one image.
  func draw(_ random: inout SplitMix64) -> Placement {
    var placement = Placement()
    if flips { placement.isMirrored = random.integer(below: 2) == 1 }
    if padding > 0 {
      placement.down = random.integer(below: 2 * padding + 1) - padding
      placement.right = random.integer(below: 2 * padding + 1) - padding
    }
    return placement
  }

  /// What happens to one image: pixel (y, x) of the result is pixel (y + down, x + right) of the image,
  /// mirrored or not, or the nearest one there is.
  struct Placement: Hashable {
    var isMirrored = false
    var down = 0
    var right = 0

    /// For each column of the result, the column of the image that it shows.
    func columns(_ width: Int) -> [Int] {
      (0..<width).map { x in
        let column = min(max(x + right, 0), width - 1)
        return isMirrored ? width - 1 - column : column
      }
    }

    /// For each row of the result, the row of the image that it shows.
    func rows(_ height: Int) -> [Int] { (0..<height).map { min(max($0 + down, 0), height - 1) } }
  }
}
