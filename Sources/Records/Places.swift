/// Places of examples in the data, kept as ranges: `[[0, 15], [18, 18]]` in JSON.
public struct Places: Codable, Sendable, Hashable {
  /// No data has as many examples; a file that says so is damaged.
  static let most = 1 << 24

  /// The ranges, in order and apart.
  public private(set) var ranges: [ClosedRange<Int>] = []

  /// Creates the set of some places, in whatever order.
  public init(_ places: some Sequence<Int>) {
    for place in places.sorted() {
      if let last = ranges.last, place <= last.upperBound + 1 {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, place)
      } else {
        ranges.append(place...place)
      }
    }
  }

  /// Reads ranges.
  ///
  /// - Throws: `DecodingError` when they are not in order and apart, or hold too many places.
  public init(from decoder: any Decoder) throws {
    let pairs = try decoder.singleValueContainer().decode([[Int]].self)
    for pair in pairs {
      guard pair.count == 2, pair[0] >= 0, pair[0] <= pair[1], pair[1] < Self.most,
        pair[1] - pair[0] < Self.most - count, ranges.last.map({ $0.upperBound < pair[0] }) ?? true
      else {
        throw DecodingError.dataCorrupted(
          DecodingError.Context(
            codingPath: decoder.codingPath, debugDescription: "\(pair) is not a range of places"))
      }
      ranges.append(pair[0]...pair[1])
    }
  }

  /// Writes the ranges.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(ranges.map { [$0.lowerBound, $0.upperBound] })
  }

  /// How many places there are.
  public var count: Int { ranges.reduce(0) { $0 + $1.count } }

  /// The places, in order.
  public var all: [Int] { ranges.flatMap { Array($0) } }

  /// The places in words: `0 to 15, 18`.
  public var text: String {
    ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound) to \($0.upperBound)" }
      .joined(separator: ", ")
  }
}
