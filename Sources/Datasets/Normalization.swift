import Files

/// The shift and scale that a network expects of its input: `(value - mean) / std`, channel by channel.
///
/// Regions are stated in pixel values from 0 to 1 and normalised afterwards; every `std` is positive, so
/// the map is increasing and `apply` may be used on the lower and the upper end of a box.
public struct Normalization: Sendable, Hashable {
  /// What is subtracted, per channel; one entry stands for every channel.
  public let mean: [Float]
  /// What is divided by, per channel; one entry stands for every channel.
  public let std: [Float]

  /// No change: networks for MNIST and for the digits usually read plain pixel values.
  public static let none = Normalization(checkedMean: [0], std: [1])

  /// The channel statistics of the CIFAR-10 training images, which most published networks use.
  ///
  /// Some authors use other deviations (0.2023, 0.1994, 0.2010 is common): pass what the network was
  /// trained with.
  public static let cifar10 = Normalization(
    checkedMean: [0.4914, 0.4822, 0.4465], std: [0.2471, 0.2435, 0.2616])

  init(checkedMean mean: [Float], std: [Float]) {
    self.mean = mean
    self.std = std
  }

  /// Creates a normalisation.
  ///
  /// - Throws: `InputError` naming `--mean` or `--std` when the counts differ, a value is not finite, or a
  ///   deviation is not positive.
  public init(mean: [Float], std: [Float]) throws(InputError) {
    if mean.isEmpty { throw InputError("--mean", "is empty; expected a value per channel") }
    if std.isEmpty { throw InputError("--std", "is empty; expected a value per channel") }
    guard mean.count == std.count else {
      throw InputError(
        "--std",
        "\(std.count) value\(std.count == 1 ? "" : "s") for the \(mean.count) of --mean; expected as many"
      )
    }
    for (channel, value) in mean.enumerated() where !value.isFinite {
      throw InputError("--mean", place: "value \(channel + 1)", "\(value) is not a finite number")
    }
    for (channel, value) in std.enumerated() where !(value.isFinite && value > 0) {
      throw InputError("--std", place: "value \(channel + 1)", "\(value) is not a positive number")
    }
    self.init(checkedMean: mean, std: std)
  }

  /// Creates a normalisation from two lists as written on a command line, such as `0.49,0.48,0.45`.
  ///
  /// - Throws: `InputError` as the other initialiser does, and for an entry that is not a number.
  public init(mean: String, std: String) throws(InputError) {
    try self.init(
      mean: Self.numbers(mean, option: "--mean"), std: Self.numbers(std, option: "--std"))
  }

  private static func numbers(_ text: String, option: String) throws(InputError) -> [Float] {
    var values: [Float] = []
    for part in text.split(separator: ",", omittingEmptySubsequences: false) {
      let word = part.filter { $0 != " " }
      guard let value = Float(word) else {
        throw InputError(
          option, place: "value \(values.count + 1)",
          "\"\(word)\" is not a number; expected a list such as 0.49,0.48,0.45")
      }
      values.append(value)
    }
    return values
  }

  /// Returns an image with the normalisation applied.
  ///
  /// - Parameters:
  ///   - image: Values in the order channel, row, column.
  ///   - shape: Channels, height, width.
  /// - Throws: `InputError` when the number of channels is not that of this normalisation.
  public func apply(to image: [Float], shape: [Int]) throws(InputError) -> [Float] {
    let channels = shape.first ?? 0
    guard mean.count == 1 || mean.count == channels else {
      throw InputError(
        "--mean",
        "\(mean.count) values for images of \(channels) channel\(channels == 1 ? "" : "s")")
    }
    guard self != .none else { return image }
    let area = shape.dropFirst().reduce(1, *)
    var result = image
    for index in result.indices {
      let channel = mean.count == 1 ? 0 : index / area
      result[index] = (result[index] - mean[channel]) / std[channel]
    }
    return result
  }
}

extension Normalization {
  /// The options that ask for this normalisation, as one would type them; none where nothing changes.
  public var options: String {
    func list(_ values: [Float]) -> String {
      values.map { "\($0)".replacing(#/\.0$/#, with: "") }.joined(separator: ",")
    }
    return self == .none ? "" : "--mean \(list(mean)) --std \(list(std))"
  }

  /// The statistics of images: the mean and the deviation of each channel, to four decimals.
  ///
  /// - Parameters:
  ///   - images: Values in the order channel, row, column.
  ///   - channels: The number of channels of each.
  /// - Returns: The normalisation; nil without images, or where a channel has the same value everywhere.
  public init?(statisticsOf images: [[Float]], channels: Int) {
    guard channels > 0, let size = images.first?.count, size >= channels else { return nil }
    let area = size / channels
    var (means, deviations): ([Float], [Float]) = ([], [])
    for channel in 0..<channels {
      let values = images.flatMap { $0[channel * area..<(channel + 1) * area].map(Double.init) }
      let mean = values.reduce(0, +) / Double(values.count)
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
      let deviation = (variance.squareRoot() * 1e4).rounded() / 1e4
      guard deviation.isFinite, deviation > 0 else { return nil }
      means.append(Float((mean * 1e4).rounded() / 1e4))
      deviations.append(Float(deviation))
    }
    self.init(checkedMean: means, std: deviations)
  }
}
