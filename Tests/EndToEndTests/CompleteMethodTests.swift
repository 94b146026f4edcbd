import Foundation
import Surety
import Testing

@Suite("Complete searches in certification")
struct CompletionTests {
  private func certify(
    _ completion: CompleteMethod?, _ examples: Range<Int>, epsilon: Double,
    isStopped: @escaping @Sendable () -> Bool = { false }
  ) throws -> [ResultLine] {
    var options = CertifierOptions(epsilon: epsilon)
    options.methods = [.ibp]
    options.attackRestarts = 1
    options.attackSteps = 2
    options.completeMethod = completion
    options.timeout = .seconds(200)
    let certifier = try Certifier(
      EmbeddedNetwork.digits(), modelDigest: EmbeddedNetwork.digitsDigest,
      images: Datasets.digits(.test), options: options)
    var lines: [ResultLine] = []
    try certifier.certify(Array(examples), isStopped: isStopped) { lines.append($0) }
    return lines.sorted { $0.example < $1.example }
  }

  @Test("Both searches decide what intervals leave open, and agree")
  func agreement() throws {
    let open = try certify(nil, 0..<24, epsilon: 0.1).filter { $0.verdict == .undecided }
    #expect(open.count >= 2)
    let answers = try CompleteMethod.allCases.map { try certify($0, 0..<24, epsilon: 0.1) }
    for (first, second) in zip(answers[0], answers[1]) {
      #expect(first.verdict != .undecided, "\(first.example): \(first.reason ?? "")")
      #expect(first.verdict == second.verdict, "example \(first.example)")
      if first.method == "bab" { #expect(second.method == "milp") }
    }
    let decided = answers[0].filter { $0.method == "bab" }
    #expect(decided.count == open.count)
    #expect(decided.allSatisfy { $0.run.methods == ["ibp", "bab"] })
  }

  @Test("What an interruption leaves open is no result")
  func interruption() throws {
    let lines = try certify(.branchAndBound, 0..<16, epsilon: 0.1) { true }
    #expect(lines.isEmpty)
  }
}
