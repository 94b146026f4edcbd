import Networks

/// The function behind the layers of an architecture that has ReLUs.
public enum LayerActivation: String, Sendable, Hashable, CaseIterable, RecipeChoice {
  /// The positive part.
  case relu
  /// The size: it keeps the length of gradients, as sorting in pairs does, which is the same function between matrices that turn.
  case magnitude = "abs"
}

extension Network {
  /// The network with another function in place of every ReLU.
  func replacingRectifiers(by activation: LayerActivation?) -> Network {
    guard activation == .magnitude else { return self }
    return replacingOperations { $0 is ReLU ? Magnitude() : $0 }
  }
}
