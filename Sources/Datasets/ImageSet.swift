import Digests
import Files
import Foundation

/// The part of a data set that is meant.
public enum Split: String, Sendable, CaseIterable, Codable {
  /// The examples to fit a network to.
  case train
  /// The examples to judge it by.
  case test
}

/// Labelled images of one shape, or labelled rows of a table, kept as compactly as they were stored.
///
/// An image comes out as `Float` values from 0 to 1 in the order channel, row, column:
///
///     let digits = Datasets.digits(.test)
///     let pixels = digits.image(0)     // 64 values
///     let digit = digits.label(0)      // 0...9
///
/// A row of F columns comes out as its values, whatever they are, with the shape [F, 1, 1]: a column is a channel of
/// one pixel, so that a mean and a deviation for each channel are those of each column.
public struct ImageSet: Sendable {
  /// The name of the set, such as `mnist`.
  public let name: String
  /// The part of the set.
  public let split: Split
  /// The shape of every image: channels, height, width.
  public let shape: [Int]
  /// The name of every class, in the order of the labels.
  public let classes: [String]

  /// What the values are.
  public internal(set) var kind = Kind.pictures
  /// How the labels came about.
  public internal(set) var numbering = ClassNumbering.given
  /// The name of every example, such as the file of a picture; nil where they have none but their places.
  public internal(set) var exampleNames: [String]?
  /// The name of every value of an example, such as the column of a table; nil where they have none.
  public internal(set) var valueNames: [String]?
  /// The examples that cannot be used, with the reason; their values are zeros.
  var problems: [Int: InputError] = [:]

  let pixels: Pixels
  let labels: [Int32]

  /// What the values of an example are.
  public enum Kind: String, Sendable, Hashable {
    /// Pixels from 0 to 1.
    case pictures
    /// The columns of a table, without limits.
    case rows
  }

  /// The values that an input can have at all: 0 to 1 for pixels, nil where there are no limits.
  public var range: ClosedRange<Double>? { kind == .pictures ? 0...1 : nil }

  /// Pixel values in the order image, channel, row, column.
  enum Pixels: Sendable {
    /// A stored byte `b` stands for `Float(b) / scale`.
    case bytes([UInt8], scale: Float)
    /// Values as they are: from 0 to 1 already, or the columns of a table.
    case floats([Float])
  }

  /// Creates a set from checked parts: the readers have refused everything that these conditions exclude.
  init(
    name: String, split: Split, shape: [Int], classes: [String], pixels: Pixels, labels: [Int32]
  ) {
    self.name = name
    self.split = split
    self.shape = shape
    self.classes = classes
    self.pixels = pixels
    self.labels = labels
    let stored = pixels.count
    precondition(
      stored == labels.count * shape.reduce(1, *),
      "\(name): \(stored) values do not fill \(labels.count) images of shape \(shape)")
    precondition(
      labels.allSatisfy { classes.indices.contains(Int($0)) },
      "\(name): a label is outside 0..<\(classes.count)")
  }

  /// The number of images.
  public var count: Int { labels.count }

  /// The number of values in one image.
  public var imageSize: Int { shape.reduce(1, *) }

  /// Returns one image: values from 0 to 1 in the order channel, row, column.
  ///
  /// - Precondition: `index` is in `0..<count`.
  public func image(_ index: Int) -> [Float] {
    precondition((0..<count).contains(index), "image \(index) of \(count) in \(name)")
    let range = index * imageSize..<(index + 1) * imageSize
    switch pixels {
    case .bytes(let bytes, let scale): return bytes[range].map { Float($0) / scale }
    case .floats(let values): return Array(values[range])
    }
  }

  /// Returns the class of one image, an index into `classes`.
  ///
  /// - Precondition: `index` is in `0..<count`.
  public func label(_ index: Int) -> Int {
    precondition((0..<count).contains(index), "label \(index) of \(count) in \(name)")
    return Int(labels[index])
  }

  /// The name of an example; nil where it has none but its place.
  public func name(of index: Int) -> String? {
    exampleNames.flatMap { $0.indices.contains(index) ? $0[index] : nil }
  }

  /// Why an example cannot be used: a file that is damaged, a value that is not a number; nil when it can.
  public func problem(of index: Int) -> InputError? { problems[index] }

  /// Refuses a set of which an example cannot be used, for a use that has no place to say so.
  ///
  /// - Throws: The first example's `InputError`.
  public func requireAll() throws(InputError) {
    if let first = problems.min(by: { $0.key < $1.key }) { throw first.value }
  }

  /// The SHA-256 digest of what the set holds, for reports that name their data.
  ///
  /// It covers the stored pixel values (bytes, or little-endian floats) and then the labels as
  /// little-endian 32-bit integers, so it does not depend on how the files were compressed. Examples that
  /// cannot be used are counted as zeros, and their places follow.
  ///
  /// - Complexity: O(*n*) in the size of the set; keep the result.
  public var digest: String {
    var content: Data
    switch pixels {
    case .bytes(let bytes, _): content = Data(bytes)
    case .floats(let values):
      content = values.map(\.bitPattern.littleEndian).withUnsafeBytes { Data($0) }
    }
    labels.map(\.littleEndian).withUnsafeBytes { content.append(contentsOf: $0) }
    problems.keys.sorted().map { Int32($0).littleEndian }
      .withUnsafeBytes { content.append(contentsOf: $0) }
    return sha256(of: content)
  }
}

extension ImageSet.Pixels {
  var count: Int {
    switch self {
    case .bytes(let bytes, _): bytes.count
    case .floats(let values): values.count
    }
  }
}
