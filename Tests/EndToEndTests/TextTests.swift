import Foundation
import Surety
import TestSupport
import Testing

@Suite("Transformers of text from the command line")
struct TextTests {
  let folder: TemporaryFolder
  let recipe: String
  let text: String

  init() throws {
    folder = try TemporaryFolder()
    text = try folder.file("text.txt", String(repeating: "abcdefgh ", count: 400))
    recipe = try folder.file(
      "recipe.yaml",
      """
      task: text
      epochs: 5
      batch: 4
      data: {file: \(text)}
      network: {tokens: 12, width: 16, blocks: 1, heads: 2, expansion: 2, final-scale: 16}
      optimizer: {kind: muon, learning-rate: 0.2}
      constraint: {kind: soft-cap, limit: 1.5}
      """)
  }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  @Test(
    "A run leaves a model that goes on with a text, is bounded and certified, and is never contradicted"
  )
  func run() throws {
    let trained = try Program.run("train", recipe, "--out", path("a"), "--json")
    #expect(trained.code == 0, "\(trained.errors)")
    #expect(try trained.object()["status"] as? String == "finished")
    let history = try TrainingHistory(folder: path("a"))
    let last = try #require(history.epochs.last?.text)
    #expect(history.epochs.count == 5 && last.accuracy > 0.5)
    let page = try String(contentsOfFile: path("a/report.html"), encoding: .utf8)
    #expect(page.contains("How far outputs can move") && page.contains("<svg"))

    let likeliest = [
      "sample", path("a"), "--prompt", "abc", "--count", "6", "--temperature", "0",
    ]
    let sampled = try Program.run(likeliest)
    #expect(sampled.code == 0 && sampled.output == "abcdefgh \n", "\(sampled.output)")
    #expect(try Program.run(likeliest).output == sampled.output)
    #expect(try Program.run("sample", path("a"), "--prompt", "xyz").code == 2)

    let bound = try Program.run("lipschitz", path("a/model.onnx"), "--json")
    #expect(bound.code == 0, "\(bound.errors)")
    let numbers = try bound.object()
    let proved = try #require(numbers["bound"] as? Double)
    #expect(abs(proved / (last.bound ?? 0) - 1) < 1e-5)
    #expect(try #require(numbers["found"] as? Double) <= proved)

    for epsilon in ["0.001", "0.05", "0.5"] {
      let certified = try Program.run(
        "certify-text", path("a"), "--text", text, "--eps", epsilon, "--windows", "3", "--json")
      #expect(certified.code == 0, "\(certified.errors)")
      let result = try certified.object()
      #expect(result["contradicted"] as? Int == 0)
      #expect(result["attacked"] as? Int ?? 0 > 0)
      if epsilon == "0.001" { #expect(result["certified"] as? Int ?? 0 > 0) }
      if epsilon == "0.5" { #expect(result["changed"] as? Int ?? 0 > 0) }
    }
  }

  @Test("Places have certificates, which the checker accepts about this model and no other")
  func certificates() throws {
    #expect(try Program.run("train", recipe, "--out", path("a")).code == 0)
    #expect(try Program.run("train", recipe, "--epochs", "1", "--out", path("b")).code == 0)
    let lines = path("certificates.jsonl")
    for options in [["--eps", "0.002"], ["--eps", "1/4", "--substitute"]] {
      let certified = try Program.run(
        ["certify-text", path("a"), "--text", text, "--windows", "2", "--json"] + options
          + ["--certificate", lines])
      #expect(certified.code == 0, "\(certified.errors)")
      let result = try certified.object()
      let count = try #require(result["certificates"] as? Int)
      // What the checker proves goes beyond the bound of all texts.
      #expect(count > 0 && count >= result["certified"] as? Int ?? 0)
      #expect(result["contradicted"] as? Int == 0)
      // What is certified does not depend on whether certificates are written.
      let alone = try Program.run(
        ["certify-text", path("a"), "--text", text, "--windows", "2", "--json"] + options)
      #expect(try alone.object()["certified"] as? Int == result["certified"] as? Int)
      #expect(count == result["certified"] as? Int)
      #expect((result["tried"] != nil) == options.contains("--substitute"))
      let checked = try Program.run("check", lines, "--model", path("a/model.onnx"))
      #expect(checked.code == 0 && checked.output == "accepted \(count) rejected 0\n")
      let other = try Program.run("check", lines, "--model", path("b/model.onnx"))
      #expect(other.code == 1 && other.output.hasSuffix("accepted 0 rejected \(count)\n"))
    }
  }

  @Test("No text with one other token changes what is certified, whatever the distance")
  func substitutions() throws {
    #expect(try Program.run("train", recipe, "--out", path("a")).code == 0)
    for epsilon in ["0", "0.3", "3"] {
      let certified = try Program.run(
        "certify-text", path("a"), "--text", text, "--eps", epsilon, "--substitute", "--windows",
        "3", "--attack", "1000", "--json")
      #expect(certified.code == 0, "\(certified.errors)")
      let result = try certified.object()
      #expect(result["change"] as? String == "token" && result["contradicted"] as? Int == 0)
      // Within no distance there is no other token; within 3 there are all.
      if epsilon == "0" { #expect(result["certified"] as? Int == result["places"] as? Int) }
      if epsilon == "3" { #expect(result["changed"] as? Int ?? 0 > 0) }
    }
  }

  @Test("What was stopped goes on to the same model")
  func resumed() throws {
    #expect(try Program.run("train", recipe, "--out", path("whole")).code == 0)
    try stop(after: 40)
    #expect(try Program.run("train", recipe, "--out", path("parts"), "--resume").code == 0)
    #expect(
      try sha256(ofFile: path("whole/model.onnx")) == sha256(ofFile: path("parts/model.onnx")))
    #expect(try TrainingHistory(folder: path("parts")).epochs.map(\.epoch) == [1, 2, 3, 4, 5])
  }

  /// Trains some batches and stops as Ctrl-C does; the session lets go of its folder.
  private func stop(after batches: Int) throws {
    let session = try TextSession(
      TextRecipe.named(recipe), folder: path("parts"), resumes: false)
    var done = 0
    let status = try session.train(isStopped: { done == batches }) { _ in done += 1 }
    #expect(status == .stopped)
  }

  @Test("A tokenizer of another run is refused, and nothing beyond the embedding is read")
  func otherTokenizers() throws {
    #expect(try Program.run("train", recipe, "--epochs", "1", "--out", path("a")).code == 0)
    let letters = "abcdefghijklmnop ".map { "\"\($0)\"" }.joined(separator: ",")
    try folder.file("a/tokenizer.json", "{\"kind\":\"characters\",\"characters\":[\(letters)]}")
    for command in [
      ["certify-text", path("a"), "--text", text, "--eps", "0.1"], ["sample", path("a")],
    ] {
      let outcome = try Program.run(command)
      #expect(outcome.code == 2 && outcome.errors.contains("tokenizer.json"), "\(outcome.errors)")
    }
  }

  @Test(
    "The part of the text that the recipe keeps is what is certified, and any attack can be asked for"
  )
  func keptPart() throws {
    #expect(
      try Program.run(
        "train", recipe, "--epochs", "1", "--set", "data.validation=0.3", "--out", path("a")
      ).code == 0)
    let all = try Program.run(
      "certify-text", path("a"), "--text", text, "--eps", "0.01", "--windows", "100000",
      "--attack", "\(Int.max)", "--json", "--quiet")
    #expect(all.code == 0, "\(all.errors)")
    // 3600 tokens, of which 1080 are kept: 89 windows of 12 with one that follows.
    #expect(try all.object()["windows"] as? Int == 89)
    let other = try folder.file("other.txt", String(repeating: "abcdefgh ", count: 20))
    let whole = try Program.run(
      "certify-text", path("a"), "--text", other, "--eps", "0.01", "--attack", "0", "--windows",
      "99", "--json")
    #expect(try whole.object()["windows"] as? Int == 14)
    #expect(
      try Program.run(
        "train", recipe, "--out", path("b"), "--set", "network.width=90000", "--set",
        "network.heads=1"
      ).code == 2)
  }

  @Test("Other models and options are refused in one line")
  func refusals() throws {
    #expect(try Program.run("train", recipe, "--out", path("b"), "--certify", "3").code == 2)
    #expect(
      try Program.run("train", recipe, "--out", path("b"), "--data", path("none.txt")).code == 2)
    #expect(try Program.run("sample", path("none")).code == 2)
    let none = try Program.run("certify-text", path("none"), "--text", text, "--eps", "0.1")
    #expect(none.code == 2 && none.errors.split(separator: "\n").count == 1)
  }
}
