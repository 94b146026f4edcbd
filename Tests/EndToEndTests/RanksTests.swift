import Foundation
import Surety
import TestSupport
import Testing

@Suite("Processes that mpirun started", .needsMPI, .serialized)
struct RanksTests {
  private func model(_ tiny: TinyTraining, _ out: String) throws -> String {
    try sha256(ofFile: "\(tiny.path(out))/model.onnx")
  }

  @Test("Two ranks train the model of one with two shares, bit for bit")
  func sameModel() throws {
    let tiny = try TinyTraining(epochs: 4)
    let alone = try tiny.train("alone", "--set", "shares=2")
    #expect(alone.code == 0, "\(alone.errors)")
    let shared = try MPI.run(ranks: 2, tiny.arguments("shared"))
    #expect(shared.code == 0, "\(shared.errors)")
    try tiny.expectSame("alone", "shared")
    let run = try TrainingRun(contentsOf: "\(tiny.path("shared"))/run.json")
    #expect(run.recipe.contains("\nshares: 2\n"))
    #expect(shared.output == alone.output.replacing("alone", with: "shared"), "said once")
    // Without shares the gradient is summed otherwise, so the test above holds something.
    #expect(try tiny.train("whole").code == 0)
    #expect(try model(tiny, "whole") != model(tiny, "shared"))
  }

  @Test("A run of two ranks that was stopped goes on with two ranks, to the same model")
  func resumes() throws {
    let tiny = try TinyTraining(epochs: 4)
    #expect(try tiny.train("alone", "--set", "shares=2").code == 0)
    let settings = tiny.arguments("stopped", "--set", "shares=2")
    do {
      // The folder is free when the session is gone.
      let session = try TrainingSession(
        Recipe.named(tiny.recipe, settings: ["shares=2"]), folder: tiny.path("stopped"),
        resumes: false)
      var done = 0
      #expect(try session.train(isStopped: { done == 30 }) { _ in done += 1 } == .stopped)
    }
    let rest = try MPI.run(ranks: 2, settings + ["--resume"])
    #expect(rest.code == 0, "\(rest.errors)")
    try tiny.expectSame("alone", "stopped")
  }

  @Test("A rank that is killed costs no bit of the model")
  func killedRank() throws {
    let tiny = try TinyTraining(epochs: 60)
    let (output, errors) = (Pipe(), Pipe())
    let process = try MPI.start(
      ranks: 2, tiny.arguments("killed", "--patience", "4"), pids: tiny.folder.path,
      output: output, errors: errors)
    try wait(while: process) {
      FileManager.default.fileExists(atPath: "\(tiny.path("killed"))/checkpoint.safetensors")
    }
    try MPI.kill(rank: 1, pids: tiny.folder.path)
    let said = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    #expect(said.contains("surety: warning: rank 1 has stopped; the others compute its shares"))
    #expect(try tiny.train("alone", "--set", "shares=2").code == 0)
    try tiny.expectSame("alone", "killed")
  }

  @Test("Ranks with different recipes, too many ranks and what rank 1 cannot read are refused once")
  func refusals() throws {
    let tiny = try TinyTraining(epochs: 2)
    let program = try #require(Program.path)
    let command = ["-n", "1", program] + tiny.arguments("x")
    let different = try Program.shell(
      #""$@""#, MPI.launch + command + ["--seed", "1", ":"] + command + ["--seed", "2"])
    #expect(different.code == 2)
    expectOnce(
      "surety: error: rank 1: has another recipe than rank 0 (seed is 2 there and 1 here); expected one command for all ranks",
      in: different.errors)
    #expect(!FileManager.default.fileExists(atPath: tiny.path("x")), "nothing was begun")
    let many = try MPI.run(ranks: 3, tiny.arguments("y", "--set", "shares=2"))
    #expect(many.code == 2)
    expectOnce(
      "surety: error: shares: is 2, so that 1 of 3 ranks would be idle; expected 3 or more, or fewer ranks",
      in: many.errors)
    let unread = try Program.shell(
      #""$@""#,
      MPI.launch + command + ["--restart", ":"] + command + ["--data", "mnist:\(tiny.path("no"))"])
    #expect(unread.code == 2)
    #expect(unread.errors.contains("surety: error: rank 1: \(tiny.path("no")): no such folder"))
    let text = try MPI.run(
      ranks: 2, ["train", "shakespeare", "--data", tiny.recipe, "--out", tiny.path("text")])
    #expect(text.code == 2 && text.errors.contains("is for text, which trains in one process"))
  }

  @Test("Clients in processes of their own give the network of clients in turn, bit for bit")
  func federated() throws {
    let tiny = try TinyTraining(epochs: 4, network: FederateTests.network)
    let arguments = FederateTests.arguments(tiny)
    #expect(try Program.run(arguments("turn", [])).code == 0)
    let shared = try MPI.run(
      ranks: 4, arguments("ranks", []), flags: ["--enable-recovery"])
    #expect(shared.code == 0, "\(shared.errors)")
    #expect(try model(tiny, "turn") == model(tiny, "ranks"))
    let records = try ["turn", "ranks"].map {
      try FederationRecord(contentsOf: "\(tiny.path($0))/federation.json")
    }
    #expect(records.map(\.processes) == [1, 4])
    #expect(records[0].history.map(\.clients) == records[1].history.map(\.clients))
    #expect(records[0].domains == records[1].domains)
  }

  @Test("A client that is killed is left out, and the others go on to the end")
  func killedClient() throws {
    let tiny = try TinyTraining(epochs: 200, network: FederateTests.network)
    let (output, errors) = (Pipe(), Pipe())
    let arguments = FederateTests.arguments(tiny)("killed", ["--patience", "4"])
    let process = try MPI.start(
      ranks: 4, arguments, pids: tiny.folder.path, output: output, errors: errors)
    let path = "\(tiny.path("killed"))/federation.json"
    try wait(while: process) {
      (try? FederationRecord(contentsOf: path)).map { !$0.history.isEmpty } ?? false
    }
    try MPI.kill(rank: 2, pids: tiny.folder.path)
    let said = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(said)")
    expectOnce(
      "surety: warning: client 2 (digits+inverted) has stopped; the others go on", in: said)
    let record = try FederationRecord(contentsOf: path)
    #expect(record.status == .finished && record.history.count == 200)
    #expect((1..<200).contains(record.domains[1].lastRound))
    #expect(record.domains[0].lastRound == 200 && record.domains[2].lastRound == 200)
    #expect(record.history.last?.clients.map(\.domain) == [0, 2])
    #expect(record.domains.allSatisfy { $0.judged != nil }, "the lost domain is judged as well")
  }

  @Test("Another number of processes than clients and one is refused")
  func wrongRanks() throws {
    let tiny = try TinyTraining(epochs: 4, network: FederateTests.network)
    for (ranks, word) in [(1, "1 process"), (3, "3 processes")] {
      let outcome = try MPI.run(ranks: ranks, FederateTests.arguments(tiny)("x", []))
      #expect(outcome.code == 2)
      expectOnce(
        "surety: error: mpirun: started \(word) for 3 domains; expected -n 4, one that leads and one for each domain, or no mpirun",
        in: outcome.errors)
    }
  }

  private func expectOnce(_ line: String, in text: String) {
    let count = text.split(separator: "\n").count { $0 == line }
    #expect(count == 1, "\(text)")
  }

  /// Waits until something holds of a run that goes on.
  private func wait(while process: Process, until holds: () -> Bool) throws {
    while !holds() {
      try #require(process.isRunning, "the run ended before it could be disturbed")
      usleep(20_000)
    }
  }
}
