import RandomNumbers

/// A trial of an evolutionary search: a choice of each factor, and how good it was.
public struct EvolutionTrial<Score: Comparable & Sendable>: Sendable {
  /// The choice of each factor, counted from 0.
  public var choices: [Int]
  /// How good it was; nil where it was refused and cannot be a parent.
  public var score: Score?

  /// Creates a trial.
  public init(_ choices: [Int], score: Score?) {
    (self.choices, self.score) = (choices, score)
  }
}

/// Aging evolution: the young are the parents, however good the old ones were.
///
/// The last trials that were not refused are the population. Some of them, drawn by chance, hold a tournament; the best one's copy, with one
/// factor chosen anew, is tried next, and the oldest leaves the population. Until there is a population, choices are drawn by chance.
/// What to try next depends on the seed and the trials before alone, so that a search that was cut off goes on as if it had not been. No
/// choices are tried twice.
///
///     let evolution = AgingEvolution(extents: [3, 4, 4], population: 8, tournament: 3, seed: 1)
///     while trials.count < 40, let choices = evolution.proposal(after: trials) {
///       trials.append(EvolutionTrial(choices, score: measure(choices)))
///     }
///
/// Source: Real et al., "Regularized evolution for image classifier architecture search" (AAAI 2019).
public struct AgingEvolution: Sendable {
  /// How many choices each factor has.
  public var extents: [Int]
  /// The trials that are parents, the last ones.
  public var population: Int
  /// How many of them each tournament has.
  public var tournament: Int
  /// Where random numbers start.
  public var seed: UInt64

  /// Creates a search.
  ///
  /// - Precondition: Every number is 1 or more.
  public init(extents: [Int], population: Int, tournament: Int, seed: UInt64) {
    precondition(
      (extents + [population, tournament]).allSatisfy { $0 > 0 },
      "Factors \(extents), a population of \(population), tournaments of \(tournament)")
    self.extents = extents
    (self.population, self.tournament, self.seed) = (population, tournament, seed)
  }

  /// How often a child is drawn again when it was tried before.
  private static let patience = 200

  /// The number of combinations of choices; the largest number where there are more.
  public var combinations: Int {
    extents.reduce(1) { product, extent in
      let (result, isOver) = product.multipliedReportingOverflow(by: extent)
      return isOver ? .max : result
    }
  }

  /// What to try next.
  ///
  /// - Parameter trials: All trials before, in their order, none of them twice.
  /// - Returns: The choices; nil where every combination has been tried.
  public func proposal<Score>(after trials: [EvolutionTrial<Score>]) -> [Int]? {
    guard trials.count < combinations else { return nil }
    func isNew(_ choices: [Int]) -> Bool { !trials.contains { $0.choices == choices } }
    var random = SplitMix64(seed: seed, path: [UInt64(trials.count)])
    let parents = trials.filter { $0.score != nil }.suffix(population)
    for _ in 0..<Self.patience {
      let choices =
        parents.count < population
        ? drawn(&random) : mutated(winner(of: Array(parents), &random), &random)
      if isNew(choices) { return choices }
    }
    return untried(&random, isNew)
  }

  /// A choice of each factor, by chance.
  private func drawn(_ random: inout SplitMix64) -> [Int] {
    extents.map { random.integer(below: $0) }
  }

  /// The best of some, drawn by chance; the youngest where several are.
  private func winner<Score>(
    of parents: [EvolutionTrial<Score>], _ random: inout SplitMix64
  ) -> [Int] {
    let places = random.permutation(of: parents.count).prefix(tournament).sorted(by: >)
    let best = places.reduce(places[0]) { best, other in
      guard let score = parents[best].score, let rival = parents[other].score else { return best }
      return rival > score ? other : best
    }
    return parents[best].choices
  }

  /// A copy with another choice of one factor; the same where no factor has another.
  private func mutated(_ choices: [Int], _ random: inout SplitMix64) -> [Int] {
    let open = extents.indices.filter { extents[$0] > 1 }
    guard !open.isEmpty else { return choices }
    let factor = open[random.integer(below: open.count)]
    var result = choices
    // One of the others, each equally likely.
    result[factor] =
      (choices[factor] + 1 + random.integer(below: extents[factor] - 1)) % extents[factor]
    return result
  }

  /// Choices that are new: by chance, and where chance finds none the first in order.
  private func untried(_ random: inout SplitMix64, _ isNew: ([Int]) -> Bool) -> [Int]? {
    for _ in 0..<Self.patience {
      let choices = drawn(&random)
      if isNew(choices) { return choices }
    }
    var choices = [Int](repeating: 0, count: extents.count)
    while !isNew(choices) {
      guard let factor = extents.indices.last(where: { choices[$0] + 1 < extents[$0] }) else {
        return nil
      }
      choices[factor] += 1
      for later in extents.indices where later > factor { choices[later] = 0 }
    }
    return choices
  }
}
