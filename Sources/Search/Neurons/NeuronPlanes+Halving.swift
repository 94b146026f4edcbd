import Bounds

extension NeuronPlanes {
  /// Up to how many inputs that can move are considered for halving.
  private static var fewInputs: Int { 64 }

  /// Whether inputs may be halved.
  var halvesInputs: Bool { width <= Self.fewInputs }

  /// The halving of an input that is estimated to gain more than deciding the side of any one neuron; nil where none
  /// is.
  ///
  /// Halving an input takes away half of what it contributes to the widths of all neurons together, a side all that
  /// one neuron costs. Sides of neurons are mostly worth more: counting all instead of half of an input's part makes trees
  /// many times as large (docs/performance.md).
  ///
  /// - Parameters:
  ///   - neurons: The neurons that cost the most with their costs, the most promising first.
  ///   - splits: Those of the part so far.
  func halving(outweighing neurons: [SplitCandidate], after splits: [NeuronSplit]) -> NeuronSplit? {
    guard halvesInputs, let best = neurons.first else { return nil }
    let sides = frame.sides(after: splits)
    let parts = sides.indices.map { frame.part(sides[$0], of: $0) }
    var gains = [Double](repeating: 0, count: width)
    for candidate in neurons {
      let neuron = Neuron(node: candidate.split.node, element: candidate.split.element)
      guard let place = places[neuron] else { continue }
      rows.share(candidate.score / 2, of: place, parts, among: &gains)
    }
    guard let place = gains.indices.max(by: { gains[$0] < gains[$1] }), gains[place] > best.score
    else { return nil }
    let side = sides[place]
    let point = Float(side.low + (side.high - side.low) / 2)
    // A middle that rounding moved to an end, or nearly so, would cut nothing off.
    guard point > Float(side.low).nextUp, point < Float(side.high).nextDown else { return nil }
    return NeuronSplit(
      node: 0, element: Int32(frame.inputs[place]), isPositive: true, point: point)
  }
}

extension PlaneRows {
  /// Adds to each input the part of a neuron's loss that it causes.
  ///
  /// - Parameter parts: What is left of each input's width.
  fileprivate func share(
    _ loss: Double, of place: Int, _ parts: [Double], among gains: inout [Double]
  ) {
    let rows = [2 * place, 2 * place + 1].map { normals[$0 * width..<($0 + 1) * width] }
    let weights = parts.indices.map { i in
      parts[i] * rows.reduce(0) { $0 + Double($1[$1.startIndex + i].magnitude) }
    }
    let sum = weights.reduce(0, +)
    guard sum > 0, sum.isFinite, loss.isFinite else { return }
    for i in gains.indices { gains[i] += loss * weights[i] / sum }
  }
}

extension RegionFrame {
  /// What is left of each input that can move after some halvings.
  fileprivate func sides(after splits: [NeuronSplit]) -> [(low: Double, high: Double)] {
    var sides = zip(center, radius).map { (low: $0 - $1, high: $0 + $1) }
    for split in splits where split.node == 0 {
      guard let place = inputs.firstIndex(of: Int(split.element)) else { continue }
      if split.isPositive {
        sides[place].low = max(sides[place].low, Double(split.point))
      } else {
        sides[place].high = min(sides[place].high, Double(split.point))
      }
    }
    return sides
  }

  /// How wide a side of an input is, as a part of the whole.
  fileprivate func part(_ side: (low: Double, high: Double), of place: Int) -> Double {
    radius[place] > 0 ? max(0, (side.high - side.low) / (2 * radius[place])) : 0
  }
}
