import Foundation
import Networks
import Search
import Testing

@testable import Exact
@testable import TestSupport

@Suite("Mixed-integer programs agree with the enumeration of all activation patterns")
struct ExactEnumerationTests {
  /// Instances nearer to the border than this are left out: there rounding decides.
  private let border = 1e-6

  @Test("Every instance is decided, and rightly")
  func agreement() throws {
    var (unsatisfiable, satisfiable, undecided) = (0, 0, 0)
    for seed in 0..<4200 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      let isPossible = small.isSatisfiable(shift: -border)
      guard isPossible == small.isSatisfiable(shift: border) else { continue }
      var options = SearchOptions()
      options.deadline = Date(timeIntervalSinceNow: 20)
      let result = ExactSearch(try small.network(), options: options)
        .decide([try small.question()], SampleHunter(small))
      switch result.outcome {
      case .impossible:
        #expect(!isPossible, "seed \(seed): a condition is met, but the search says impossible")
        unsatisfiable += 1
      case .found(let witness):
        #expect(isPossible, "seed \(seed): no condition is met, but \(witness) was found")
        satisfiable += 1
      case .stopped(let why):
        // A point is run in single precision, and may miss by a rounding what real numbers meet.
        #expect(isPossible, "seed \(seed): \(why)")
        undecided += 1
      }
    }
    #expect(undecided <= 60, "\(undecided)")
    #expect(unsatisfiable > 900 && satisfiable > 900, "\(unsatisfiable), \(satisfiable)")
  }

  @Test(
    "Weights of very different sizes never make it say what is not so",
    arguments: [[1e6, 1e-6, 1], [1e-6, 1e6, 1], [1e-3, 1e6, 1e-3], [1e6, 1e-3, 1e-3]])
  func scaled(scales: [Double]) throws {
    var decided = 0
    for seed in 2000..<2100 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      var options = SearchOptions()
      options.deadline = Date(timeIntervalSinceNow: 5)
      let result = ExactSearch(try small.network(scales: scales), options: options)
        .decide([try small.question()], SampleHunter(small))
      if result.outcome == .impossible {
        #expect(!small.isSatisfiable(shift: -1e-3), "seed \(seed)")
        decided += 1
      }
    }
    #expect(decided > 20, "\(decided)")
  }

  @Test("A search that is called off says so")
  func cancellation() throws {
    var stopped = 0
    for seed in 0..<40 as Range<UInt64> {
      let small = SmallNetwork(seed: seed)
      var options = SearchOptions()
      options.isCancelled = { true }
      let result = ExactSearch(try small.network(), options: options)
        .decide([try small.question()], SampleHunter(small))
      if case .stopped(let why) = result.outcome {
        #expect(why == .cancelled, "seed \(seed): \(why)")
        stopped += 1
      }
    }
    #expect(stopped > 10, "\(stopped)")
  }
}
