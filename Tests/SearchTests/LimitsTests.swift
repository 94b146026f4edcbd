import Foundation
import Networks
import Properties
import Synchronization
import Tensors
import Testing

@testable import Search
@testable import TestSupport

@Suite("A search keeps its limits")
struct LimitsTests {
  private struct Item: Waiting {
    var margin: Float
    var isCompact = false
    var bytes: Int { isCompact ? 10 : 100 }
    mutating func compact() { isCompact = true }
  }

  @Test("Worst first while there is room, then nearly solved first, and nothing is lost")
  func frontier() throws {
    var random = SplitMix64(seed: 3)
    for limit in [1 << 20, 3000, 0] {
      var frontier = Frontier<Item>(limit: limit)
      let margins = (0..<500).map { _ in Float.random(in: -1...0, using: &random) }
      for margin in margins { frontier.insert(Item(margin: margin)) }
      #expect(frontier.isTight == (limit < 50_000))
      #expect(frontier.bytes == 500 * (frontier.isTight ? 10 : 100))
      #expect(frontier.worst() == margins.min())
      var taken: [Float] = []
      while let item = frontier.popFirst() {
        #expect(item.isCompact == frontier.isTight)
        taken.append(item.margin)
      }
      #expect(taken == (frontier.isTight ? margins.sorted(by: >) : margins.sorted()))
      #expect(frontier.bytes == 0)
    }
  }

  @Test("A large frontier is left to another thread, a small one stays")
  func discarding() {
    for count in [100, 20_000] {
      var frontier = Frontier<Item>(limit: 1 << 30)
      for _ in 0..<count { frontier.insert(Item(margin: -1)) }
      frontier.discard()
      #expect(frontier.count == (count > 10_000 ? 0 : count))
      frontier.insert(Item(margin: -2))
      #expect(frontier.popFirst()?.margin == -2)
    }
  }

  @Test("A search with next to no memory gives the same answers", arguments: SplitKind.allCases)
  func littleMemory(split: SplitKind) throws {
    var decided = 0
    for seed in 0..<120 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      var options = SearchOptions()
      options.split = split
      options.deadline = Date(timeIntervalSinceNow: 20)
      options.memory = 2000
      let result = CompleteSearch(try small.network(), precision: .double, options: options)
        .decide([try small.question()], SampleHunter(small))
      if result.outcome == .impossible {
        #expect(!small.isSatisfiable(shift: -1e-3), "seed \(seed)")
        decided += 1
      }
      if case .found = result.outcome { #expect(small.isSatisfiable(shift: 1e-9), "seed \(seed)") }
    }
    #expect(decided > 30)
  }

  /// `|x - y| - |x + y - 1|` for two pairs of inputs, whose least value is -2 in the corners of the box.
  private func saddles(limit: Double) throws -> (Network, Question) {
    var network = Network(input: [1, 4])
    var weights: [Double] = []
    for pair in 0..<2 {
      for input in 0..<2 {
        let own = input == 0 ? [1.0, -1, 1, -1] : [-1, 1, 1, -1]
        let none = [Double](repeating: 0, count: 4)
        weights += pair == 0 ? own + none : none + own
      }
    }
    let first = network.addParameter("w", Tensor([4, 8], weights))
    let shift = network.addParameter("b", Tensor([8], [0, 0, -1, 1, 0, 0, -1, 1]))
    let second = network.addParameter("v", Tensor([8, 1], [1, 1, -1, -1, 1, 1, -1, -1]))
    let a = try network.add(Linear(weight: first, bias: shift), [0])
    let b = try network.add(ReLU(), [a])
    try network.add(Linear(weight: second, bias: nil), [b])
    let constraint = LinearConstraint(outputs: [.init(0, 1)], bound: limit)
    let box = try Region(lower: [0, 0, 0, 0], upper: [1, 1, 1, 1])
    return (network, Question(region: box, conditions: [[constraint]]))
  }

  private struct NoHunter: CounterexampleHunter {
    func witness(at point: [Float]) -> Witness? { nil }
    func hunt(seconds: Double) -> Witness? { nil }
  }

  @Test("It stops when it is asked to, and says how far it came", arguments: SplitKind.allCases)
  func interruption(split: SplitKind) throws {
    var interrupted = 0
    for seed in 0..<2000 as Range<UInt64> where interrupted < 5 {
      let small = SmallNetwork(seed: seed)
      var options = SearchOptions()
      options.split = split
      options.deadline = Date(timeIntervalSinceNow: 20)
      let whole = CompleteSearch(try small.network(), precision: .double, options: options)
        .decide([try small.question()], SampleHunter(small))
      guard whole.outcome == .impossible, whole.progress.visited >= 9 else { continue }
      #expect(whole.progress.open == 0 && abs(whole.progress.decided - 1) < 1e-9)
      // The part is stopped after its first batch.
      let isEnough = Mutex(false)
      options.isCancelled = { isEnough.withLock { $0 } }
      let part = CompleteSearch(try small.network(), precision: .double, options: options)
        .decide([try small.question()], NoHunter()) { state in
          if state.visited > 0 { isEnough.withLock { $0 = true } }
        }
      #expect(part.outcome == .stopped(.cancelled))
      #expect(part.progress.visited > 0 && part.progress.visited < whole.progress.visited)
      #expect(part.progress.open > 0 && part.progress.decided < 1)
      interrupted += 1
    }
    #expect(interrupted == 5)
  }

  @Test("It stops at the deadline", arguments: SplitKind.allCases)
  func deadline(split: SplitKind) throws {
    let (network, situation) = try saddles(limit: -2.0001)
    var options = SearchOptions()
    options.split = split
    options.deadline = Date()
    let result = CompleteSearch(network, precision: .float, options: options)
      .decide([situation], NoHunter())
    #expect(result.outcome == .stopped(.time))
  }

  @Test("A condition that is met up to rounding is neither shown nor ruled out")
  func tie() throws {
    let (network, situation) = try saddles(limit: -2)
    var options = SearchOptions()
    options.split = .inputs
    options.deadline = Date(timeIntervalSinceNow: 60)
    let result = CompleteSearch(network, precision: .float, options: options)
      .decide([situation], NoHunter())
    guard case .stopped(.rounding) = result.outcome else {
      Issue.record("\(result)")
      return
    }
  }

  @Test("Numbers that overflow prove nothing", arguments: SplitKind.allCases)
  func overflow(split: SplitKind) throws {
    var network = Network(input: [1, 2])
    let huge = network.addParameter("w", Tensor([2, 2], [3e38, 3e38, 3e38, 3e38]))
    let a = try network.add(Linear(weight: huge, bias: nil), [0])
    let b = try network.add(ReLU(), [a])
    try network.add(Linear(weight: huge, bias: nil), [b])
    let constraint = LinearConstraint(outputs: [.init(0, 1), .init(1, -1)], bound: -1)
    var options = SearchOptions()
    options.split = split
    options.deadline = Date(timeIntervalSinceNow: 1)
    let result = CompleteSearch(network, precision: .float, options: options).decide(
      [
        Question(
          region: try Region(lower: [-8, -8], upper: [8, 8]), conditions: [[constraint]])
      ], NoHunter())
    #expect(result.outcome != .impossible)
  }

  @Test("The strategy follows the number of inputs that move and says so")
  func strategy() throws {
    let (network, situation) = try saddles(limit: -3)
    let search = CompleteSearch(network, precision: .float)
    #expect(search.strategy(for: [situation]).split == .inputs)
    #expect(
      search.strategy(for: [situation]).reason
        == "splitting inputs, because only 4 of them can move")
    var wide = Network(input: [1, 20])
    let weight = wide.addParameter("w", Tensor(repeating: 1, [20, 1]))
    let node = try wide.add(Linear(weight: weight, bias: nil), [0])
    try wide.add(ReLU(), [node])
    let box = try Region(
      lower: [Double](repeating: 0, count: 20), upper: [Double](repeating: 1, count: 20))
    let other = CompleteSearch(wide, precision: .float)
      .strategy(for: [Question(region: box, conditions: [])])
    #expect(other.split == .neurons)
  }
}
