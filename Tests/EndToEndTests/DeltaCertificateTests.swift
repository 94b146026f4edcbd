import Foundation
import TestSupport
import Testing

@Suite("Certificates of networks with delta blocks")
struct DeltaCertificateTests {
  @Test("Every certified image has a certificate that is accepted, and none for another model")
  func whole() throws {
    let folder = try TemporaryFolder()
    func path(_ name: String) -> String { "\(folder.path)/\(name)" }
    func train(_ name: String, seed: Int) throws {
      let recipe = try folder.file(
        "\(name).yaml",
        """
        method: clean
        seed: \(seed)
        epochs: 12
        data: {name: digits}
        network: {architecture: staged, stages: [convolution-4x1/2, delta-8x1/2], linear: 16}
        epsilon: {test: 0.001}
        """)
      let outcome = try Program.run("train", recipe, "--out", path(name), "--certify", "0")
      #expect(outcome.code == 0, "\(outcome.errors)")
    }
    try train("a", seed: 1)
    let outcome = try Program.run(
      "certify", path("a/model.onnx"), "--data", "digits", "--first", "12", "--eps", "0.0001",
      "--methods", "ibp,crown-ibp,crown", "--out", path("run"))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let lines = try String(contentsOfFile: path("run/certificates.jsonl"), encoding: .utf8)
      .split(separator: "\n").map(String.init)
    let certified = lines.filter {
      $0.replacing(" ", with: "").contains("\"verdict\":\"certified\"")
    }
    #expect(certified.count >= 2)
    let accepted = try Program.run(
      "check", path("run/certificates.jsonl"), "--model", path("a/model.onnx"))
    #expect(accepted.code == 0, "\(accepted.errors)")
    #expect(
      accepted.output.contains("accepted \(certified.count) rejected 0"), "\(accepted.output)")
    try train("b", seed: 2)
    let other = try Program.run(
      "check", path("run/certificates.jsonl"), "--model", path("b/model.onnx"))
    #expect(other.code == 1)
    #expect(other.output.contains("accepted 0 rejected \(certified.count)"), "\(other.output)")
  }
}
