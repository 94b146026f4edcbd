import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety search")
struct SearchTests {
  @Test("A search leaves its record, a page, the models of the frontier, and a recipe to train")
  func whole() throws {
    let tiny = try TinySearch()
    let outcome = try tiny.search("a")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try tiny.record("a")
    #expect(record.ended != nil && record.reason == nil && record.trained == 8)
    #expect(record.command?.dropFirst().first == "search")
    #expect(record.epsilon == 1.0 / 32 && record.methods == ["ibp"])
    // The images that judge are the last ones of the training data, and are not trained on.
    #expect(record.training.count == 360 && record.validation.count == 40)
    let all = try Datasets.load("digits", split: .train).first(400)
    #expect(record.validation.digest == all.part(360..<400).digest)
    #expect(record.training.digest == all.part(0..<360).digest)
    #expect(record.references.map(\.name) == ["cnn-3:2"])
    #expect(Set(record.networks.map(\.choices)).count == 8)
    for network in record.references + record.networks {
      #expect(network.status == .trained && network.epochs == 1)
      let (times, judged) = (try #require(network.times), try #require(network.judged))
      #expect(times.latency > 0 && times.certification ?? 0 > 0 && network.seconds ?? 0 > 0)
      #expect(judged.count == 40 && judged.certifiedAccuracy <= judged.cleanAccuracy)
    }
    let frontier = record.frontier
    #expect(!frontier.isEmpty)
    for (a, b) in zip(frontier, frontier.dropFirst()) {
      #expect(a.times?.latency ?? 0 < b.times?.latency ?? 0)
      #expect(a.judged?.certifiedAccuracy ?? 0 < b.judged?.certifiedAccuracy ?? 0)
    }
    let best = try #require(record.best)
    let kept = Set((frontier + [best]).map(\.number))
    for network in record.networks {
      let path = tiny.path("a/candidate-\(network.number).onnx")
      #expect(FileManager.default.fileExists(atPath: path) == kept.contains(network.number))
      if kept.contains(network.number) { #expect(try sha256(ofFile: path) == network.modelDigest) }
    }
    #expect(try sha256(ofFile: tiny.path("a/best.onnx")) == best.modelDigest)
    // The best network's recipe is one like any other.
    let recipe = try Recipe(contentsOf: tiny.path("a/best.yaml"))
    #expect(
      try (recipe.architecture() as? StagedNetwork)?.stages.map(\.description)
        == best.name.split(separator: " ").map(String.init).filter { !$0.hasPrefix("linear") })
    let trained = try Program.run(
      "train", tiny.path("a/best.yaml"), "--out", tiny.path("full"), "--test", "20")
    #expect(trained.code == 0 || trained.code == 2, "\(trained.errors)")
    let lines = outcome.output.split(separator: "\n").map(String.init)
    #expect(
      lines[0]
        == "40 validation images of digits train, the last 40 at radius 0.03125, by ibp")
    #expect(lines[1].hasPrefix("network") && lines[1].hasSuffix("weights"))
    #expect(lines.contains("8 networks trained, 0 rejected before"))
    #expect(lines.last == "The report: \(tiny.path("a"))/report.html")
    let page = try String(contentsOfFile: tiny.path("a/report.html"), encoding: .utf8)
    #expect(page.contains(best.name) && page.contains("cnn-3:2"))
    try FileManager.default.removeItem(atPath: tiny.path("a/report.html"))
    #expect(try Program.run("report", tiny.path("a")).code == 0)
    #expect(try String(contentsOfFile: tiny.path("a/report.html"), encoding: .utf8) == page)
  }

  @Test("The judgement of a network is that of surety certify, and its recipe trains it again")
  func judgement() throws {
    let tiny = try TinySearch(epochs: 12)
    let search = try ArchitectureSearch(
      tiny.request(candidates: 3), folder: tiny.path("a"), resumes: false)
    #expect(try search.run())
    let best = try #require(search.record.best)
    let images = try Datasets.load("digits", split: .train).first(400).part(360..<400)
    var options = CertifierOptions(epsilon: 1.0 / 32)
    (options.methods, options.attackSteps) = ([.ibp], 0)
    let certifier = try Certifier(
      Network(contentsOf: tiny.path("a/best.onnx")), modelDigest: "", images: images,
      options: options)
    var certified = 0
    try certifier.certify(Array(0..<40)) { (line) throws(InputError) in
      certified += line.verdict == .certified ? 1 : 0
    }
    #expect(best.judged?.certifiedAccuracy == Double(certified) / 40)
    #expect(certified > 0)
  }

  @Test("A setting that the search chooses itself is refused by name")
  func chosen() throws {
    for (key, option) in [("network.width", "--widths"), ("network.stages", "--kinds")] {
      let result = try Program.run(
        "search", "digits", "--latency", "1", "--set", "\(key)=4", "--out", "/nowhere/search")
      #expect(result.code == 2)
      #expect(
        result.errors.contains("\(key) is chosen by the search; expected \(option) instead"),
        "\(result.errors)")
    }
  }

  @Test("What exceeds a budget is rejected before it is trained, and hand-made networks are not")
  func budgets() throws {
    let tiny = try TinySearch()
    let none = try tiny.search("a", "--latency", "1e-9", "--candidates", "2")
    #expect(none.code == 1)
    #expect(none.errors.hasSuffix("surety: no network of the search came to a result\n"))
    let record = try tiny.record("a")
    #expect(record.trained == 0 && record.best == nil && record.frontier.isEmpty)
    // Two kinds, widths and numbers of blocks in two stages, and two linear layers: each is measured once.
    #expect(record.networks.count == 128 && record.reason == "every network of the space was tried")
    for network in record.networks {
      #expect(network.status == .rejected && network.judged == nil && network.seconds == nil)
      #expect(network.times?.certification == nil)
      #expect(
        network.reason?.hasPrefix("answers an image in ") == true
          && network.reason?.hasSuffix(" ms, of 1e-06 that it may take") == true)
    }
    #expect(record.references.first?.judged != nil)
    let slow = try tiny.search("b", "--certification-time", "1e-9", "--candidates", "1", "--json")
    #expect(slow.code == 1)
    #expect(
      try tiny.record("b").networks.allSatisfy {
        $0.reason?.hasPrefix("bounds an image in ") == true && $0.times?.certification ?? 0 > 1e-9
      })
    let wide = try tiny.search(
      "c", "--latency", "10", "--certification-time", "10", "--candidates", "2")
    #expect(wide.code == 0, "\(wide.errors)")
    #expect(try tiny.record("c").networks.allSatisfy { $0.status == .trained })
  }

  @Test(
    "Networks that cannot be built or trained are rejected with the reason, and the search goes on")
  func unbuildable() throws {
    let tiny = try TinySearch()
    // Linear bounds of attention carry no gradient.
    let outcome = try tiny.search(
      "a", "--kinds", "convolution,attention", "--set", "method=crown-ibp", "--set",
      "epsilon.ramp=linear", "--set", "epsilon.length=0", "--candidates", "3")
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try tiny.record("a")
    #expect(record.trained == 3)
    for network in record.networks where network.status == .rejected {
      #expect(
        network.name.contains("attention") && network.reason?.contains("cannot be trained") == true,
        "\(network)")
    }
    #expect(record.networks.allSatisfy { $0.status == .rejected || !$0.name.contains("attention") })
  }

  @Test("With --time each network has the epochs that fit")
  func time() throws {
    let tiny = try TinySearch()
    let outcome = try tiny.search("a", "--time", "0.5", "--candidates", "2", "--json")
    #expect(outcome.code == 0, "\(outcome.errors)")
    #expect(try outcome.object()["requested"] as? Int == 2)
    let record = try tiny.record("a")
    #expect(record.settings.time == 0.5)
    for network in record.networks {
      #expect(network.epochs ?? 0 >= 1 && network.seconds ?? 9 < 2)
    }
  }

  @Test(
    "What cannot be searched is one line and exit code 2, and nothing is written",
    arguments: [
      (["digitz"], "recipe \"digitz\": unknown; did you mean digits?"),
      (["shakespeare"], "recipe \"shakespeare\": is for text; expected one for images"),
      (["digits", "--latency", "0"], "--latency: 0.0 is not a time, expected seconds above 0"),
      (
        ["digits", "--certification-time", "nan"],
        "--certification-time: nan is not a time, expected seconds above 0"
      ),
      (
        ["digits", "--tournament", "11"], "--tournament: 11 is out of range; expected 1 to 10"
      ),
      (["digits", "--candidates", "0"], "--candidates: 0 is out of range; expected 1 to 1000000"),
      (["digits", "--stages", "0"], "--stages: 0 is not a number of stages, expected 1 to 20"),
      (
        ["digits", "--kinds", "delta,atention"],
        "--kinds: 'atention' is none, expected some of convolution, attention, delta, decay; did you mean attention?"
      ),
      (["digits", "--widths", "8,8"], "--widths: 8 is there twice"),
      (
        ["digits", "--widths", "8,x"],
        "--widths: 'x' is not a number, expected a list such as 1,2,3"
      ),
      (
        ["digits", "--strides", "0"],
        "--strides: 0 is out of range; expected numbers from 1 to 10000"
      ),
      (
        ["digits", "--validation", "1500"],
        "--validation: 1500 of 1500 training images leave none to train on; expected fewer"
      ),
      (
        ["digits", "--time", "5", "--epochs", "2"],
        "--time: decides the number of epochs; expected it or --epochs, not both"
      ),
      (
        ["digits", "--against", "cnn-3:x"],
        "--against: 'cnn-3:x' is no network, expected NAME, NAME:WIDTH or NAME:WIDTH:LINEAR"
      ),
      (
        ["digits", "--against", "cnn-33"],
        "--against: 'cnn-33': architecture \"cnn-33\" unknown; known are"
      ),
      (["digits", "--against", "cnn-3,cnn-3"], "--against: cnn-3 is there twice"),
      (
        ["digits", "--methods", "ibq"], "evaluation.methods: \"ibq\" is not one of"
      ),
      (
        ["digits", "--set", "evaluation.certify=0"],
        "digits: evaluation.certify is 0, so that nothing would be certified; expected 1 or more"
      ),
      (
        ["digits", "--set", "network.file=a.onnx"],
        "is read from a file, which decides it"
      ),
    ])
  func errors(arguments: [String], message: String) throws {
    let folder = try TemporaryFolder()
    let outcome = try Program.run(["search"] + arguments + ["--out", "\(folder.path)/x"])
    #expect(outcome.code == 2)
    #expect(outcome.errors.split(separator: "\n").count == 1, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(folder.names == [])
  }
}
