import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety certify --methods lipschitz")
struct ConstantsTests {
  let folder: TemporaryFolder
  let model: String

  /// Trains a perceptron whose outputs cannot move fast, in seconds.
  init() throws {
    folder = try TemporaryFolder()
    let recipe = try folder.file(
      "recipe.yaml",
      """
      method: clean
      epochs: 8
      batch: 64
      data: {name: digits}
      network: {architecture: mlp, hidden: [32, 32]}
      epsilon: {test: 1/16}
      optimizer: {kind: muon, learning-rate: 0.2}
      constraint: {kind: soft-cap, limit: 2.5}
      evaluation: {certify: 0, first: 64}
      """)
    let trained = try Program.run("train", recipe, "--out", "\(folder.path)/run", "--quiet")
    #expect(trained.code == 0, "\(trained.errors)")
    model = "\(folder.path)/run/model.onnx"
  }

  private func certify(
    _ norm: String, _ epsilon: String, _ methods: String
  ) throws -> (lines: [ResultLine], errors: String) {
    let out = "\(folder.path)/\(norm)-\(epsilon)-\(methods)"
    let outcome = try Program.run(
      "certify", model, "--data", "digits", "--first", "120", "--eps", epsilon, "--norm", norm,
      "--methods", methods, "--out", out, "--no-preflight", "--no-proof")
    #expect(outcome.code == 0, "\(outcome.errors)")
    return (try ResultLog.lines(of: "\(out)/certificates.jsonl"), outcome.errors)
  }

  @Test(
    "What constants certify, other bounds or no attack contradict",
    arguments: [("2", "0.2"), ("1", "0.2"), ("inf", "0.03")])
  func agreement(_ norm: String, _ epsilon: String) throws {
    let (lines, _) = try certify(norm, epsilon, "lipschitz")
    let certified = lines.filter { $0.verdict == .certified }
    #expect(certified.count > 20)
    #expect(certified.allSatisfy { $0.method == "lipschitz" })
    // A point of the region far in the direction of each rival is no counterexample.
    let network = try Network(contentsOf: model)
    let digits = Datasets.digits(.test)
    let radius = try #require(Double(epsilon))
    var generator = SplitMix64(seed: 4)
    for line in certified.prefix(30) {
      let image = digits.image(line.example).map(Double.init)
      for _ in 0..<20 {
        var direction = image.map { _ in Double.random(in: -1...1, using: &generator) }
        let size: Double =
          switch norm {
          case "2": direction.reduce(0) { $0 + $1 * $1 }.squareRoot()
          case "1": direction.reduce(0) { $0 + abs($1) }
          default: direction.map(abs).max() ?? 1
          }
        direction = direction.map { $0 / size * radius * 0.999 }
        let moved = zip(image, direction).map { min(1, max(0, $0 + $1)) }
        let outputs = try network(moved)
        #expect(outputs.indices.max { outputs[$0] < outputs[$1] } == line.label)
      }
    }
  }

  @Test(
    "Certificates say by which norms, and are checked; norms a little too small are not believed")
  func certificates() throws {
    let out = "\(folder.path)/proved"
    let outcome = try Program.run(
      "certify", model, "--data", "digits", "--first", "60", "--eps", "0.2", "--norm", "2",
      "--methods",
      "lipschitz", "--out", out, "--no-preflight")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let records = "\(out)/certificates.jsonl"
    let certified = try ResultLog.lines(of: records).filter { $0.verdict == .certified }
    #expect(certified.allSatisfy { $0.proof?.missing == nil })
    let text = try String(contentsOfFile: records, encoding: .utf8)
    let lines = text.split(separator: "\n").filter { $0.contains("\"rule\": \"lipschitz\"") }
    #expect(lines.count > 5)
    let checked = try Program.run("check", records, "--model", model)
    #expect(checked.code == 0 && checked.output.contains("rejected 0"), "\(checked.output)")
    // A hundredth off one norm of each.
    let pattern = try Regex("\"norm\": ([0-9.]+)\\}", as: (Substring, Substring).self)
    let changed = lines.map { line in
      String(line).replacing(pattern, maxReplacements: 1) { match in
        "\"norm\": \((Double(match.1) ?? 0) * 0.99)}"
      }
    }
    let file = try folder.file("changed.jsonl", changed.joined(separator: "\n"))
    let refused = try Program.run("check", file, "--model", model)
    #expect(refused.code == 1 && refused.output.contains("accepted 0"), "\(refused.output)")
  }

  @Test(
    "Constants joined to linear bounds certify what either does, and no attack contradicts",
    arguments: [("2", "0.4"), ("inf", "0.06")])
  func joined(_ norm: String, _ epsilon: String) throws {
    func certified(_ methods: String) throws -> Set<Int> {
      let lines = try certify(norm, epsilon, methods).lines
      return Set(lines.filter { $0.verdict == .certified }.map(\.example))
    }
    let constants = try certified("lipschitz")
    let joined = try certified("lipschitz-crown")
    #expect(!constants.isEmpty && joined.isSuperset(of: constants))
    // The attack of this run comes before it, and what it changed is not certified.
    let both = try certify(norm, epsilon, "ibp,crown,lipschitz-crown").lines
    let violated = Set(both.filter { $0.verdict == .violated }.map(\.example))
    #expect(!violated.isEmpty && violated.isDisjoint(with: joined))
    #expect(joined.subtracting(both.filter { $0.verdict == .certified }.map(\.example)).isEmpty)
  }

  @Test(
    "Certificates of what is joined are checked, and there are none where the checker's bounds do not suffice"
  )
  func joinedCertificates() throws {
    let out = "\(folder.path)/joined"
    let outcome = try Program.run(
      "certify", model, "--data", "digits", "--first", "40", "--eps", "0.3", "--norm", "2",
      "--methods", "lipschitz-crown", "--out", out, "--no-preflight")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let records = "\(out)/certificates.jsonl"
    let certified = try ResultLog.lines(of: records).filter { $0.verdict == .certified }
    #expect(certified.contains { $0.method == "lipschitz-crown" && $0.proof?.missing == nil })
    let checked = try Program.run("check", records, "--model", model)
    #expect(checked.output.contains("rejected 0"), "\(checked.output)")
  }

  @Test("It comes first, and a network without a constant is refused by name")
  func refusals() throws {
    let late = try Program.run(
      "certify", model, "--data", "digits", "--eps", "0.1", "--methods", "ibp,lipschitz", "--out",
      "\(folder.path)/late")
    #expect(late.code == 2 && late.errors.contains("lipschitz comes after ibp"))
    let early = try Program.run(
      "certify", model, "--data", "digits", "--eps", "0.1", "--methods", "lipschitz-crown,crown",
      "--out", "\(folder.path)/early")
    #expect(early.code == 2 && early.errors.contains("crown comes after lipschitz-crown"))
    var network = Network(input: [1, 64])
    try network.add(Exponential(), [0])
    let weight = network.addParameter("w", Tensor(repeating: 0.1, [64, 10]))
    try network.add(Linear(weight: weight), [1])
    let other = "\(folder.path)/exp.onnx"
    try network.write(toONNX: other)
    let refused = try Program.run(
      "certify", other, "--data", "digits", "--eps", "0.1", "--methods", "lipschitz", "--out",
      "\(folder.path)/refused")
    #expect(refused.code == 2 && refused.errors.contains("Exp"), "\(refused.errors)")
  }
}
