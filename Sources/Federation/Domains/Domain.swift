import Datasets
import Files

/// What a client learns from: a data set, and changes of its images that make another domain of it.
///
/// A domain is written `NAME[:DIR]` and changes after plus signs, in their order:
///
/// | change | what it does |
/// |---|---|
/// | `size=8`, `size=16x12` | the mean over the area of each new pixel; height first |
/// | `inverted` | `1 - x` for every pixel |
/// | `rotated` | a quarter turn against the clock |
/// | `part=2/3` | the second of three parts of the training images; test images stay all |
///
///     let domain = try Domain("mnist:data/mnist+size=8+inverted+part=1/3")
///     let images = try domain.images(.train, first: 1_000)
public struct Domain: Sendable, Hashable {
  /// A change of images.
  enum Change: Sendable, Hashable {
    case size(height: Int, width: Int)
    case inverted
    case rotated
    case part(Int, of: Int)
  }

  /// What people call it: the specification without the folder.
  public let name: String
  /// The data set, `NAME` or `NAME:DIR`.
  public let data: String
  let changes: [Change]

  private static let known = ["size=N", "inverted", "rotated", "part=K/N"]

  /// Reads a specification.
  ///
  /// - Throws: `InputError` when a change is unknown or has no such values.
  public init(_ specification: String) throws(InputError) {
    let words = specification.split(separator: "+", omittingEmptySubsequences: false)
      .map(String.init)
    data = words[0]
    guard !data.isEmpty else {
      throw InputError(
        "domain \"\(specification)\"", "names no data; expected one such as digits or mnist:DIR")
    }
    var changes: [Change] = []
    for word in words.dropFirst() {
      guard let change = Self.change(word) else {
        let hint =
          nearest(to: word, among: ["inverted", "rotated"]).map { "; did you mean \($0)?" } ?? ""
        throw InputError(
          "domain \"\(specification)\"",
          "'\(word)' is no change of images; known are \(Self.known.joined(separator: ", "))\(hint)"
        )
      }
      changes.append(change)
    }
    self.changes = changes
    let set = data.split(separator: ":").first.map(String.init) ?? data
    name = ([set] + words.dropFirst()).joined(separator: "+")
  }

  private static func change(_ word: String) -> Change? {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      return word == "inverted" ? .inverted : word == "rotated" ? .rotated : nil
    }
    func numbers(_ separator: Character) -> [Int]? {
      let words = parts[1].split(separator: separator, omittingEmptySubsequences: false)
      let values = words.compactMap { Int($0) }.filter { (1...1 << 20).contains($0) }
      return values.count == words.count ? values : nil
    }
    switch parts[0] {
    case "size":
      guard let sides = numbers("x"), sides.count <= 2, sides.allSatisfy({ $0 <= 4_096 }) else {
        return nil
      }
      return .size(height: sides[0], width: sides[sides.count - 1])
    case "part":
      guard let pair = numbers("/"), pair.count == 2, pair[0] <= pair[1] else { return nil }
      return .part(pair[0], of: pair[1])
    default: return nil
    }
  }

  /// Reads the images.
  ///
  /// - Parameters:
  ///   - split: The part of the set; test images are those of the whole set.
  ///   - first: How many of them at most, from the first on, after all changes; nil for all.
  /// - Throws: `InputError` when the set cannot be read, is no set of pictures, or has not as many parts.
  public func images(_ split: Split, first: Int? = nil) throws(InputError) -> ImageSet {
    var images = try Datasets.load(data, split: split)
    try images.requireAll()
    guard images.kind == .pictures else {
      throw InputError(data, "is a table; clients train on pictures, with values from 0 to 1")
    }
    // A part first, so that what is not used is not changed.
    for case .part(let part, of: let parts) in changes where split == .train {
      images = try images.part(part, of: parts)
    }
    if let first, first < images.count { images = try images.first(first) }
    for change in changes {
      switch change {
      case .size(let height, let width): images = images.resized(height: height, width: width)
      case .inverted: images = images.inverted()
      case .rotated: images = images.rotated()
      case .part: break
      }
    }
    return images
  }
}
