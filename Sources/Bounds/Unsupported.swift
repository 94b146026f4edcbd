/// An operation that an analysis has no rule for.
public struct Unsupported: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operation's name.
  public var operation: String
  /// The node's name in the model.
  public var node: String
  /// The analysis that met it.
  public var analysis: String

  /// Creates an error.
  public init(operation: String, node: String, analysis: String) {
    self.operation = operation
    self.node = node
    self.analysis = analysis
  }

  /// The three names in a sentence.
  public var description: String {
    "\(analysis) has no rule for operation \(operation) (node \(node))"
  }
}
