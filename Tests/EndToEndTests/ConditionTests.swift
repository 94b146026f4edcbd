import Foundation
import Surety
import Testing

@testable import TestSupport

@Suite("Conditions of several constraints are decided as all activation patterns say")
struct ConditionTests {
  /// How many random conditions are decided: a part in a normal run, and as many as the environment names.
  ///
  /// `SURETY_CONDITIONS=10000 swift test -c release --filter ConditionTests` decides as many as the documentation speaks of.
  private static let count =
    ProcessInfo.processInfo.environment["SURETY_CONDITIONS"].flatMap(Int.init) ?? 400

  private struct Tally {
    var holds = 0
    var violated = 0
    var open = 0
  }

  private func run(_ completion: CompleteMethod?, _ seeds: Range<Int>) throws -> Tally {
    var tally = Tally()
    for seed in seeds {
      let question = IntegerQuestion(seed: UInt64(seed))
      let property = try Property(parsing: Data(question.text.utf8), source: "seed \(seed)")
      var options = VerifierOptions()
      options.completeMethod = completion
      options.timeout = .seconds(0.5)
      let result = try Verifier(try question.network(), options: options).verify(property)
      switch result.answer {
      case .holds:
        #expect(!question.isSatisfiable, "seed \(seed): \(result.reason)\n\(question.text)")
        tally.holds += 1
      case .violated(let witness):
        #expect(question.isSatisfiable, "seed \(seed): \(witness)\n\(question.text)")
        #expect(property.isSatisfied(input: witness.input, output: witness.output) != nil)
        tally.violated += 1
      case .unknown, .timeout:
        tally.open += 1
      }
    }
    print("\(completion.map(\.rawValue) ?? "bounds"): \(tally)")
    return tally
  }

  @Test("None is decided wrongly", arguments: [CompleteMethod.branchAndBound, .mixedInteger])
  func agreement(completion: CompleteMethod) throws {
    guard completion.isAvailable else { return }
    let tally = try run(completion, 0..<Self.count)
    // What is left open hangs on equality: a limit that is reached exactly, and nowhere passed.
    #expect(tally.holds > Self.count / 5 && tally.violated > Self.count / 16, "\(tally)")
  }

  @Test("Bounds alone decide none wrongly")
  func bounds() throws {
    let tally = try run(nil, 0..<Self.count)
    #expect(tally.holds > Self.count / 8, "\(tally)")
  }

  @Test("The enumeration finds every input of a grid that satisfies a question")
  func enumerationItself() throws {
    var met = 0
    for seed in 0..<300 {
      let question = IntegerQuestion(seed: UInt64(seed))
      let property = try Property(parsing: Data(question.text.utf8), source: "seed \(seed)")
      let network = try question.network()
      let parameters = network.parameters(as: Tensor<Double>.self)
      var random = SplitMix64(seed: UInt64(seed))
      for _ in 0..<60 {
        let point = zip(question.lower, question.upper).map { low, high in
          Double(Int.random(in: 4 * low...4 * high, using: &random)) / 16
        }
        let output = network.evaluate(Tensor<Double>([1, 1, point.count], point), parameters)
          .scalars
        guard property.isSatisfied(input: point, output: output) != nil else { continue }
        met += 1
        #expect(question.isSatisfiable, "seed \(seed), \(point)\n\(question.text)")
      }
    }
    #expect(met > 50, "\(met)")
  }
}
