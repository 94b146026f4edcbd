/// A part of a staged network: blocks of one kind, of one width, on maps of one size.
///
/// As text it is `KIND-WIDTHxBLOCKS`, with `/STRIDE` where its first layer has one:
///
///     let stage = NetworkStage("attention-32x2/2")
///     stage?.width        // 32
///     stage?.description  // attention-32x2/2
public struct NetworkStage: Sendable, Hashable {
  /// What the blocks of a stage do with a map.
  public enum Kind: String, Sendable, Hashable, CaseIterable, Codable {
    /// A convolution of 3x3 with a ReLU.
    case convolution
    /// Attention of every place to every place.
    case attention
    /// A memory that is corrected place by place, along the rows or the columns: DeltaNet.
    case delta
    /// A mean that forgets place by place, along the rows or the columns: the gate of Mamba.
    case decay
  }

  /// What its blocks do.
  public var kind: Kind
  /// The channels of its maps.
  public var width: Int
  /// The number of blocks.
  public var blocks: Int
  /// Rows and columns from one place to the next, in its first layer.
  public var stride: Int

  /// Creates a stage.
  public init(_ kind: Kind, width: Int, blocks: Int = 1, stride: Int = 1) {
    (self.kind, self.width, self.blocks, self.stride) = (kind, width, blocks, stride)
  }
}

extension NetworkStage: LosslessStringConvertible {
  /// The stage as text, such as `convolution-16x2/2`.
  public var description: String {
    "\(kind.rawValue)-\(width)x\(blocks)" + (stride == 1 ? "" : "/\(stride)")
  }

  /// Reads a stage; nil for a text that is none, or has a number that is not from 1 to 10000.
  public init?(_ text: String) {
    guard let parts = text.wholeMatch(of: #/([a-z]+)-([0-9]+)x([0-9]+)(?:\/([0-9]+))?/#)?.output,
      let kind = Kind(rawValue: String(parts.1)), let width = Int(parts.2),
      let blocks = Int(parts.3), let stride = parts.4.map({ Int($0) }) ?? 1,
      [width, blocks, stride].allSatisfy({ (1...10_000).contains($0) })
    else { return nil }
    self.init(kind, width: width, blocks: blocks, stride: stride)
  }
}
