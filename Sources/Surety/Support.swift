import Bounds
import Networks

/// Which operations of a network an analysis has rules for.
public struct AnalysisSupport: Sendable, Hashable, Codable {
  /// A node that an analysis has no rule for.
  public struct Gap: Sendable, Hashable, Codable {
    /// The node's name in the model.
    public var node: String
    /// The operation.
    public var operation: String
  }

  /// The method's name.
  public var method: String
  /// The nodes without a rule; empty when the whole network is supported.
  public var missing: [Gap]

  /// Whether the method can bound the network.
  public var isSupported: Bool { missing.isEmpty }
}

extension Network {
  /// What each method of bounding supports of the network, after simplification.
  public var support: [AnalysisSupport] {
    let network = simplified()
    return BoundMethod.allCases.map { network.support(by: $0) }
  }

  private func support(by method: BoundMethod) -> AnalysisSupport {
    let needed = isNeeded
    let missing = nodes.enumerated().compactMap { id, node -> AnalysisSupport.Gap? in
      guard let operation = node.operation, needed[id], !method.supports(operation) else {
        return nil
      }
      return AnalysisSupport.Gap(node: node.name, operation: operation.name)
    }
    return AnalysisSupport(method: method.rawValue, missing: missing)
  }
}
