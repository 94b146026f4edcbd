import Foundation

/// What processes that train together send each other: a kind, a text and numbers.
public struct Message: Sendable, Hashable {
  /// What a message is about.
  public enum Kind: UInt64, Sendable, Hashable {
    /// A worker says what it is going to work on.
    case hello = 1
    /// The work is over.
    case end
    /// A worker cannot go on; the text says why.
    case failure
    /// Shares of a batch are to be computed.
    case shares
    /// A share's result.
    case share
    /// A client is to train.
    case train
    /// A client has trained.
    case update
  }

  /// What it is about.
  public var kind: Kind
  /// A text.
  public var text: String
  /// Numbers of double precision.
  public var numbers: [Double]
  /// Numbers of single precision.
  public var values: [Float]

  /// Creates a message.
  public init(_ kind: Kind, text: String = "", numbers: [Double] = [], values: [Float] = []) {
    self.kind = kind
    self.text = text
    self.numbers = numbers
    self.values = values
  }

  /// What a message begins with. A machine with another order of bytes reads another number.
  private static let mark: UInt64 = 0x5352_5459_0000_0001

  /// The message as bytes: the mark, the kind, the lengths of its parts, and the parts, in the machine's own order of bytes.
  public var data: Data {
    let text = Array(text.utf8)
    let head = [
      Self.mark, kind.rawValue, UInt64(text.count), UInt64(numbers.count), UInt64(values.count),
    ]
    var data = Data(capacity: 8 * (head.count + numbers.count) + text.count + 4 * values.count)
    head.withUnsafeBytes { data.append(contentsOf: $0) }
    data.append(contentsOf: text)
    numbers.withUnsafeBytes { data.append(contentsOf: $0) }
    values.withUnsafeBytes { data.append(contentsOf: $0) }
    return data
  }

  /// Reads a message; nil where the bytes are none, or more or fewer than it says.
  public init?(_ data: Data) {
    let head: [UInt64]? = Self.array(of: 5, in: data, at: 0)
    guard let head, head[0] == Self.mark, let kind = Kind(rawValue: head[1]) else { return nil }
    guard head[2...].allSatisfy({ $0 <= UInt64(data.count) }) else { return nil }
    let lengths = head[2...].map { Int($0) }
    guard data.count == 40 + lengths[0] + 8 * lengths[1] + 4 * lengths[2] else { return nil }
    let start = data.startIndex + 40
    guard let text = String(validating: data[start..<start + lengths[0]], as: UTF8.self),
      let numbers: [Double] = Self.array(of: lengths[1], in: data, at: 40 + lengths[0]),
      let values: [Float] = Self.array(
        of: lengths[2], in: data, at: 40 + lengths[0] + 8 * lengths[1])
    else { return nil }
    self.init(kind, text: text, numbers: numbers, values: values)
  }

  /// Numbers that stand one after the other in bytes; nil where there are not as many.
  private static func array<Number: BitwiseCopyable>(
    of count: Int, in data: Data, at offset: Int
  ) -> [Number]? {
    let size = count * MemoryLayout<Number>.stride
    guard data.count >= offset + size else { return nil }
    guard count > 0 else { return [] }
    return Array(unsafeUninitializedCapacity: count) { buffer, initialized in
      let start = data.startIndex + offset
      data.copyBytes(to: UnsafeMutableRawBufferPointer(buffer), from: start..<start + size)
      initialized = count
    }
  }
}
