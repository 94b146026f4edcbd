import COpenBLAS
import Foundation
import TestSupport
import Testing

@testable import Tensors

@Suite("Steps of transformers")
struct TokenTests {
  @Test("Attention and its gradient, tile by tile, are those of the definition", arguments: 0..<48)
  func attention(seed: UInt64) {
    check(Double.self, seed, slack: 1e-11)
    check(Float.self, seed, slack: 3e-5)
  }

  private func check<S: TensorScalar>(_ type: S.Type, _ seed: UInt64, slack: Double) {
    var g = SplitMix64(seed: seed)
    // Tiles have 64 rows: fewer, as many, and more that do not fill the last.
    let tokens = [1, 2, 7, 63, 64, 65, 130][Int(seed) % 7]
    let heads = Int.random(in: 1...4, using: &g)
    let width = heads * Int.random(in: 1...9, using: &g)
    let form = AttentionForm(
      heads: heads, scale: Double.random(in: 0.1...2, using: &g) * (seed % 5 == 0 ? -1 : 1),
      isCausal: seed % 2 == 0, logits: seed < 24 ? .products : .distances)
    let shape: Shape = seed % 3 == 0 ? [2, 1, tokens, width] : [3, tokens, width]
    let parts = (0..<4).map { _ in Tensor<S>.random(shape, &g) }
    func expectNear(_ a: Tensor<S>, _ b: Tensor<S>, _ what: String) {
      #expect(a.shape == b.shape)
      #expect(a.distance(to: b) <= slack, "\(what), \(shape), \(form)")
    }
    let wide = parts.map { Tensor<Double>(converting: $0) }
    func narrow(_ x: Tensor<Double>) -> Tensor<S> { Tensor<S>(converting: x) }
    expectNear(
      Tensor<S>.attention(parts[0], parts[1], parts[2], form),
      narrow(.attentionByDefinition(wide[0], wide[1], wide[2], form)), "attention")
    let found = Tensor<S>.attentionGradient(parts[0], parts[1], parts[2], form, rows: parts[3])
    let expected = Tensor<Double>.attentionGradientByDefinition(
      wide[0], wide[1], wide[2], form, rows: wide[3])
    expectNear(found.queries, narrow(expected.queries), "queries")
    expectNear(found.keys, narrow(expected.keys), "keys")
    expectNear(found.values, narrow(expected.values), "values")
  }

  @Test("Logits of distances are those of the formula, up to what all of a row have")
  func distances() {
    var g = SplitMix64(seed: 7)
    let form = AttentionForm(heads: 2, scale: 0.8, isCausal: false, logits: .distances)
    let (q, k) = (Tensor<Double>.random([1, 5, 6], &g), Tensor<Double>.random([1, 5, 6], &g))
    let weights = Tensor<Double>.attentionWeights(q, k, form)
    for head in 0..<2 {
      for row in 0..<5 {
        let logits = (0..<5).map { token in
          (0..<3).reduce(0.0) { sum, place in
            let difference = q[0, row, head * 3 + place] - k[0, token, head * 3 + place]
            return sum - 0.8 * difference * difference
          }
        }
        let total = logits.reduce(0) { $0 + exp($1) }
        for token in 0..<5 {
          #expect(abs(weights[0, head, row, token] - exp(logits[token]) / total) < 1e-12)
        }
      }
    }
  }

  @Test("Logits of any size and sign make weights that sum to 1; NaN stays NaN")
  func extremes() {
    for scale in [1.0, -1, 1e4, -1e4] {
      let form = AttentionForm(heads: 1, scale: scale, isCausal: false)
      let queries = Tensor<Float>([1, 2, 1], [50, -3])
      let keys = Tensor<Float>([1, 2, 1], [40, -40])
      let ones = Tensor<Float>(repeating: 1, [1, 2, 1])
      let sums = Tensor<Float>.attention(queries, keys, ones, form).scalars
      #expect(sums.allSatisfy { abs($0 - 1) < 1e-5 }, "\(scale): \(sums)")
      let values = Tensor<Float>([1, 2, 1], [7, 9])
      let picked = Tensor<Float>.attention(queries, keys, values, form).scalars
      #expect(picked == (scale > 0 ? [7, 9] : [9, 7]), "\(scale)")
    }
    let broken = Tensor<Float>([1, 2, 1], [.nan, 1])
    let form = AttentionForm(heads: 1, scale: 1, isCausal: false)
    let spoiled = Tensor<Float>.attention(broken, broken, broken, form).scalars
    #expect(spoiled.allSatisfy { $0.isNaN })
  }

  @Test("What a causal token does not see does not reach it")
  func causality() {
    var g = SplitMix64(seed: 2)
    let form = AttentionForm(heads: 2, scale: 1, isCausal: true)
    let parts = (0..<3).map { _ in Tensor<Float>.random([1, 70, 4], &g) }
    var moved = parts
    for part in moved.indices {
      moved[part].withMutableElements { for at in 66 * 4..<70 * 4 { $0[at] = 1e6 } }
    }
    let (a, b) = (
      Tensor<Float>.attention(parts[0], parts[1], parts[2], form).scalars,
      Tensor<Float>.attention(moved[0], moved[1], moved[2], form).scalars
    )
    #expect(a[..<(66 * 4)] == b[..<(66 * 4)])
    #expect(a[(66 * 4)...] != b[(66 * 4)...])
  }

  @Test("GELU and its slope are within 1e-6 of the definition, from -30 to 30")
  func gelu() {
    let points = (-3000...3000).map { Double($0) / 100 }
    let x = Tensor<Double>([points.count], points)
    let single = Tensor<Float>(converting: x)
    let exact = Tensor<Double>(converting: single)
    // The definition, in doubles.
    let share = (exact * 0.5.squareRoot()).applying(.erf).scaled(by: 0.5, adding: 0.5)
    let bell = (exact.applying(.square) * -0.5).applying(.exp) * (0.5 / Double.pi).squareRoot()
    let (value, slope) = single.geluWithSlope()
    let (values, slopes) = (exact * share, share + exact * bell)
    for (index, point) in points.enumerated() {
      #expect(abs(Double(value.scalars[index]) - values.scalars[index]) < 1e-6 * max(1, abs(point)))
      #expect(abs(Double(slope.scalars[index]) - slopes.scalars[index]) < 1e-6)
    }
    let (own, ownSlope) = exact.geluWithSlope()
    // The formula for erf itself is within 1.5e-7.
    #expect(own.distance(to: values) < 3e-6 && ownSlope.distance(to: slopes) < 1e-6)
    #expect(Tensor<Float>([1], [.nan]).geluWithSlope().value.scalars[0].isNaN)
  }

  @Test("Turns and their transposes are those of the definition")
  func turns() {
    var g = SplitMix64(seed: 4)
    let (tokens, heads, width) = (5, 3, 12)
    let x = Tensor<Double>.random([2, 1, tokens, width], &g)
    let (cosines, sines) = (
      Tensor<Double>.random([tokens, width], &g), Tensor<Double>.random([tokens, width], &g)
    )
    let places: [Int32] = [2, 3, 0, 1, 6, 7, 4, 5, 10, 11, 8, 9]
    func swapped(_ y: Tensor<Double>) -> Tensor<Double> { y.gathered(places, axis: 3) }
    let forward = x.turned(cosines: cosines, sines: sines, heads: heads, isTransposed: false)
    #expect(forward.distance(to: x * cosines + swapped(x) * sines) < 1e-14)
    let back = x.turned(cosines: cosines, sines: sines, heads: heads, isTransposed: true)
    #expect(back.distance(to: x * cosines + swapped(x * sines)) < 1e-14)
  }

  /// Whether the processor has vectors that the kernels below do not use; false where that cannot be told.
  private static var hasWideVectors: Bool {
    (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.contains(" avx2 ") ?? false
  }

  @Test("OpenBLAS has kernels of this processor's vectors", .enabled(if: hasWideVectors))
  func kernels() {
    _ = BLASLibrary.isReady
    let name = String(cString: openblas_get_corename())
    #expect(
      !["Prescott", "Core2", "Penryn", "Nehalem", "generic"].contains(name),
      "\(name): products are several times slower than they could be")
  }
}
