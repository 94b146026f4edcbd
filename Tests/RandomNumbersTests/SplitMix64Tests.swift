import Testing

@testable import RandomNumbers

@Suite("Random numbers")
struct SplitMix64Tests {
  @Test("The sequence is that of the published algorithm")
  func sequence() {
    var random = SplitMix64(seed: 7)
    #expect(
      (0..<3).map { _ in random.next() }
        == [0x63cb_e1e4_5932_0dd7, 0x044c_3cd7_f43c_661c, 0xe698_4080_bab1_2a02])
  }

  @Test("Streams of different places differ, and each can be visited alone")
  func paths() {
    var firsts = Set<UInt64>()
    for seed in 0..<3 {
      for a in 0..<10 {
        for b in 0..<10 {
          var random = SplitMix64(seed: UInt64(seed), path: [UInt64(a), UInt64(b)])
          var again = SplitMix64(seed: UInt64(seed), path: [UInt64(a), UInt64(b)])
          let first = random.next()
          #expect(first == again.next())
          firsts.insert(first)
        }
      }
    }
    #expect(firsts.count == 300)
  }

  @Test("Normal quantiles agree with those of Python's statistics module")
  func quantiles() {
    let known: [(Double, Double)] = [
      (1e-15, -7.941345326170995), (1e-9, -5.9978070150076865), (0.001, -3.090232306167813),
      (0.07, -1.4757910281791702), (0.3, -0.5244005127080407), (0.5, 0), (0.9, 1.2815515655446008),
      (0.9999, 3.7190164854557084),
    ]
    for (probability, quantile) in known {
      #expect(abs(normalQuantile(probability) - quantile) <= 4e-15 * abs(quantile))
    }
  }

  @Test("The logarithm is right to the last digits")
  func logarithm() {
    for (x, log) in [
      (0.5, -0.6931471805599453), (1, 0), (1e-300, -690.7755278982137),
      (0.9999, -0.00010000500033334732),
      (0.07, -2.659260036932778), (3, 1.0986122886681098),
    ] {
      #expect(abs(naturalLogarithm(x) - log) <= 4.5e-16 * abs(log))
    }
  }

  @Test("Normal numbers have mean 0, variance 1 and the tails of a bell curve")
  func normal() {
    var random = SplitMix64(seed: 11)
    let numbers = (0..<200_000).map { _ in random.normal() }
    let mean = numbers.reduce(0, +) / 200_000
    let variance = numbers.reduce(0) { $0 + $1 * $1 } / 200_000
    #expect(abs(mean) < 0.01 && abs(variance - 1) < 0.02)
    let beyondTwo = numbers.filter { abs($0) > 2 }.count
    #expect((8_700...9_500).contains(beyondTwo), "4.55 % of 200000 are 9100")
  }

  @Test("Whole numbers are evenly spread and inside their range")
  func integers() {
    var random = SplitMix64(seed: 3)
    var counts = [Int](repeating: 0, count: 5)
    for _ in 0..<50_000 { counts[random.integer(below: 5)] += 1 }
    #expect(counts.allSatisfy { (9_600...10_400).contains($0) }, "\(counts)")
    #expect(random.integer(below: 1) == 0)
    #expect((0..<Int.max).contains(random.integer(below: .max)))
  }

  @Test("A permutation has every number once, and no place prefers one")
  func permutations() {
    var random = SplitMix64(seed: 9)
    var firsts = [Int](repeating: 0, count: 6)
    for _ in 0..<60_000 {
      let order = random.permutation(of: 6)
      #expect(order.sorted() == [0, 1, 2, 3, 4, 5])
      firsts[order[0]] += 1
    }
    #expect(firsts.allSatisfy { (9_500...10_500).contains($0) }, "\(firsts)")
    #expect(random.permutation(of: 0).isEmpty && random.permutation(of: 1) == [0])
  }

  @Test("Uniform numbers lie strictly between 0 and 1")
  func uniform() {
    var random = SplitMix64(seed: 1)
    let numbers = (0..<100_000).map { _ in random.uniform() }
    #expect(numbers.allSatisfy { $0 > 0 && $0 < 1 })
    #expect(abs(numbers.reduce(0, +) / 100_000 - 0.5) < 0.01)
    #expect((0..<1_000).allSatisfy { _ in (-0.25...0.5).contains(random.uniform(in: -0.25...0.5)) })
  }
}
