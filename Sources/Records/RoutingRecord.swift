/// How many of its tokens a block of a network keeps.
public struct RoutingRecord: Codable, Sendable, Hashable {
  /// The node's name in the model.
  public var node: String
  /// The tokens that are kept.
  public var kept: Int
  /// The tokens that there are.
  public var tokens: Int

  /// Creates a record.
  public init(node: String, kept: Int, tokens: Int) {
    (self.node, self.kept, self.tokens) = (node, kept, tokens)
  }
}
