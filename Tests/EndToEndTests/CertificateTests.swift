import Foundation
import Surety
import TestSupport
import Testing

@Suite("Certificates that the program writes are accepted, and changed ones are not", .serialized)
struct CertificateTests {
  /// Checks a file with `surety check`.
  private func check(_ file: String, _ model: String) throws -> Program.Outcome {
    try Program.run("check", file, "--model", model)
  }

  /// The objects of a file of lines.
  private func lines(_ path: String) throws -> [[String: Any]] {
    try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
      try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
  }

  private func own(_ line: [String: Any]) -> [String: Any]? {
    line["certificate"] as? [String: Any]
  }

  @Test("Every digit that is certified or violated has one, and another label does not pass")
  func digits() throws {
    let folder = try TemporaryFolder()
    let out = "\(folder.path)/demo"
    let run = try Program.run("demo", "--out", out, "--first", "60")
    #expect(run.code == 0)
    #expect(run.output.contains("certificates and rejected none"))
    let (file, model) = ("\(out)/certificates.jsonl", "\(out)/digits.onnx")
    let lines = try lines(file)
    let decided = lines.filter { ["certified", "violated"].contains($0["verdict"] as? String) }
    #expect(decided.count > 40)
    #expect(decided.allSatisfy { own($0) != nil })
    let checked = try check(file, model)
    #expect(checked.code == 0)
    #expect(checked.output.contains("accepted \(decided.count) rejected 0"))
    // Which proofs suffice: the cheapest of all for most.
    let rules = Set(
      decided.compactMap { (own($0)?["proof"] as? [String: Any])?["rule"] as? String })
    #expect(rules.isSuperset(of: ["interval", "counterexample"]))

    let changed = try folder.file(
      "changed.jsonl",
      try decided.filter { $0["verdict"] as? String == "certified" }.prefix(5).map { line in
        var certificate = try #require(own(line))
        var claim = try #require(certificate["claim"] as? [String: Any])
        var property = try #require(claim["property"] as? [String: Any])
        property["label"] = ((property["label"] as? Int ?? 0) + 1) % 10
        claim["property"] = property
        certificate["claim"] = claim
        return String(
          decoding: try JSONSerialization.data(withJSONObject: certificate), as: UTF8.self)
      }.joined(separator: "\n") + "\n")
    let rejected = try check(changed, model)
    #expect(rejected.code == 1)
    #expect(rejected.output.contains("accepted 0 rejected 5"))
  }

  @Test("A property that needs a search gets a tree over inputs")
  func tree() throws {
    // |x - y| + |x + y| is at most 2 over the square, which lines over the whole of it do not show.
    let folder = try TemporaryFolder()
    var network = Network(input: [1, 2])
    let first = network.addParameter("first", Tensor([2, 4], [1, -1, 1, -1, -1, 1, 1, -1]))
    let second = network.addParameter("second", Tensor([4, 1], [1, 1, 1, 1]))
    var node = try network.add(Linear(weight: first), [0])
    node = try network.add(ReLU(), [node])
    try network.add(Linear(weight: second), [node])
    let model = "\(folder.path)/model.onnx"
    try network.write(toONNX: model)
    func property(_ bound: String) throws -> String {
      try folder.file(
        "property-\(bound).vnnlib",
        """
        (declare-const X_0 Real) (declare-const X_1 Real) (declare-const Y_0 Real)
        (assert (>= X_0 -1)) (assert (<= X_0 1)) (assert (>= X_1 -1)) (assert (<= X_1 1))
        (assert (>= Y_0 \(bound)))
        """)
    }
    let file = "\(folder.path)/certificate.jsonl"
    let holds = try Program.run(
      "verify", model, property("2.1"), "--certificate", file, "--quiet")
    #expect(holds.firstLine == "unsat")
    #expect(try check(file, model).output.contains("accepted 1 rejected 0"))
    let proof = try #require(certificateOf(file)["proof"] as? [String: Any])
    #expect(["tree", "each"].contains(proof["rule"] as? String))

    let violated = try Program.run(
      "verify", model, property("1.9"), "--certificate", file, "--quiet")
    #expect(violated.firstLine == "sat")
    #expect(try check(file, model).output.contains("accepted 1 rejected 0"))

    // The claim with a smaller bound is false, whatever tree stands under it.
    _ = try Program.run("verify", model, property("2.1"), "--certificate", file, "--quiet")
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let lowered = try folder.file("lowered.jsonl", text.replacing("-21/10", with: "-19/10"))
    #expect(text != (try String(contentsOfFile: lowered, encoding: .utf8)))
    let rejected = try check(lowered, model)
    #expect(rejected.code == 1)
    #expect(rejected.output.contains("accepted 0 rejected 1"))
  }

  private func certificateOf(_ file: String) throws -> [String: Any] {
    try #require(try lines(file).first)
  }

  @Test("Without proofs there are none, and a bad file of certificates is named")
  func without() throws {
    let folder = try TemporaryFolder()
    let question = try DigitsQuestion(in: folder, example: 3, epsilon: 0.02)
    let out = "\(folder.path)/out"
    let run = try Program.run(
      "certify", question.model, "--data", "digits", "--first", "3", "--eps", "1/32", "--out", out,
      "--no-proof", "--quiet")
    #expect(run.code == 0)
    #expect(try lines("\(out)/certificates.jsonl").allSatisfy { own($0) == nil })
    let checked = try check("\(out)/certificates.jsonl", question.model)
    #expect(checked.output.contains("accepted 0 rejected 0 (3 lines carry no certificate)"))
    #expect(try check("\(folder.path)/missing.jsonl", question.model).code == 2)
  }
}
