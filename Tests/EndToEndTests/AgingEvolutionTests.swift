import Surety
import Testing

@Suite("Aging evolution")
struct AgingEvolutionTests {
  /// A made-up search: three stages of a kind of block, a number of blocks and of repeats, and a budget.
  private struct Toy {
    let extents = [3, 4, 3, 3, 4, 3, 3, 4, 3]
    /// What a kind brings in a stage, and beside the kind before it.
    let gains: [[Double]]
    let pairs: [[Double]]

    init(seed: UInt64) {
      var random = Surety.SplitMix64(seed: seed)
      func table(_ rows: Int, _ columns: Int) -> [[Double]] {
        (0..<rows).map { _ in (0..<columns).map { _ in random.uniform() } }
      }
      (gains, pairs) = (table(3, 3), table(3, 3))
    }

    /// What a network takes; deep ones of the first kind most.
    func cost(_ choices: [Int]) -> Double {
      (0..<3).reduce(0) { sum, stage in
        let (kind, blocks, repeats) = (
          choices[3 * stage], choices[3 * stage + 1], choices[3 * stage + 2]
        )
        return sum + Double((3 - kind) * (blocks + 1) * (repeats + 1))
      }
    }

    /// How good a network is; nil for one that is over the budget.
    func score(_ choices: [Int]) -> Double? {
      guard cost(choices) <= 30 else { return nil }
      return (0..<3).reduce(0) { sum, stage in
        let (kind, blocks, repeats) = (
          choices[3 * stage], choices[3 * stage + 1], choices[3 * stage + 2]
        )
        // More of a kind helps less and less, and the kinds beside each other matter.
        let depth = Double((blocks + 1) * (repeats + 2)).squareRoot()
        let beside = stage == 0 ? 0 : pairs[choices[3 * stage - 3]][kind]
        return sum + gains[stage][kind] * depth + beside
      }
    }

    /// All choices.
    var all: [[Int]] {
      extents.reduce([[]]) { lists, extent in
        lists.flatMap { list in (0..<extent).map { list + [$0] } }
      }
    }

    /// The best score there is, by trying everything.
    var optimum: Double { all.compactMap(score).max() ?? 0 }

    /// The best score of a search.
    func found(_ evolution: AgingEvolution, trials: Int) -> Double {
      var history: [EvolutionTrial<Double>] = []
      while history.count < trials, let choices = evolution.proposal(after: history) {
        history.append(EvolutionTrial(choices, score: score(choices)))
      }
      return history.compactMap(\.score).max() ?? 0
    }
  }

  @Test("It finds the best of 46,656 networks in most searches of 1,500, and chance does not")
  func optimum() throws {
    let seeds = 30
    var (found, byChance) = (0, 0)
    for seed in 0..<seeds {
      let toy = Toy(seed: UInt64(seed))
      let best = toy.optimum
      let evolution = AgingEvolution(
        extents: toy.extents, population: 100, tournament: 10, seed: UInt64(seed))
      if toy.found(evolution, trials: 1_500) >= best { found += 1 }
      // A population that is never full is drawn by chance alone.
      var chance = evolution
      chance.population = .max
      if toy.found(chance, trials: 1_500) >= best { byChance += 1 }
    }
    #expect(Double(found) >= 0.9 * Double(seeds), "\(found) of \(seeds)")
    #expect(Double(byChance) <= 0.3 * Double(seeds), "\(byChance) of \(seeds)")
  }

  @Test("A child differs from a living parent in one factor, and nothing is tried twice")
  func children() {
    let toy = Toy(seed: 3)
    let evolution = AgingEvolution(
      extents: toy.extents, population: 12, tournament: 3, seed: 5)
    var history: [EvolutionTrial<Double>] = []
    var single = 0
    while history.count < 300, let choices = evolution.proposal(after: history) {
      #expect(zip(choices, toy.extents).allSatisfy { $0 >= 0 && $0 < $1 })
      #expect(!history.contains { $0.choices == choices })
      let parents = history.filter { $0.score != nil }.suffix(12)
      if parents.count == 12 {
        let differences = parents.map { zip($0.choices, choices).count { $0 != $1 } }
        #expect(differences.contains(1))
        single += 1
      }
      history.append(EvolutionTrial(choices, score: toy.score(choices)))
    }
    #expect(single > 150)
  }

  @Test("The winner of a tournament of the whole population is the best of the living")
  func tournaments() throws {
    // Each trial scores less than the one before, so that age alone removes the best.
    let evolution = AgingEvolution(extents: [50, 50], population: 4, tournament: 4, seed: 1)
    var history: [EvolutionTrial<Double>] = []
    for number in 0..<40 {
      let choices = try #require(evolution.proposal(after: history))
      if number >= 4 {
        let best = history[number - 4].choices
        #expect(zip(best, choices).count { $0 != $1 } == 1)
      }
      history.append(EvolutionTrial(choices, score: -Double(number)))
    }
  }

  @Test("Every combination is tried once, and then there is none; what was refused is no parent")
  func exhausted() {
    let evolution = AgingEvolution(extents: [3, 1, 4], population: 3, tournament: 2, seed: 9)
    #expect(evolution.combinations == 12)
    var history: [EvolutionTrial<Double>] = []
    while let choices = evolution.proposal(after: history) {
      #expect(history.count < 12)
      history.append(EvolutionTrial(choices, score: choices[0] == 0 ? 1 : nil))
    }
    #expect(Set(history.map(\.choices)).count == 12)
    let single = AgingEvolution(extents: [1], population: 1, tournament: 1, seed: 0)
    #expect(single.proposal(after: [EvolutionTrial<Double>]()) == [0])
    #expect(single.proposal(after: [EvolutionTrial([0], score: 1.0)]) == nil)
    let large = AgingEvolution(
      extents: [Int](repeating: 100, count: 20), population: 1, tournament: 1, seed: 0)
    #expect(large.combinations == .max)
  }

  @Test("What comes next follows from the seed and the trials alone")
  func repeatable() {
    let evolution = AgingEvolution(extents: [9, 9, 9], population: 5, tournament: 2, seed: 7)
    func run(_ count: Int, after start: [EvolutionTrial<Double>] = []) -> [EvolutionTrial<Double>] {
      var history = start
      while history.count < count, let choices = evolution.proposal(after: history) {
        history.append(EvolutionTrial(choices, score: Double(choices.reduce(0, +))))
      }
      return history
    }
    let whole = run(40)
    for count in [0, 1, 4, 5, 6, 39] {
      let parts = run(40, after: Array(whole.prefix(count)))
      #expect(parts.map(\.choices) == whole.map(\.choices))
    }
    var other = evolution
    other.seed = 8
    #expect(other.proposal(after: [EvolutionTrial<Double>]()) != whole[0].choices)
  }
}
