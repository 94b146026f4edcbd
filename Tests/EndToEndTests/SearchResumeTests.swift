import Foundation
import Surety
import TestSupport
import Testing

@Suite("A search goes on where it stopped")
struct SearchResumeTests {
  /// Searches to the end in parts: a new session after each stop.
  private func searched(
    _ tiny: TinySearch, _ out: String, stops: [Int]
  ) throws -> ArchitectureSearchRecord {
    for (number, batches) in stops.enumerated() {
      let search = try ArchitectureSearch(
        tiny.request(), folder: tiny.path(out), resumes: number > 0)
      var asked = 0
      _ = try search.run(isStopped: {
        asked += 1
        return asked > batches
      })
    }
    let last = try ArchitectureSearch(tiny.request(), folder: tiny.path(out), resumes: true)
    #expect(try last.run() && last.isFinished)
    return last.record
  }

  @Test("One that was stopped anywhere, and again, ends in the same networks")
  func stopped() throws {
    let tiny = try TinySearch()
    let whole = try searched(tiny, "whole", stops: [])
    #expect(whole.trained == 8)
    // Six batches an epoch: within the first training, right after it, and again and again.
    for (number, stops) in [[3], [7], [8], [1, 9, 20], [40]].enumerated() {
      let parts = try searched(tiny, "parts\(number)", stops: stops)
      #expect(TinySearch.timeless(parts) == TinySearch.timeless(whole), "\(stops)")
      #expect(
        try sha256(ofFile: tiny.path("parts\(number)/best.onnx"))
          == sha256(ofFile: tiny.path("whole/best.onnx")))
    }
  }

  @Test(
    "One that is killed at any moment goes on to the same end, and has lost one network at most")
  func killed() throws {
    let tiny = try TinySearch(epochs: 6)
    #expect(try tiny.search("whole").code == 0)
    let whole = try tiny.record("whole")
    var random = Surety.SplitMix64(seed: 4)
    var (kills, known) = (0, 0)
    for _ in 0..<40 {
      let process = try Program.start(
        tiny.arguments("a", ["--resume"]), output: Pipe(), errors: Pipe())
      // Some moments after the next network, so that the search gets on.
      for _ in 0..<2_000 {
        let now = (try? tiny.record("a")).map { $0.references.count + $0.trained } ?? 0
        if now > known || !process.isRunning { break }
        usleep(5_000)
      }
      usleep(UInt32(random.integer(below: 150_000)))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let record = try tiny.record("a")
      let now = record.references.count + record.trained
      #expect(now >= known)
      known = now
      if process.terminationReason == .uncaughtSignal { kills += 1 }
      if record.ended != nil { break }
      // What was known before is as it was in the search that was left alone.
      let (found, expected) = (TinySearch.timeless(record), TinySearch.timeless(whole))
      #expect(found.networks == Array(expected.networks.prefix(found.networks.count)))
    }
    #expect(kills >= 4)
    let last = try tiny.search("a", "--resume")
    #expect(last.code == 0, "\(last.errors)")
    #expect(TinySearch.timeless(try tiny.record("a")) == TinySearch.timeless(whole))
    let leftovers = try FileManager.default.contentsOfDirectory(atPath: tiny.path("a")).filter {
      $0.hasPrefix("candidate-") || $0.hasPrefix("reference")
    }
    let kept = Set((whole.frontier + [try #require(whole.best)]).map(\.number))
    // Which networks are on the frontier depends on times; those that are have their models.
    let frontier = try tiny.record("a").frontier.map { "candidate-\($0.number).onnx" }
    #expect(Set(frontier).isSubset(of: leftovers) && !leftovers.contains("reference.onnx"))
    #expect(!kept.isEmpty && leftovers.count <= frontier.count + 1)
  }

  @Test("Ctrl-C ends it with code 130 and says how far it is")
  func interrupted() throws {
    let tiny = try TinySearch(epochs: 100)
    let errors = Pipe()
    let process = try Program.start(tiny.arguments("a"), output: Pipe(), errors: errors)
    for _ in 0..<1_000 where !FileManager.default.fileExists(atPath: tiny.path("a/search.json")) {
      usleep(10_000)
    }
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(process.terminationStatus == 130)
    let said = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    #expect(
      said.hasSuffix("surety: stopped after 0 of 8 networks; go on with --resume\n"), "\(said)")
  }

  @Test("More networks may be asked for, and are those of a search that was asked for them at once")
  func more() throws {
    let tiny = try TinySearch()
    #expect(try tiny.search("a", "--candidates", "3").code == 0)
    let again = try tiny.search("a", "--candidates", "3", "--resume")
    #expect(
      again.errors == "surety: the search in \(tiny.path("a")) is finished; nothing was changed\n")
    #expect(try tiny.search("a", "--candidates", "6", "--resume").code == 0)
    #expect(try tiny.search("b", "--candidates", "6").code == 0)
    let (a, b) = (try tiny.record("a"), try tiny.record("b"))
    #expect(TinySearch.timeless(a) == TinySearch.timeless(b) && a.trained == 6)
    let fewer = try tiny.search("a", "--candidates", "5", "--resume")
    #expect(fewer.code == 2 && fewer.errors.contains("6 networks, expected as many or more"))
  }

  @Test("A folder with a search is not written over, and goes on by its own options only")
  func occupied() throws {
    let tiny = try TinySearch()
    #expect(try tiny.search("a", "--candidates", "2").code == 0)
    let before = try tiny.record("a")
    let again = try tiny.search("a", "--candidates", "2")
    #expect(again.code == 2 && again.errors.contains("holds a search already"), "\(again.errors)")
    for (more, difference) in [
      (["--seed", "5"], "or seed"), (["--widths", "3,5"], "another space"),
      (["--eps", "1/8"], "epsilon.test is 0.03125 there"),
      (["--epochs", "2"], "epochs is 1 there"),
      (["--validation", "50"], "other images"), (["--latency", "1"], "other budgets"),
      (["--against", "cnn-5:2"], "compared with cnn-3:2"),
    ] {
      let other = try Program.run(tiny.arguments("a", more + ["--resume"]))
      #expect(
        other.code == 2 && other.errors.contains("holds another search (")
          && other.errors.contains(difference), "\(more): \(other.errors)")
    }
    #expect(try tiny.record("a") == before)
    let compared = try Program.run(
      "compare", tiny.recipe, "digits", "--out", tiny.path("a"), "--epochs", "1", "--eps", "1/16")
    #expect(compared.code == 2, "\(compared.errors)")
    let restarted = try tiny.search("a", "--restart", "--candidates", "1", "--seed", "2")
    #expect(restarted.code == 0, "\(restarted.errors)")
    let after = try tiny.record("a")
    #expect(after.trained == 1 && after.settings.seed == 2)
  }
}
