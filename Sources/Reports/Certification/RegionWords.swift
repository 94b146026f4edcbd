import Records

/// A region in the words of a sentence.
struct RegionWords {
  /// `inf`, `2` or `1`.
  var norm: String
  /// Whether the values are those of pictures.
  var arePictures: Bool

  /// Words for the examples of a page.
  ///
  /// Folders of before examples were kept are those of image sets.
  init(norm: String, _ records: [Int: ExampleRecord]) {
    let shape = records.values.first?.shape
    self.init(norm: norm, arePictures: shape.map(Picture.isPicture) ?? true)
  }

  init(norm: String, arePictures: Bool) { (self.norm, self.arePictures) = (norm, arePictures) }

  /// One of the examples: `image` or `example`.
  var example: String { arePictures ? "image" : "example" }
  private var value: String { arePictures ? "pixel" : "value" }

  /// A count of examples.
  func examples(_ count: Int) -> String { "\(count) \(example)\(count == 1 ? "" : "s")" }

  /// All changes of a size: `every change of up to 8/255 per pixel`.
  func changes(_ epsilon: Double) -> String { "every change of \(size(epsilon))" }

  /// A size of changes: `up to 8/255 per pixel`.
  func size(_ epsilon: Double) -> String { "up to \(bare(epsilon))" }

  /// A size: `8/255 per pixel`.
  func bare(_ epsilon: Double) -> String {
    norm == "inf"
      ? "\(radiusText(epsilon)) per \(value)" : "\(radiusText(epsilon)) in l\(norm) distance"
  }

  /// A radius that was found, in 255ths too where pixels change by small ones: `0.0213 (5.43/255)`.
  func found(_ radius: Double, _ rounding: Rounding) -> String {
    let text = radiusText(radius, rounding)
    guard arePictures, norm == "inf", radius > 0, radius < 0.1, !text.hasSuffix("/255") else {
      return text
    }
    return "\(text) (\(fourDigits(255 * radius, rounding))/255)"
  }

  /// All changes up to a radius that was found.
  func changes(found radius: Double) -> String {
    let size = found(radius, .down)
    return norm == "inf"
      ? "every change of up to \(size) per \(value)"
      : "every change of up to \(size) in l\(norm) distance"
  }

  /// The size of a difference between two inputs.
  func distance(_ first: [Double], _ second: [Double]) -> Double {
    let sizes = zip(first, second).map { abs($0 - $1) }
    return switch norm {
    case "2": sizes.reduce(0) { $0 + $1 * $1 }.squareRoot()
    case "1": sizes.reduce(0, +)
    default: sizes.max() ?? 0
    }
  }
}
