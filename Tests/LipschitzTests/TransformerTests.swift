import Foundation
import TestSupport
import Testing

@testable import Lipschitz

@Suite("Transformers without normalisations")
struct TransformerTests {
  private func block(heads: Int, _ head: Double, _ other: Double) -> TransformerBlock {
    let norm = UpperBound(proved: head)
    let outer = UpperBound(proved: other)
    return TransformerBlock(
      heads: (0..<heads).map { _ in HeadNorms(queries: norm, keys: norm, values: norm) },
      mixing: outer, rising: outer, falling: outer)
  }

  /// The formula of the published code, whose norms are those of stacked heads and which divides GELU twice. It is no bound.
  private func published(layers: Int, norm n: Double, head: Double) -> (
    distance: Double, size: Double
  ) {
    let alpha = 1 / Double(2 * layers)
    var (sizes, size) = ([Double](), 1.0)
    for _ in 0..<layers {
      sizes.append(size)
      size = (1 - alpha) * size + alpha * n * n / 3 * size
      size = (1 - alpha) * size + alpha * n * n / 1.1289 * size
    }
    var distance = 1.0
    for size in sizes {
      let attention = n / 3 * (n + 2 * n * size * size * n * n)
      distance *= 1 - alpha + alpha * attention
      distance *= 1 - alpha + alpha * n * n / 1.1289
    }
    return (distance * head, size)
  }

  @Test("The composition of proved norms has the values of the specification")
  func vectors() {
    /// The specification's figures take the slope of GELU over its divisor for 1; it is 1.12890415 / 1.12891, so ours are a
    /// little smaller.
    func check(
      _ blocks: [TransformerBlock], _ distance: Double, stated: Double, size: Double? = nil,
      head: Double = 1
    ) {
      let tokens = TransformerBound(blocks).tokens(size: .one)
      let found = tokens.distance.value * head
      #expect(abs(found / distance - 1) < 1e-9, "\(found) \(distance)")
      #expect(found < stated && found > stated * (1 - 1e-5))
      if let size { #expect(abs(tokens.size.value / size - 1) < 1e-9) }
    }
    func blocks(_ count: Int, _ head: Double, _ other: Double) -> [TransformerBlock] {
      [TransformerBlock](repeating: block(heads: 4, head, other), count: count)
    }
    check(blocks(3, 1, 1), 0.9277397005142676, stated: 0.9277421043, size: 0.6629907095842595)
    check(blocks(12, 1, 1), 0.9086660288305707, stated: 0.9086683832)
    check(blocks(3, 2, 2), 982.2485496243406, stated: 982.2553363, head: 2)
    check(blocks(3, 2, 1), 5.006356720936083, stated: 5.0063697)
    let unsound = published(layers: 3, norm: 1, head: 1)
    #expect(abs(unsound.distance - 0.8757784823) < 1e-9 && abs(unsound.size - 0.6629933612) < 1e-9)
    #expect(abs(published(layers: 3, norm: 2, head: 2).distance / 840.19065 - 1) < 1e-7)
    #expect(abs(published(layers: 12, norm: 8, head: 8).distance / 6.5626e135 - 1) < 1e-4)
  }

  @Test(
    "A-3: tokens that put all of their size into one head move more than the published formula allows, not more than ours"
  )
  func concentratedHeads() {
    // Four heads of width 8 with identities for weights; token j has all of its size, of root mean square 1, in head j.
    let (heads, width) = (4, 8)
    let size = Double(heads).squareRoot()
    func attention(_ values: [[Double]]) -> [[Double]] {
      // One query, 1 everywhere, against each head's keys: token j's logit in head h is 2 for j = h and 0 elsewhere.
      (0..<heads).map { head in
        let logits = (0..<heads).map { token in
          (0..<width).reduce(0.0) { sum, _ in sum + 1 * (token == head ? size : 0) } / Double(width)
        }
        let total = logits.reduce(0) { $0 + exp($1) }
        return (0..<width).map { place in
          (0..<heads).reduce(0.0) { sum, token in
            sum + exp(logits[token]) / total * values[token][head * width + place]
          }
        }
      }
    }
    let change = (0..<heads).map { token in
      (0..<heads * width).map { $0 / width == token ? size : 0 }
    }
    for token in change {
      #expect(
        abs((token.reduce(0) { $0 + $1 * $1 } / Double(heads * width)).squareRoot() - 1) < 1e-12)
    }
    // Attention is linear in the values, so its response to a change of them is what it makes of the change.
    let response = attention(change).flatMap { $0 }
    let moved = (response.reduce(0) { $0 + $1 * $1 } / Double(response.count)).squareRoot()
    #expect(abs(moved - 1.4225) < 1e-4)
    // The published constant of attention on tokens of size 1 is 1 for values alone.
    #expect(moved > 1)
    // Blocks of an identity: each head's has norm 1, of root mean squares 2.
    let block = Matrix(
      rows: width, columns: heads * width,
      (0..<width * heads * width).map { $0 / (heads * width) == $0 % (heads * width) ? 1 : 0 })
    let norms = HeadNorms(queries: block, keys: block, values: block)
    #expect(norms.values.value >= 2 && norms.values.value < 2.00001)
    #expect(moved <= norms.values.value)
  }

  @Test("With every norm 1 the tokens of a transformer come no farther apart")
  func unitNorms() {
    let bound = TransformerBound([TransformerBlock](repeating: block(heads: 4, 1, 1), count: 6))
    #expect(bound.tokens(size: .one).distance <= .one)
    #expect(TransformerBound([]).tokens(size: .one).distance == .one)
  }
}
