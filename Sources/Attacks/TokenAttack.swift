import Networks
import Tensors

/// The search for changes of embedded tokens, each of a largest root mean square, that change what a network predicts at a place.
///
/// Steps go along the gradient, token by token, and back to the allowed distance; the first is as long as the distance, later ones are shorter.
public struct TokenAttack: Sendable {
  /// The network of embedded tokens, `[1, tokens, width]` in and `[1, tokens, vocabulary]` out.
  public let network: Network
  /// How many steps are taken.
  public var steps = 12
  private let gradients: Gradients
  private let parameters: Parameters<Tensor<Float>>

  /// Prepares a network.
  ///
  /// - Throws: `Unsupported` when an operation has no derivative.
  public init(_ network: Network) throws(Unsupported) {
    self.network = network
    gradients = try Gradients(network)
    parameters = network.parameters(as: Tensor<Float>.self)
  }

  /// Tries to change the prediction at some places of one window, a copy of the window for each place.
  ///
  /// - Parameters:
  ///   - window: The embedded tokens, row after row.
  ///   - places: The places, and what is predicted there.
  ///   - distance: The largest root mean square of a token's change.
  /// - Returns: For each place, whether another output became the largest, as floats compute it.
  public func changes(
    _ window: [Float], places: [(place: Int, label: Int)], within distance: Double
  ) -> [Bool] {
    let width = network.inputShape[-1]
    let outputs = network.outputShape[-1]
    let tokens = network.outputShape.count / outputs
    let batch = Shape([places.count] + network.inputShape.dimensions)
    var points = [[Float]](repeating: window, count: places.count)
    var isChanged = [Bool](repeating: false, count: places.count)
    for step in 0...steps {
      let values = gradients.values(at: Tensor(batch, points.flatMap { $0 }), parameters)
      let logits = values.output.scalars
      var rows = [Float](repeating: 0, count: logits.count)
      for (index, goal) in places.enumerated() {
        let at = (index * tokens + goal.place) * outputs
        let own = logits[at..<at + outputs]
        // The nearest rival.
        let rival =
          (0..<outputs).filter { $0 != goal.label }.max {
            own[at + $0] < own[at + $1]
          } ?? goal.label
        if own[at + rival] > own[at + goal.label] { isChanged[index] = true }
        rows[at + rival] += 1
        rows[at + goal.label] -= 1
      }
      guard step < steps, isChanged.contains(false) else { break }
      let slope = gradients.gradient(
        of: Tensor(values.output.shape, rows), at: values, parameters
      ).scalars
      let length = Float(distance) * (step == 0 ? 1 : 0.5)
      for index in points.indices where !isChanged[index] {
        let from = index * window.count
        for token in stride(from: 0, to: window.count, by: width) {
          let gradient = slope[from + token..<from + token + width]
          let size = Self.meanSquare(gradient)
          guard size > 0, size.isFinite else { continue }
          var change = (0..<width).map { feature in
            points[index][token + feature] - window[token + feature]
              + length * gradient[from + token + feature] / size
          }
          let own = Self.meanSquare(change[...])
          // A little inside, so that rounding does not leave the distance.
          if own > Float(distance) * 0.9999 {
            let factor = Float(distance) * 0.9999 / own
            for feature in change.indices { change[feature] *= factor }
          }
          for feature in 0..<width {
            points[index][token + feature] = window[token + feature] + change[feature]
          }
        }
      }
    }
    return isChanged
  }

  private static func meanSquare(_ values: ArraySlice<Float>) -> Float {
    (values.reduce(0) { $0 + $1 * $1 } / Float(max(1, values.count))).squareRoot()
  }
}
