/// An operation that an analysis has no rule for, or no room for.
public struct Unsupported: Error, Hashable, Sendable, CustomStringConvertible {
  /// The operation's name.
  public var operation: String
  /// The node's name in the model.
  public var node: String
  /// The analysis that met it.
  public var analysis: String
  /// Why not, where it is not for want of a rule.
  public var reason: String?

  /// Creates an error.
  public init(operation: String, node: String, analysis: String, reason: String? = nil) {
    self.operation = operation
    self.node = node
    self.analysis = analysis
    self.reason = reason
  }

  /// The three names and the reason in a sentence.
  public var description: String {
    let place = "operation \(operation) (node \(node))"
    return reason.map { "\(analysis) stopped at \(place): \($0)" }
      ?? "\(analysis) has no rule for \(place)"
  }
}
