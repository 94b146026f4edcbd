import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety federate")
struct FederateTests {
  static let network =
    "architecture: mlp, hidden: [16], normalization: full, statistics: running"

  /// The words of a command: three domains of few images.
  static func arguments(_ tiny: TinyTraining) -> (_ out: String, _ more: [String]) -> [String] {
    { out, more in
      [
        "federate", tiny.recipe, "--domains", "digits,digits+inverted,digits+rotated", "--out",
        tiny.path(out), "--set", "data.first=128",
      ] + more
    }
  }

  @Test("A short training leaves a model, its record and a table of domains")
  func run() throws {
    let tiny = try TinyTraining(
      epochs: 6, network: Self.network, more: "evaluation: {first: 64, certify: 16}")
    let outcome = try Program.run(Self.arguments(tiny)("a", ["--local-epochs", "2", "--json"]))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try FederationRecord(contentsOf: "\(tiny.path("a"))/federation.json")
    #expect(record.status == .finished && record.rounds == 3 && record.history.count == 3)
    #expect(try outcome.object()["aggregation"] as? String == "fedavg")
    #expect(record.domains.map(\.name) == ["digits", "digits+inverted", "digits+rotated"])
    for domain in record.domains {
      #expect(domain.examples == 128 && domain.lastRound == 3 && domain.model == "model.onnx")
      #expect(domain.judged?.count == 64 && domain.certification?.count == 16)
    }
    #expect(
      record.domains[0].modelDigest == (try sha256(ofFile: "\(tiny.path("a"))/model.onnx")))
    // The domain that needs no change is judged as surety certify does.
    let certified = try Program.run(
      "certify", "\(tiny.path("a"))/model.onnx", "--data", "digits", "--first", "16", "--eps",
      "1/16", "--methods", "ibp,crown-ibp,crown", "--no-proof", "--out", tiny.path("certified"),
      "--json")
    #expect(
      try certified.object()["certified_accuracy"] as? Double
        == record.domains[0].certification?.radii.last?.certifiedAccuracy)
    let again = try Program.run(Self.arguments(tiny)("a", []))
    #expect(again.code == 2 && again.errors.contains("holds a training already"))
    let done = try Program.run(Self.arguments(tiny)("a", ["--local-epochs", "2", "--resume"]))
    #expect(done.code == 0 && done.errors.contains("is finished; nothing was changed"))
    let table = try Program.run(Self.arguments(tiny)("a", ["--restart", "--certify", "0"]))
    #expect(table.code == 0)
    #expect(table.firstLine == "fedavg, 6 rounds of 1 epoch of 3 clients; radius 0.0625")
    #expect(table.output.contains("digits+inverted"))
  }

  @Test("FedBN writes a model for each client, with normalisations of its own")
  func ownModels() throws {
    let tiny = try TinyTraining(epochs: 4, network: Self.network)
    let outcome = try Program.run(Self.arguments(tiny)("b", ["--aggregation", "fedbn"]))
    #expect(outcome.code == 0, "\(outcome.errors)")
    let record = try FederationRecord(contentsOf: "\(tiny.path("b"))/federation.json")
    #expect(record.domains.map(\.model) == ["model-1.onnx", "model-2.onnx", "model-3.onnx"])
    #expect(Set(record.domains.map(\.modelDigest)).count == 3)
  }

  @Test(
    "A training that was stopped after some rounds goes on to the same networks",
    arguments: ["fedavg", "fedbn"])
  func resumes(rule: String) throws {
    let tiny = try TinyTraining(epochs: 6, network: Self.network)
    #expect(try Program.run(Self.arguments(tiny)("whole", ["--aggregation", rule])).code == 0)
    let request = try FederatedRequest(
      Recipe.named(tiny.recipe, settings: ["data.first=128"]),
      ["digits", "digits+inverted", "digits+rotated"].map { try Domain($0) },
      #require(AggregationRule(rawValue: rule)), epochsPerRound: 1)
    let rounds = Counter()
    do {
      let session = try FederatedSession(request, folder: tiny.path("stopped"))
      session.isCancelled = { rounds.value >= 3 }
      #expect(try session.run { rounds.value = $0.history.count } == .stopped)
    }
    let other = try Program.run(
      Self.arguments(tiny)("stopped", ["--aggregation", rule, "--resume", "--seed", "5"]))
    #expect(other.code == 2 && other.errors.contains("seed is 0 there and 5 here"))
    let rest = try Program.run(
      Self.arguments(tiny)("stopped", ["--aggregation", rule, "--resume"]))
    #expect(rest.code == 0, "\(rest.errors)")
    let records = try ["whole", "stopped"].map {
      try FederationRecord(contentsOf: "\(tiny.path($0))/federation.json")
    }
    #expect(records[0].history.map(\.clients) == records[1].history.map(\.clients))
    #expect(records[0].domains == records[1].domains)
  }

  @Test("FedWon trains batches of one image")
  func batchesOfOne() throws {
    let tiny = try TinyTraining(
      epochs: 2,
      network:
        "architecture: cnn-3, width: 2, normalization: none, weights: scaled-weight-standardization",
      more: "optimizer: {kind: sgd, adaptive-clipping: 0.02}\nevaluation: {first: 32, certify: 0}")
    let outcome = try Program.run(
      Self.arguments(tiny)(
        "c", ["--aggregation", "fedwon", "--set", "batch=1", "--set", "data.first=16"]))
    #expect(outcome.code == 0, "\(outcome.errors)")
  }

  /// A number that closures share.
  private final class Counter: @unchecked Sendable {
    var value = 0
  }

  @Test("What cannot be trained is refused in one line")
  func refusals() throws {
    let tiny = try TinyTraining(epochs: 4, network: Self.network)
    let cases: [([String], String)] = [
      (
        ["--domains", "digits"],
        "--domains: names 1 of them; expected two clients or more, separated by commas"
      ),
      (
        ["--domains", "digits,digits+size=9"],
        "domain \"digits+size=9\": has images of shape [1, 9, 9], and digits of [1, 8, 8]; expected one shape, such as +size=8"
      ),
      (
        ["--domains", "digits,digits+mirrored"],
        "domain \"digits+mirrored\": 'mirrored' is no change of images; known are size=N, inverted, rotated, part=K/N"
      ),
      (
        ["--local-epochs", "3"],
        "--local-epochs: 4 epochs are no whole number of rounds of 3; expected a divisor, or --rounds"
      ),
      (
        ["--aggregation", "fedwon"],
        "recipe: network.normalization: is for fedavg and fedbn; expected none with fedwon"
      ),
      (["--patience", "0"], "--patience: 0.0 is not a time, expected 1 second or more"),
    ]
    for (words, expected) in cases {
      let outcome = try Program.run(Self.arguments(tiny)("d", words))
      #expect(outcome.code == 2)
      #expect(outcome.errors == "surety: error: \(expected)\n")
    }
  }
}
