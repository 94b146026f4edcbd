import Bounds
import Networks

extension Network {
  /// The arithmetic that suits the network's own numbers: double where its weights are.
  public var ownPrecision: Precision { precision == .double ? .double : .float }
}
