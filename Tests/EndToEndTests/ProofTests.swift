import Foundation
import Surety
import TestSupport
import Testing

@Suite("What certificates are about, why there is none, and what they cost", .serialized)
struct ProofTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A network of two inputs, and the property that its first output is below a bound over the square from 0 to 1.
  private func question(
    _ name: String, below bound: String, _ build: (inout Network) throws -> Void
  ) throws -> [String] {
    var network = Network(input: [1, 2])
    try build(&network)
    let model = "\(folder.path)/\(name).onnx"
    try network.write(toONNX: model)
    let outputs = (0..<network.outputShape.count).map { "(declare-const Y_\($0) Real)" }
    let property = try folder.file(
      "\(name).vnnlib",
      """
      (declare-const X_0 Real) (declare-const X_1 Real) \(outputs.joined(separator: " "))
      (assert (>= X_0 0)) (assert (<= X_0 1)) (assert (>= X_1 0)) (assert (<= X_1 1))
      (assert (>= Y_0 \(bound)))
      """)
    return [model, property]
  }

  /// The mean of two inputs, which is at most 1.
  private func mean(below bound: String) throws -> [String] {
    try question("mean", below: bound) { network in
      let weight = network.addParameter("weight", Tensor([2, 1], [0.5, 0.5]))
      try network.add(Linear(weight: weight), [0])
    }
  }

  private func verify(_ question: [String], _ more: String...) throws -> Program.Outcome {
    try Program.run(
      ["verify"] + question + ["--certificate", "\(folder.path)/certificate.jsonl"] + more)
  }

  private var certificate: String {
    get throws { try String(contentsOfFile: "\(folder.path)/certificate.jsonl", encoding: .utf8) }
  }

  @Test(
    "A certificate is about both arithmetics where the margin allows, and about what was asked for")
  func meanings() throws {
    let wide = try mean(below: "1.5")
    #expect(try verify(wide, "--json").object()["meaning"] as? [String] == ["real", "binary32"])
    for (option, meaning) in [
      ("real", ["real"]), ("binary32", ["real", "binary32"]), ("both", ["real", "binary32"]),
    ] {
      let object = try verify(wide, "--json", "--meaning", option).object()
      #expect(object["meaning"] as? [String] == meaning)
      let quoted = meaning.map { "\"\($0)\"" }.joined(separator: ",")
      #expect(try certificate.replacing(" ", with: "").contains("\"meaning\":[\(quoted)]"))
    }
    let said = try verify(wide)
    #expect(
      said.errors.contains(
        "certificate.jsonl: a certificate about real numbers and every float32 execution, accepted by the checker"
      ))
  }

  @Test(
    "What holds for exact numbers and not for every rounding has no certificate for float32, which is said"
  )
  func narrow() throws {
    let narrow = try mean(below: "1.000000001") + ["--precision", "double"]
    let object = try verify(narrow, "--json").object()
    #expect(object["verdict"] as? String == "unsat")
    #expect(object["meaning"] as? [String] == ["real"])
    #expect((object["proof_seconds"] as? Double).map { $0 >= 0 } == true)
    for option in ["binary32", "both"] {
      let result = try verify(narrow, "--meaning", option)
      #expect(result.code == 0 && result.firstLine == "unsat")
      #expect(
        result.errors.contains(
          "surety: no certificate (proved for real alone; the margin is too small for binary32);"),
        "\(result.errors)")
      #expect(try certificate.isEmpty)
    }
  }

  @Test("An operation that the checker does not know is named")
  func noRule() throws {
    let rounded = try question("rounded", below: "7") { network in
      try network.add(Floor(), [0])
    }
    let object = try verify(rounded, "--json").object()
    #expect(object["verdict"] as? String == "unsat")
    let reason = try #require(object["no_certificate"] as? String)
    #expect(reason.hasPrefix("no rule for Floor"), "\(reason)")
    #expect(object["meaning"] == nil)
  }

  @Test("Without --certificate none is written, and how to get one is said in a line")
  func notAskedFor() throws {
    let wide = try mean(below: "1.5")
    let result = try Program.run(["verify"] + wide)
    #expect(
      result.errors.hasSuffix(
        "surety: --certificate FILE would write a certificate of this, which surety-check can prove again\n"
      ))
    let object = try Program.run(["verify"] + wide + ["--json"]).object()
    #expect(["meaning", "no_certificate", "proof_seconds"].allSatisfy { object[$0] == nil })
    for arguments in [
      ["verify"] + wide + ["--meaning", "real"],
      [
        "certify", wide[0], "--data", "digits", "--eps", "1/10", "--out", "\(folder.path)/out",
        "--no-proof", "--meaning", "both",
      ],
    ] {
      let refused = try Program.run(arguments)
      #expect(refused.code == 2 && refused.errors.contains("--meaning: "), "\(refused)")
    }
  }

  @Test(
    "Lines and totals of certify say what certificates are about, what is missing and what they took"
  )
  func totals() throws {
    let model = try digitsModel(in: folder)
    let arguments = ["certify", model, "--data", "digits", "--first", "30", "--eps", "1/12"]
    for (name, options, meaning) in [
      ("real", ["--meaning", "real"], ["real"]),
      ("both", ["--meaning", "binary32"], ["real", "binary32"]), ("none", ["--no-proof"], []),
    ] {
      let out = "\(folder.path)/\(name)"
      let result = try Program.run(arguments + options + ["--out", out])
      #expect(result.code == 0, "\(result.errors)")
      let lines = try ResultLog.lines(of: "\(out)/certificates.jsonl")
      let decided = lines.filter { [.certified, .violated].contains($0.verdict) }
      #expect(!decided.isEmpty && lines.allSatisfy { ($0.proof != nil) == decided.contains($0) })
      for line in decided {
        let proof = try #require(line.proof)
        if line.isProved {
          #expect(proof.meaning == meaning && proof.missing == nil && proof.seconds != nil)
        } else {
          #expect(proof.meaning.isEmpty && proof.missing != nil)
        }
      }
      let history = try CertificationHistory(folder: out, version: "")
      let totals = try #require(history.summary.proofs)
      #expect(totals.missing.values.reduce(0, +) == decided.count { !$0.isProved })
      #expect(totals.meaning["real"] ?? 0 == decided.count(where: \.isProved))
      #expect(totals.meaning["binary32"] ?? 0 == (name == "both" ? totals.meaning["real"] : 0))
      #expect((totals.medianProofSeconds == nil) == (name == "none"))
      let page = try String(contentsOfFile: "\(out)/report.html", encoding: .utf8)
      switch name {
      case "none":
        #expect(totals.missing == ["not asked for": decided.count])
        #expect(result.output.contains("without certificate: \(decided.count) (not asked for)"))
        #expect(page.contains("none: not asked for"))
      case "real":
        #expect(result.output.contains("about real numbers alone"), "\(result.output)")
        #expect(page.contains("about real numbers alone"))
      default:
        #expect(result.output.contains("about real numbers and every float32 execution"))
        #expect(result.output.contains("s to find an answer, "))
        #expect(page.contains("about real numbers and every float32 execution"))
      }
    }
  }

  @Test("A proof has what finding the answer left of the limit, and a little in any case")
  func limits() throws {
    #expect(ProofLimits.seconds(within: 60, after: 10) == 50)
    #expect(ProofLimits.seconds(within: 60, after: 59) == 5)
    #expect(ProofLimits.seconds(within: 60, after: 200) == 5)
    #expect(ProofLimits.seconds(within: 2, after: 2) == 2)
    #expect(ProofLimits.seconds(within: nil, after: 7) == 24)

    let wide = try mean(below: "1.5")
    let network = try Network(contentsOf: wide[0])
    let property = try Property(contentsOf: wide[1])
    let found = try Verifier(network).verify(property)
    let prover = Prover(network, sha256: String(repeating: "0", count: 64))
    let late = try #require(prover.certificates(of: property, found, nil, .init(seconds: 0)))
    #expect(late.lines.isEmpty && late.record.missing == "no proof in time")
    let stopped = try #require(
      prover.certificates(of: property, found, nil, .init(seconds: 9, isCancelled: { true })))
    #expect(stopped.lines.isEmpty && stopped.record.missing == "interrupted")
    let proved = try #require(prover.certificates(of: property, found, nil, .init(seconds: 9)))
    #expect(proved.lines.count == 1 && proved.record.meaning == ["real", "binary32"])
  }
}
