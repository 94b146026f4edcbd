import Foundation
import TestSupport
import Testing

@testable import Surety

@Suite("Examples are decided by the cheapest step that can, each in its own time")
struct CascadeTests {
  private func run(_ methods: String, attack: (steps: Int, restarts: Int) = (100, 2)) -> RunRecord {
    var run = RunRecord(
      modelDigest: "", data: "d", dataDigest: "",
      region: RegionRecord(norm: "inf", epsilon: 0.1, mean: [0], std: [1]),
      methods: methods.split(separator: ",").map(String.init), arithmetic: "float32")
    run.effort = EffortRecord(
      timeout: nil, attackSteps: attack.steps, attackRestarts: attack.restarts, seed: 0)
    return run
  }

  @Test(
    "The order of the steps",
    arguments: [
      (
        "ibp,crown-ibp,crown,alpha-crown,bab",
        "ibp,crown-ibp,short-attack,crown,attack,alpha-crown,bab"
      ),
      ("ibp,forward,crown,milp", "ibp,short-attack,forward,crown,attack,milp"),
      ("ibp,bab", "ibp,attack,bab"), ("crown", "short-attack,crown,attack"), ("", "attack"),
    ])
  func order(methods: String, steps: String) {
    #expect(run(methods).cascade.joined(separator: ",") == steps)
    for effort in [(0, 2), (100, 0)] {
      #expect(run(methods, attack: effort).cascade == run(methods).methods)
    }
  }

  private func certifier(_ change: (inout CertifierOptions) -> Void = { _ in }) throws -> Certifier
  {
    var options = CertifierOptions(epsilon: 0.12)
    options.methods = [.ibp, .crown, .alphaCROWN]
    change(&options)
    return try Certifier(
      EmbeddedNetwork.digits(), modelDigest: EmbeddedNetwork.digitsDigest,
      images: Datasets.digits(.test), options: options)
  }

  @Test("Steps are those that the record of the run names")
  func steps() throws {
    for completion in [nil, CompleteMethod.branchAndBound] {
      for attackSteps in [0, 100] {
        let certifier = try certifier { options in
          options.methods = BoundMethod.allCases
          options.completeMethod = completion
          options.attackSteps = attackSteps
        }
        #expect(certifier.steps.map(\.name) == certifier.run.cascade)
      }
    }
  }

  private func certify(
    _ examples: Range<Int>, _ change: (inout CertifierOptions) -> Void = { _ in },
    isStopped: @escaping @Sendable () -> Bool = { false },
    report: (ResultLine) -> Void = { _ in }
  ) throws -> [ResultLine] {
    let certifier = try certifier(change)
    var lines: [ResultLine] = []
    try certifier.certify(Array(examples), isStopped: isStopped) { line in
      lines.append(line)
      report(line)
    }
    return lines
  }

  @Test("What an earlier step decides, no later one is tried on")
  func spared() throws {
    let lines = try certify(0..<64)
    let order = try #require(lines.first).run.cascade
    var methods: Set<String> = []
    for line in lines {
      // A step that was tried left its time.
      let tried = order.filter { line.methodSeconds[$0] != nil }
      #expect(tried == Array(order.prefix(tried.count)), "\(line.example): \(tried)")
      if let method = line.method { #expect(tried.last == method) }
      methods.insert(line.method ?? "none")
      #expect(line.seconds >= line.methodSeconds.values.reduce(0, +) * (1 - 1e-9))
    }
    #expect(methods.isSuperset(of: ["ibp", "crown", "short-attack"]), "\(methods)")
  }

  @Test("Neither the size of a batch nor the short attack changes a verdict")
  func verdicts() throws {
    func sorted(_ batch: Int) throws -> [ExampleVerdict] {
      try certify(0..<48) { $0.batch = batch }.sorted { $0.example < $1.example }.map(\.verdict)
    }
    let one = try sorted(1)
    #expect(try sorted(48) == one && sorted(7) == one)
    #expect(Set(one).isSuperset(of: [.certified, .violated]))
  }

  @Test("Without an attack nothing is violated, and what bounds certify stays certified")
  func withoutAttack() throws {
    let all = try certify(0..<48).sorted { $0.example < $1.example }
    let bare = try certify(0..<48) { $0.attackSteps = 0 }.sorted { $0.example < $1.example }
    for (line, other) in zip(all, bare) {
      #expect(other.verdict == (line.verdict == .violated ? .undecided : line.verdict))
      #expect(other.methodSeconds["attack"] == nil && other.methodSeconds["short-attack"] == nil)
      #expect(other.run.effort?.attackSteps == 0)
    }
    let run = try #require(bare.first).run
    let total = Summary(of: bare, run: run, version: "", model: "m", requested: bare.count)
    #expect(total.attackAccuracy == nil && total.attacked == nil)
  }

  @Test("Results are handed over before costlier steps begin")
  func early() throws {
    final class Seen: @unchecked Sendable {
      var lines = 0
      var atStage: [String: Int] = [:]
    }
    let seen = Seen()
    let lines = try certify(
      0..<48,
      { options in
        options.batch = 48
        options.onStage = { stage in
          let name = String(stage.prefix { $0 != " " })
          if seen.atStage[name] == nil { seen.atStage[name] = seen.lines }
        }
      }, report: { _ in seen.lines += 1 })
    let byIntervals = lines.count { [nil, "ibp"].contains($0.method) && $0.verdict != .undecided }
    #expect(byIntervals > 0 && seen.atStage["short-attack"] == byIntervals)
    let attacked = try #require(seen.atStage["attack"])
    #expect(attacked == lines.count { $0.methodSeconds["attack"] == nil })
    #expect(lines.count == 48 && lines.allSatisfy { $0.batch?.all == Array(0..<48) })
  }

  @Test("A run that is stopped keeps what is decided, and leaves nothing undecided")
  func stopped() throws {
    let whole = try certify(0..<48).sorted { $0.example < $1.example }
    final class Count: @unchecked Sendable { var lines = 0 }
    for limit in [1, 5, 20, 40] {
      let count = Count()
      let lines = try certify(
        0..<48, { $0.batch = 48 }, isStopped: { count.lines >= limit },
        report: { _ in count.lines += 1 })
      #expect(lines.count >= limit && lines.count < 48)
      for line in lines where line.verdict != .undecided {
        #expect(line.verdict == whole[line.example].verdict)
      }
    }
  }

  private func batch(_ count: Int, limit: Double?) -> ExampleBatch {
    ExampleBatch(
      (0..<count).map { ResultLine(run: run("ibp"), example: $0, label: 0) }, limit: limit,
      isStopped: { false })
  }

  @Test("What one example takes is not missing to another, nor may it take more than its own")
  func limits() throws {
    var batch = batch(16, limit: 1000)
    let decider = try certifier().decider
    func deadline(_ members: [Int], share: Double = 1, _ batch: ExampleBatch) -> Date? {
      decider.deadline(of: Step(stage: .bounds(.crown), share: share), batch.decisions, members)
    }
    func seconds(_ members: [Int], share: Double = 1) throws -> Double {
      try #require(deadline(members, share: share, batch)).timeIntervalSinceNow
    }
    for index in 0..<16 { batch.decisions[index].note("crown", seconds: 100) }
    // A search that took all the time of the first.
    batch.decisions[0].note("bab", seconds: 900)
    #expect(!batch.isReady(0) && batch.ready == Array(1..<16))
    for index in 1..<16 { #expect(abs(try seconds([index]) - 900) < 50) }
    batch.add(300, to: [1])
    #expect(abs(try seconds([1]) - 600) < 50)
    #expect(abs(try seconds([1], share: 0.5) - 300) < 50)
    // Four together have four times what the one with the least has.
    #expect(abs(try seconds([1, 2, 3, 4]) - 2400) < 50)
    batch.close(0)
    #expect(batch.results().map(\.reason) == ["the time limit came first"])
    #expect(batch.results().isEmpty)
    #expect(deadline([0, 1], self.batch(2, limit: nil)) == nil)
  }

  @Test("The arithmetic is that of the network's numbers unless another is asked for")
  func precision() throws {
    var network = Network(input: [1, 2])
    let weight = network.addParameter("w", Tensor([2, 2], [1, 0, 0, 1]))
    try network.add(Linear(weight: weight, bias: nil), [0])
    let images = try ImageSet(
      named: "pairs", shape: [1, 1, 2], classes: ["0", "1"], values: [1, 0], labels: [0])
    for precision in [nil, Precision.float, .double] {
      for isDouble in [false, true] {
        network.precision = isDouble ? .double : .single
        let expected = precision ?? (isDouble ? .double : .float)
        var options = CertifierOptions(epsilon: 0.1)
        options.precision = precision
        let certifier = try Certifier(
          network, modelDigest: "0", images: images, options: options)
        #expect(certifier.run.arithmetic == expected.arithmetic)
        var other = VerifierOptions()
        other.precision = precision
        let property = try Property.robustness(
          label: 0, classes: 2, region: Region(lower: [1, 0], upper: [1, 0.1]))
        let answer = try Verifier(network, options: other).verify(property)
        #expect(answer.answer == .holds && answer.arithmetic == expected.arithmetic)
      }
    }
  }
}
