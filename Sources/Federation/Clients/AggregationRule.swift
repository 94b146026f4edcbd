import Files
import Networks
import Training

/// What clients share after every round, and what they keep.
public enum AggregationRule: String, Sendable, Hashable, CaseIterable, Codable {
  /// Everything is averaged, statistics of normalisations too (McMahan et al. 2017).
  case fedAvg = "fedavg"
  /// Factors, shifts and statistics of batch normalisations stay with their client (Li et al., "FedBN: federated learning on non-IID features
  /// via local batch normalization", ICLR 2021).
  case fedBN = "fedbn"
  /// Everything is averaged, and there are no normalisations: kernels are standardised and scaled instead (Zhuang and Lyu, "FedWon: triumphing
  /// multi-domain federated learning without normalization", ICLR 2024). Raw kernels are averaged, and standardised afterwards.
  case fedWon = "fedwon"

  /// The parameters that stay with a client, by their places in the network, in order.
  ///
  /// - Parameter network: The network as it is trained.
  public func localParameters(of network: Network) -> [Int] {
    guard self == .fedBN else { return [] }
    let own = network.nodes.compactMap { $0.operation as? BatchNormalization }
      .flatMap(\.parameters).map(\.index)
    return Set(own).sorted()
  }

  /// Checks that a recipe can be trained by clients under this rule.
  ///
  /// - Throws: `InputError` naming the setting that would be right.
  public func check(_ recipe: Recipe, _ network: Network) throws(InputError) {
    func refuse(_ key: String, _ message: String) -> InputError {
      InputError(recipe.name.isEmpty ? "recipe" : recipe.name, place: key, message)
    }
    let isNormalized = network.nodes.contains { $0.operation is BatchNormalization }
    guard recipe.averaging.kind == .none else {
      throw refuse(
        "averaging.kind",
        "is \(recipe.averaging.kind.rawValue), and clients begin every round from the shared weights; expected none"
      )
    }
    if isNormalized, recipe.network.statistics == .population {
      throw refuse(
        "network.statistics",
        "is population, which takes a pass over data that no client has; expected running or estimated"
      )
    }
    switch self {
    case .fedAvg: return
    case .fedBN:
      guard isNormalized else {
        throw refuse(
          "network.normalization",
          "leaves no batch normalisation that could stay with its client; expected fedavg, or full or convolutions"
        )
      }
      guard recipe.network.channelGroups == nil else {
        throw refuse(
          "network.channel-groups",
          "are made of operations that would be averaged; expected none with fedbn")
      }
    case .fedWon:
      guard !isNormalized else {
        throw refuse("network.normalization", "is for fedavg and fedbn; expected none with fedwon")
      }
      guard recipe.network.weights.kind == .scaled else {
        throw refuse(
          "network.weights",
          "is \(recipe.network.weights.kind.rawValue); expected scaled-weight-standardization with fedwon"
        )
      }
    }
  }
}
