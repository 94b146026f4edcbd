import Foundation
import TestSupport
import Testing

@testable import Lipschitz

/// A small transformer with functional attention and no normalisations, run in plain doubles.
private struct Transformer {
  let width = 8
  let heads = 4
  let count = 4
  var headWidth: Int { width / heads }
  var layers: [Layer] = []

  struct Layer {
    /// For each head the blocks of queries, keys and values.
    var heads: [[Matrix]]
    var (mixing, rising, falling): (Matrix, Matrix, Matrix)
  }

  /// Random weights, each of them of norm about 1 or a little less in root mean squares.
  init(layers: Int, _ generator: inout SplitMix64) {
    func matrix(_ rows: Int, _ columns: Int) -> Matrix {
      let raw = randomMatrix(rows, columns, &generator)
      let norm = raw.meanSquareNorm.value
      return Matrix(rows: rows, columns: columns, raw.values.map { $0 / norm * (1 - 1e-12) })
    }
    for _ in 0..<layers {
      self.layers.append(
        Layer(
          heads: (0..<heads).map { _ in (0..<3).map { _ in matrix(headWidth, width) } },
          mixing: matrix(width, width), rising: matrix(2 * width, width),
          falling: matrix(width, 2 * width)))
    }
  }

  var bound: TransformerBound {
    TransformerBound(
      layers.map { layer in
        TransformerBlock(
          heads: layer.heads.map { HeadNorms(queries: $0[0], keys: $0[1], values: $0[2]) },
          mixing: layer.mixing.meanSquareNorm, rising: layer.rising.meanSquareNorm,
          falling: layer.falling.meanSquareNorm)
      })
  }

  private func product(_ matrix: Matrix, _ x: [Double]) -> [Double] {
    (0..<matrix.rows).map { row in
      (0..<matrix.columns).reduce(0) { $0 + matrix.values[row * matrix.columns + $1] * x[$1] }
    }
  }

  func callAsFunction(_ tokens: [[Double]]) -> [[Double]] {
    let share = 1 / Double(2 * layers.count)
    func mixed(_ x: [[Double]], _ y: [[Double]], _ factor: Double) -> [[Double]] {
      zip(x, y).map { zip($0, $1).map { (1 - share) * $0 + share * factor * $1 } }
    }
    return layers.reduce(tokens) { x, layer in
      var joined = [[Double]](repeating: [], count: count)
      for head in layer.heads {
        let (q, k, v) = (
          x.map { product(head[0], $0) }, x.map { product(head[1], $0) },
          x.map { product(head[2], $0) }
        )
        for i in 0..<count {
          let weights = k.map { key in
            exp(zip(q[i], key).reduce(0) { $0 + $1.0 * $1.1 } / Double(headWidth))
          }
          let total = weights.reduce(0, +)
          joined[i] += (0..<headWidth).map { place in
            (0..<count).reduce(0) { $0 + weights[$1] / total * v[$1][place] }
          }
        }
      }
      let attended = mixed(x, joined.map { product(layer.mixing, $0) }, 1.0 / 3)
      let inner = attended.map { token in
        product(
          layer.falling,
          product(layer.rising, token).map { 0.5 * $0 * erfc(-$0 / 2.0.squareRoot()) / 1.12891 })
      }
      return mixed(attended, inner, 1)
    }
  }
}

@Suite("Probes of transformers without normalisations")
struct TransformerProbeTests {
  private func size(_ tokens: [[Double]]) -> Double {
    tokens.map { ($0.reduce(0) { $0 + $1 * $1 } / Double($0.count)).squareRoot() }.max() ?? 0
  }

  @Test("A-2: with every norm 1 the bound is at most 1, and 10000 steps move the tokens by no more")
  func probes() {
    var generator = SplitMix64(seed: 31)
    var largest = 0.0
    for _ in 0..<10 {
      let transformer = Transformer(layers: 2, &generator)
      let bound = transformer.bound.tokens(size: .one)
      #expect(bound.distance <= .one)
      for probe in 0..<1000 {
        func token(concentrated: Bool) -> [Double] {
          let head = Int.random(in: 0..<transformer.heads, using: &generator)
          let raw = (0..<transformer.width).map { place in
            concentrated && place / transformer.headWidth != head
              ? 0 : Double.random(in: -1...1, using: &generator)
          }
          let own = size([raw])
          return raw.map { $0 / own * 0.999 }
        }
        let x = (0..<transformer.count).map { _ in token(concentrated: probe % 2 == 0) }
        let step = 1e-4
        // Sizes stay at most 1 on the way.
        let y = x.map { token in
          zip(token, (0..<token.count).map { _ in Double.random(in: -1...1, using: &generator) })
            .map { $0 + step * $1 }
        }
        let (from, to) = (transformer(x), transformer(y))
        func difference(_ a: [[Double]], _ b: [[Double]]) -> Double {
          size(zip(a, b).map { zip($0, $1).map { $0 - $1 } })
        }
        let ratio = difference(from, to) / difference(x, y)
        largest = max(largest, ratio)
        #expect(ratio <= bound.distance.value * (1 + 1e-9))
        #expect(size(from) <= bound.size.value * (1 + 1e-9))
      }
    }
    // A loose bound would pass all of the above.
    #expect(largest > 0.3)
  }
}
