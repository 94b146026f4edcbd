import Certificates

/// A region in the words of a sentence.
struct RegionWords {
  /// `inf`, `2` or `1`.
  var norm: String
  /// Whether the values are those of pictures.
  var arePictures: Bool

  /// One of the examples: `image` or `example`.
  var example: String { arePictures ? "image" : "example" }
  private var value: String { arePictures ? "pixel" : "value" }

  /// A count of examples.
  func examples(_ count: Int) -> String { "\(count) \(example)\(count == 1 ? "" : "s")" }

  /// All changes of a size: `every change of up to 8/255 per pixel`.
  func changes(_ epsilon: Double) -> String { "every change of \(size(epsilon))" }

  /// A size of changes: `up to 8/255 per pixel`.
  func size(_ epsilon: Double) -> String {
    norm == "inf"
      ? "up to \(radiusText(epsilon)) per \(value)"
      : "up to \(radiusText(epsilon)) in l\(norm) distance"
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
