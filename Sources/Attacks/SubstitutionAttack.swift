import Networks
import Tensors

/// Tries texts in which one token is another one, and looks where another token is predicted.
public struct SubstitutionAttack: Sendable {
  /// One token in the place of another.
  public struct Substitution: Sendable, Hashable {
    /// The place in the window.
    public var place: Int
    /// The token that is put there.
    public var token: Int32

    /// Creates a substitution.
    public init(place: Int, token: Int32) { (self.place, self.token) = (place, token) }
  }

  private let network: Network
  private let parameters: Parameters<Tensor<Double>>

  /// Prepares a network of tokens.
  public init(_ network: Network) {
    self.network = network
    parameters = network.parameters(as: Tensor<Double>.self)
  }

  /// How many texts are computed together.
  private static let textsAtOnce = 8

  /// Tries substitutions in a window.
  ///
  /// - Parameter predictions: What is predicted at each place of the window; nil where it is not asked about.
  /// - Returns: For each place whether another token was predicted there by some of the texts, as doubles compute it.
  public func changes(
    _ window: [Int32], _ substitutions: [Substitution], predictions: [Int?]
  ) -> [Bool] {
    let size = network.outputShape[-1]
    var isChanged = [Bool](repeating: false, count: predictions.count)
    for start in stride(from: 0, to: substitutions.count, by: Self.textsAtOnce) {
      let part = substitutions[start..<min(substitutions.count, start + Self.textsAtOnce)]
      var texts: [Double] = []
      for own in part {
        var text = window
        text[own.place] = own.token
        texts += text.map { Double($0) }
      }
      let outputs = network.evaluate(
        Tensor<Double>(Shape([part.count] + network.inputShape.dimensions), texts), parameters)
      outputs.withElements { outputs in
        for text in 0..<part.count {
          for (place, prediction) in predictions.enumerated() {
            guard let prediction else { continue }
            let own = outputs[
              ((text * predictions.count) + place) * size..<((text * predictions.count) + place + 1)
                * size]
            let limit = own[own.startIndex + prediction]
            if own.contains(where: { $0 > limit }) { isChanged[place] = true }
          }
        }
      }
    }
    return isChanged
  }
}
