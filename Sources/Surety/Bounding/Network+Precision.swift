import Bounds
import Networks

extension Network {
  /// The arithmetic that suits the network's own numbers: double where its weights are, or where a factor leaves single precision.
  public var ownPrecision: Precision {
    let needed = isNeeded
    let needsRoom = nodes.indices.contains {
      needed[$0] && extremeFactor(at: $0, isFloat: true) != nil
    }
    return precision == .double || needsRoom ? .double : .float
  }
}
