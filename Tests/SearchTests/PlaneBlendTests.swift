import Properties
import Tensors
import Testing

@testable import Search
@testable import TestSupport

@Suite("Linear functions are weighed together")
struct PlaneBlendTests {
  private struct Functions {
    var middles: [Double]
    var reaches: [Double]
    var units: [Double]

    init(seed: UInt64) {
      var random = SplitMix64(seed: seed)
      let width = Int.random(in: 1...5, using: &random)
      let count = Int.random(in: 1...5, using: &random)
      middles = (0..<count).map { _ in Double.random(in: -0.6...0.4, using: &random) }
      reaches = (0..<width * count).map { _ in
        Int.random(in: 0..<4, using: &random) == 0 ? 0 : Double.random(in: -1...1, using: &random)
      }
      units = (0..<count).map { _ in Double.random(in: 0.1...10, using: &random) }
    }

    /// The least value of a combination over the box from -1 to 1.
    func least(_ weights: [Double]) -> Double {
      let width = reaches.count / middles.count
      let middle = zip(weights, middles).reduce(0) { $0 + $1.0 * $1.1 }
      return (0..<width).reduce(middle) { sum, k in
        sum - abs(weights.indices.reduce(0) { $0 + weights[$1] * reaches[$1 * width + k] })
      }
    }
  }

  @Test("The value is the combination's least, and no worse than that of any function alone")
  func values() {
    for seed in 0..<2000 as Range<UInt64> {
      let given = Functions(seed: seed)
      let blend = PlaneBlend(middles: given.middles, reaches: given.reaches, units: given.units)
      #expect(blend.weights.allSatisfy { $0 >= 0 }, "seed \(seed)")
      #expect(abs(given.least(blend.weights) - blend.value) < 1e-12, "seed \(seed)")
      let size = zip(blend.weights, given.units).reduce(0) { $0 + $1.0 * $1.1 }
      #expect(abs(size - 1) < 1e-12, "seed \(seed)")
      for i in given.units.indices {
        var alone = given.units.map { _ in 0.0 }
        alone[i] = 1 / given.units[i]
        #expect(blend.value >= given.least(alone) - 1e-12, "seed \(seed)")
      }
    }
  }

  @Test("Of two functions the best weights of a fine grid are found or passed")
  func pairs() {
    for seed in 0..<4000 as Range<UInt64> {
      let given = Functions(seed: seed)
      guard given.middles.count == 2 else { continue }
      let blend = PlaneBlend(middles: given.middles, reaches: given.reaches, units: given.units)
      let best =
        (0...1000).map { step in
          let part = Double(step) / 1000
          return given.least([(1 - part) / given.units[0], part / given.units[1]])
        }.max() ?? 0
      #expect(blend.value >= best - 1e-12, "seed \(seed)")
    }
  }

  @Test("A positive value means that no point has all functions at most 0")
  func exclusion() {
    var (excluded, met) = (0, 0)
    for seed in 0..<1500 as Range<UInt64> {
      let given = Functions(seed: seed)
      let blend = PlaneBlend(middles: given.middles, reaches: given.reaches, units: given.units)
      var random = SplitMix64(seed: seed, stream: 3)
      let width = given.reaches.count / given.middles.count
      let isMet = (0..<300).contains { _ in
        let point = (0..<width).map { _ in Double.random(in: -1...1, using: &random) }
        return given.middles.indices.allSatisfy { i in
          (0..<width).reduce(given.middles[i]) { $0 + given.reaches[i * width + $1] * point[$1] }
            <= 0
        }
      }
      if blend.value > 0 { excluded += 1 }
      if isMet { met += 1 }
      #expect(!(isMet && blend.value > 1e-12), "seed \(seed)")
    }
    #expect(excluded > 50 && met > 200, "\(excluded), \(met)")
  }

  @Test("A plane that is higher over a ball than over its box cuts away no point of the ball")
  func balls() throws {
    let box = SubBox<Double>(
      root: 0, open: [0], lower: [-1, -1], upper: [1, 1], share: 1, margin: 0, known: nil)
    // x + y over the unit disc is least -1.414, and the point (0, -1) has -1.
    let planes = BoxPlanes(
      inputs: 2, coefficients: [1, 1], constants: [0], bounds: [-1.4142135623730951], paid: [0])
    var clip = DomainClip(box)
    let isLeft = clip.meet([DomainClip.Limit(row: 0, value: -1)], planes)
    #expect(isLeft)
    #expect(clip.upper.allSatisfy { $0 >= 0 })
  }
}
