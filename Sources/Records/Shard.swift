/// A part of the examples of a run, so that several processes or machines can share it.
///
/// The places of a shard's examples have the same remainder, so that each shard has its part of data that are sorted by class, and the
/// shard of an example depends on its place alone.
public struct Shard: Codable, Sendable, Hashable {
  /// Which part it is, from 1 on.
  public var number: Int
  /// How many parts there are.
  public var count: Int
  /// The examples of all parts together.
  public var examples: Places

  enum CodingKeys: String, CodingKey {
    case number, examples
    case count = "of"
  }

  /// Creates a part of some examples.
  ///
  /// - Parameters:
  ///   - number: Which part it is, from 1 on.
  ///   - count: How many parts there are.
  ///   - examples: The examples of all parts together, by their places in the data.
  public init(_ number: Int, of count: Int, _ examples: some Sequence<Int>) {
    precondition(count >= 1 && (1...count).contains(number), "shard \(number) of \(count)")
    (self.number, self.count, self.examples) = (number, count, Places(examples))
  }

  /// Reads a part.
  ///
  /// - Throws: `DecodingError` when there is no such part.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    number = try values.decode(Int.self, forKey: .number)
    count = try values.decode(Int.self, forKey: .count)
    examples = try values.decode(Places.self, forKey: .examples)
    guard count >= 1, (1...count).contains(number) else {
      throw DecodingError.dataCorruptedError(
        forKey: .number, in: values, debugDescription: "there is no shard \(number) of \(count)")
    }
  }

  /// The number of the shard, among so many, that an example belongs to.
  public static func number(of example: Int, among count: Int) -> Int { example % count + 1 }

  /// The examples of this part, in order.
  public var own: [Int] {
    examples.all.filter { Self.number(of: $0, among: count) == number }
  }

  /// Its name: `2/4`.
  public var name: String { "\(number)/\(count)" }
}

/// A folder whose results were joined with others.
public struct MergedPart: Codable, Sendable, Hashable {
  /// The folder as it was named.
  public var folder: String
  /// The results that were taken from it.
  public var count: Int
  /// The shard that it was of; nil for none.
  public var shard: Shard?
  /// Where, when, by what and with how much effort its run was made; nil where that is not known.
  public var circumstances: RunCircumstances?

  /// Creates a record.
  public init(folder: String, count: Int, shard: Shard?, circumstances: RunCircumstances?) {
    (self.folder, self.count, self.shard) = (folder, count, shard)
    self.circumstances = circumstances
  }
}
