/// A normalisation that networks are often trained with, and its name.
public struct KnownNormalization: Sendable, Hashable {
  /// What people call it, such as `CIFAR-10's statistics`.
  public let name: String
  /// The shift and scale.
  public let normalization: Normalization

  /// Names a normalisation.
  public init(_ name: String, _ normalization: Normalization) {
    self.name = name
    self.normalization = normalization
  }

  private init(_ name: String, mean: [Float], std: [Float]) {
    self.init(name, Normalization(checkedMean: mean, std: std))
  }

  /// The usual normalisations of images with a number of channels, the likeliest first.
  ///
  /// The statistics are those that the authors of public networks state for each set; where authors differ, each
  /// of the common values is listed.
  /// - Parameters:
  ///   - channels: The number of channels.
  ///   - set: The name of the data set, whose own statistics come first.
  public static func usual(channels: Int, of set: String = "") -> [KnownNormalization] {
    let all = usual(channels: channels)
    func letters(_ text: String) -> String {
      text.lowercased().filter { $0.isLetter || $0.isNumber }
    }
    let own = all.filter { !set.isEmpty && letters($0.name).hasPrefix(letters(set)) }
    return all.prefix(1) + own + all.dropFirst().filter { !own.contains($0) }
  }

  private static func usual(channels: Int) -> [KnownNormalization] {
    let plain = KnownNormalization("no normalisation", .none)
    let signed = KnownNormalization("pixels from -1 to 1", mean: [0.5], std: [0.5])
    let bytes = KnownNormalization("pixels from 0 to 255", .bytes)
    switch channels {
    case 1: return [plain] + grey + [signed, bytes, sixteenths]
    case 3: return [plain] + colour + [signed, bytes, centredBytes]
    default: return [plain, signed, bytes]
    }
  }

  private static let grey: [KnownNormalization] = [
    KnownNormalization("MNIST's statistics", mean: [0.1307], std: [0.3081]),
    KnownNormalization("Fashion-MNIST's statistics", mean: [0.2860], std: [0.3530]),
  ]

  private static let colour: [KnownNormalization] = [
    KnownNormalization("CIFAR-10's statistics", .cifar10),
    KnownNormalization(
      "CIFAR-10's statistics, deviations within images", mean: [0.4914, 0.4822, 0.4465],
      std: [0.2023, 0.1994, 0.2010]),
    KnownNormalization(
      "ImageNet's statistics", mean: [0.485, 0.456, 0.406], std: [0.229, 0.224, 0.225]),
    KnownNormalization(
      "TinyImageNet's statistics", mean: [0.4802, 0.4481, 0.3975], std: [0.2770, 0.2691, 0.2821]),
  ]

  private static let sixteenths = KnownNormalization(
    "pixels from 0 to 16", mean: [0], std: [0.0625])
  private static let centredBytes = KnownNormalization(
    "pixels from 0 to 255 less ImageNet's means", mean: [0.4850, 0.4579, 0.4076],
    std: [1.0 / 255, 1.0 / 255, 1.0 / 255])
}

extension Normalization {
  /// Bytes as they are stored: a pixel value from 0 to 1 times 255.
  public static let bytes = Normalization(checkedMean: [0], std: [1.0 / 255])
}
