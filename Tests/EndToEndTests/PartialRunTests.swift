import Foundation
import Surety
import TestSupport
import Testing

@Suite("The totals of a run that is not complete")
struct PartialRunTests {
  private let run = RunRecord(
    modelDigest: "", data: "d", dataDigest: "",
    region: RegionRecord(norm: "inf", epsilon: 0.1, mean: [0], std: [1]), methods: ["ibp"],
    arithmetic: "float32")

  /// Results of which those in `certified` are certified and the others violated, with the batch that they were in.
  private func lines(
    _ places: some Sequence<Int>, of batch: some Sequence<Int>, certified: (Int) -> Bool
  ) -> [ResultLine] {
    places.map { place in
      var line = ResultLine(run: run, example: place, label: 0)
      line.verdict = certified(place) ? .certified : .violated
      line.prediction = 0
      line.batch = Places(batch)
      return line
    }
  }

  private func summary(_ lines: [ResultLine], requested: Int) -> Summary {
    Summary(of: lines, run: run, version: "", model: "m", requested: requested)
  }

  @Test("What is decided first in a batch does not count before the batch is whole")
  func typical() throws {
    // Half of the examples are certified. Of the second batch only violated ones are decided.
    let whole = lines(0..<16, of: 0..<16) { $0 % 2 == 0 }
    let begun = lines([17, 19, 21], of: 16..<32) { $0 % 2 == 0 }
    let total = summary(whole + begun, requested: 100)
    #expect(total.count == 16 && total.certifiedAccuracy == 0.5)
    #expect(total.verdicts["violated"] == 8)
    let partial = try #require(total.partial)
    #expect(partial.examples.text == "0 to 15" && partial.decided == 19 && partial.open == 13)
    // The right rate of what was begun lies between the limits.
    #expect(partial.leastCertifiedAccuracy == 8.0 / 32)
    #expect(partial.mostCertifiedAccuracy == 21.0 / 32)
  }

  @Test("What an earlier run left over does not count by itself: those are the hard ones")
  func leftOver() throws {
    let early = lines(0..<5, of: 0..<16) { _ in true }
    // The next run takes what is left in smaller batches and is stopped after the first.
    let late = lines(5..<9, of: 5..<9) { _ in false }
    let total = summary(early + late, requested: 16)
    #expect(total.count == 0 && total.certifiedAccuracy == nil && total.cleanAccuracy == nil)
    #expect(total.partial?.decided == 9 && total.partial?.open == 7)
    let all = early + late + lines(9..<16, of: 9..<16) { _ in false }
    let complete = summary(all, requested: 16)
    #expect(complete.partial == nil && complete.count == 16)
    #expect(complete.certifiedAccuracy == 5.0 / 16)
  }

  @Test("The hard ones that a later batch took over count with the batch that they were begun in")
  func takenOver() throws {
    let easy = lines([0, 1, 3], of: 0..<5) { _ in true }
    // What was left over is decided, but others of its new batch are open.
    let hard = lines([2, 4, 6], of: [2, 4, 5, 6, 7]) { _ in false }
    let total = summary(easy + hard, requested: 20)
    #expect(total.partial?.examples.text == "0 to 4" && total.certifiedAccuracy == 3.0 / 5)
    #expect(total.partial?.open == 2 && total.partial?.decided == 6)
    // A smaller batch of left over ones is whole, and says nothing by itself.
    let few = easy + lines([2], of: [2]) { _ in false }
    #expect(summary(few, requested: 20).count == 0)
  }

  @Test("Any run that stops at a random place of its batches gives no biased rate")
  func unbiased() {
    var random = SplitMix64(seed: 11)
    for _ in 0..<200 {
      // Easy examples are decided first; a third is hard.
      let hard = (0..<64).map { _ in random.unit() < 0.33 }
      let batches = 1 + Int(random.unit() * 3)
      let done = lines(0..<(16 * batches), of: 0..<16) { !hard[$0] }.enumerated().map {
        var line = $1
        line.batch = Places(($0 / 16 * 16)..<($0 / 16 * 16 + 16))
        return line
      }
      let next = (16 * batches)..<(16 * batches + 16)
      let begun = lines(next.filter { !hard[$0] }, of: next) { _ in true }
      let total = summary(done + begun, requested: 64)
      if begun.count < 16 {
        let right = Double(hard.prefix(16 * batches).count { !$0 }) / Double(16 * batches)
        #expect(total.certifiedAccuracy == right)
      }
      let certified = Double((0..<next.upperBound).count { !hard[$0] }) / Double(next.upperBound)
      if let partial = total.partial {
        #expect(partial.leastCertifiedAccuracy <= certified)
        #expect(partial.mostCertifiedAccuracy >= certified)
      }
    }
  }

  @Test("Places are ranges in JSON, and damaged ones are refused")
  func places() throws {
    let places = Places([3, 1, 2, 2, 9])
    let data = try JSONEncoder().encode(places)
    #expect(String(decoding: data, as: UTF8.self) == "[[1,3],[9,9]]")
    #expect(try JSONDecoder().decode(Places.self, from: data) == places)
    #expect(places.all == [1, 2, 3, 9] && places.count == 4 && places.text == "1 to 3, 9")
    for text in ["[[3,1]]", "[[1]]", "[[1,2],[2,3]]", "[[0,9000000000]]"] {
      #expect(throws: DecodingError.self) {
        try JSONDecoder().decode(Places.self, from: Data(text.utf8))
      }
    }
  }

  @Test("A killed run's records give the same, by report and by the next run that is stopped")
  func records() throws {
    let folder = try TemporaryFolder()
    let (model, out) = (try digitsModel(in: folder), "\(folder.path)/out")
    let arguments = [
      "certify", model, "--data", "digits", "--first", "12", "--eps", "0.1", "--batch", "4",
      "--methods", "ibp,crown", "--out", out,
    ]
    let first = try Program.run(arguments)
    #expect(first.code == 0 && !first.output.contains("not complete"), "\(first)")
    // As if it had been killed in the second batch, before any summary.
    let log = "\(out)/certificates.jsonl"
    let kept = try ResultLog.lines(of: log).filter { $0.example < 4 || $0.example == 6 }
    let text = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
      .filter { line in kept.contains { line.contains("\"example\":\($0.example),") } }
    try (text.joined(separator: "\n") + "\n").write(toFile: log, atomically: true, encoding: .utf8)
    try FileManager.default.removeItem(atPath: "\(out)/summary.json")
    let history = try CertificationHistory(folder: out, version: "0")
    #expect(history.summary.count == 4 && history.summary.partial?.open == 3)
    #expect(try Program.run("report", out).code == 0)
    let page = try String(contentsOfFile: "\(out)/report.html", encoding: .utf8)
    #expect(page.contains("Only 5 of 8 images") && page.contains("over the 4 of batches"))
    let again = try Program.run(arguments + ["--json"]).object()
    #expect(again["count"] as? Int == 12 && again["partial"] == nil)
  }
}
