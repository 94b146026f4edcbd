import Datasets
import Foundation
import Lipschitz
import Networks
import Records
import Tensors

/// Judges a transformer on the part of a text that it has not learnt from.
public struct TextEvaluation: Sendable {
  private let network: Network
  private let tokens: [Int32]
  private let window: Int

  /// Prepares to judge a network on tokens; windows lie side by side, and what does not fill one is left out.
  public init(_ network: Network, on tokens: [Int32], window: Int) {
    (self.network, self.tokens, self.window) = (network, tokens, window)
  }

  /// How it does, how far its outputs can move, and what its attention looks like; nil where it is called off.
  public func record(unless isCancelled: () -> Bool = { false }) -> TextRecord? {
    let parameters = network.parameters(as: Tensor<Float>.self)
    let starts = Array(stride(from: 0, to: tokens.count - window, by: window))
    var (loss, correct, count) = (0.0, 0, 0)
    for first in stride(from: 0, to: starts.count, by: 16) {
      if isCancelled() { return nil }
      let batch = TextBatches.windows(
        of: tokens, at: Array(starts[first..<min(starts.count, first + 16)]), window)
      let next = NextTokens(network.evaluate(network.input(batch), parameters), batch.targets)
      loss += next.loss * Double(batch.targets.count)
      correct += next.correct
      count += batch.targets.count
    }
    guard count > 0 else { return nil }
    var record = TextRecord(
      count: count, loss: loss / Double(count), accuracy: Double(correct) / Double(count))
    if let bound = try? network.tokenBound() {
      record.bound = bound.output.distance.isFinite ? bound.output.distance.value : nil
      record.publishedFigure = bound.published.flatMap { $0.isFinite ? $0 : nil }
    }
    let look = TextBatches.windows(of: tokens, at: Array(starts.prefix(4)), window)
    let (attention, largest) = measure(look, parameters)
    record.attentionEntropy = attention.map(\.entropy)
    let floors = attention.compactMap(\.entropyAtLeast)
    record.attentionEntropyAtLeast = floors.count == attention.count ? floors : nil
    record.largestActivation = largest
    return record
  }

  /// How evenly tokens attend to others, block by block, and the largest size of a number on the way.
  private func measure(
    _ batch: TextBatch, _ parameters: Parameters<Tensor<Float>>
  ) -> (attention: [AttentionRecord], largest: Double) {
    var values: [Int: Tensor<Float>] = [:]
    var (attention, largest): ([AttentionRecord], Double) = ([], 0)
    _ = network.evaluate(network.input(batch), parameters) { id, value in
      values[id] = value
      let size = value.magnitude().reshaped([value.count]).reduced(.maximum, axis: 0)
      largest = max(largest, Double(size.scalars[0]))
      let rows = AttentionRows(network, id) { values[$0].map { Tensor(converting: $0) } }
      guard let rows else { return }
      attention.append(rows.record ?? AttentionRecord(name: rows.name, entropy: .nan))
    }
    return (attention, largest)
  }
}
