import Foundation
import Surety
import TestSupport
import Testing

@Suite("Shards of a run, and folders that are joined", .serialized)
struct MergeTests {
  let folder: TemporaryFolder
  let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try digitsModel(in: folder)
  }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  @discardableResult
  private func certify(_ out: String, _ more: String...) throws -> Program.Outcome {
    let result = try Program.run(
      ["certify", model, "--data", "digits", "--methods", "ibp,crown", "--out", path(out)]
        + (more.contains("--eps") ? [] : ["--eps", "1/12"]) + more)
    #expect(result.code == 0, "\(result.errors)")
    return result
  }

  private func lines(_ out: String) throws -> [ResultLine] {
    try ResultLog.lines(of: "\(path(out))/certificates.jsonl")
  }

  private func merge(_ arguments: String...) throws -> Program.Outcome {
    try Program.run(["merge"] + arguments)
  }

  /// What is said of each example, apart from times.
  private func results(_ out: String) throws -> [Int: String] {
    try Dictionary(
      uniqueKeysWithValues: lines(out).map {
        ($0.example, "\($0.label) \($0.verdict) \($0.method ?? "") \($0.isProved)")
      })
  }

  @Test("A run without totals, which was killed, is refused, and so are places that cannot be")
  func killed() throws {
    try certify("one", "--first", "6", "--shard", "1/2")
    try certify("two", "--first", "6", "--shard", "2/2")
    let summary = "\(path("one"))/summary.json"
    let whole = try String(contentsOfFile: summary, encoding: .utf8)
    try FileManager.default.removeItem(atPath: summary)
    let result = try merge(path("one"), path("two"), "--out", path("all"))
    #expect(result.code == 2 && result.errors.contains("has no summary.json"), "\(result.errors)")
    for places in [
      "[[-9223372036854775808,9223372036854775807]]", "[[0,9223372036854775807]]", "[[-2,1]]",
    ] {
      guard let data = whole.data(using: .utf8),
        var object = try JSONSerialization.jsonObject(with: data) as? [String: Any]
      else { return #expect(Bool(false), "no totals") }
      object["asked"] = try JSONSerialization.jsonObject(with: Data(places.utf8))
      try JSONSerialization.data(withJSONObject: object).write(to: URL(fileURLWithPath: summary))
      let result = try merge(path("one"), path("two"), "--out", path("all"))
      #expect(
        result.code == 2 && result.errors.contains("summary.json"), "\(places): \(result.errors)")
    }
  }

  @Test(
    "Three shards joined are the run of all examples, with certificates that the checker accepts")
  func shards() throws {
    try certify("whole", "--start", "5", "--first", "40")
    for number in 1...3 {
      try certify("part\(number)", "--start", "5", "--first", "40", "--shard", "\(number)/3")
      #expect(try lines("part\(number)").allSatisfy { $0.example % 3 == number - 1 })
    }
    let parts = (1...3).map { path("part\($0)") }
    let merged = try merge(parts[0], parts[1], parts[2], "--out", path("all"))
    #expect(merged.code == 0 && merged.errors.isEmpty, "\(merged.errors)")
    #expect(try results("all") == results("whole"))
    let (summary, whole) = try (
      CertificationHistory(folder: path("all"), version: "").summary,
      CertificationHistory(folder: path("whole"), version: "").summary
    )
    #expect(summary.partial == nil && summary.requested == 40 && summary.count == 40)
    #expect(summary.asked == whole.asked && summary.asked?.text == "5 to 44")
    #expect(summary.verdicts == whole.verdicts && summary.certificates == whole.certificates)
    #expect(summary.certifiedAccuracy == whole.certifiedAccuracy)
    #expect(summary.parts?.map(\.shard?.name) == ["1/3", "2/3", "3/3"])
    #expect(summary.parts?.map(\.count).reduce(0, +) == 40)
    let proved = try lines("all").count(where: \.isProved)
    let checked = try Program.run("check", "\(path("all"))/certificates.jsonl", "--model", model)
    #expect(checked.code == 0 && checked.output.hasPrefix("accepted \(proved) rejected 0"))
    let page = try String(contentsOfFile: "\(path("all"))/report.html", encoding: .utf8)
    #expect(page.contains("joined from") && page.contains("shard 2/3"))
    #expect(try Program.run("report", path("all"), "--out", path("again.html")).code == 0)
    #expect(try String(contentsOfFile: path("again.html"), encoding: .utf8) == page)
    // The form without --out; results are not written over by mistake.
    let again = try merge(path("all"), parts[0])
    #expect(again.code == 2 && again.errors.contains("holds results already"), "\(again.errors)")
    #expect(try merge(path("all"), parts[0], parts[1], parts[2], "--restart").code == 0)
    #expect(try results("all") == results("whole"))
  }

  @Test("Shards that are missing or were stopped are named")
  func gaps() throws {
    try certify("first", "--first", "24", "--shard", "1/4")
    try certify("third", "--first", "24", "--shard", "3/4")
    // As a run that was stopped leaves it: two lines less.
    let log = "\(path("third"))/certificates.jsonl"
    let text = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n")
    #expect(text.count == 6)
    try (text.dropLast(2).joined(separator: "\n") + "\n")
      .write(toFile: log, atomically: true, encoding: .utf8)
    let merged = try merge(path("first"), path("third"), "--out", path("some"), "--json")
    #expect(
      merged.errors == """
        surety: shard 2/4 is missing: 6 of its 6 examples have no result
        surety: shard 3/4 is not complete: 2 of its 6 examples have no result
        surety: shard 4/4 is missing: 6 of its 6 examples have no result

        """)
    let object = try merged.object()
    #expect(object["requested"] as? Int == 24)
    #expect((object["partial"] as? [String: Any])?["decided"] as? Int == 10)
    // The shard goes on, and is whole then.
    let resumed = try certify("third", "--first", "24", "--shard", "3/4", "--resume", "--json")
    #expect(try resumed.object()["count"] as? Int == 6)
    let more = try merge(path("first"), path("third"), "--out", path("more"))
    #expect(!more.errors.contains("3/4") && more.errors.contains("4/4 is missing"))
    #expect(more.output.contains("not complete: 12 of 24 have a result"))
  }

  @Test("Of an example in two folders the decided result is taken, with its certificate")
  func overlap() throws {
    try certify("quick", "--first", "20", "--methods", "ibp", "--attack-steps", "0")
    try certify("long", "--first", "20", "--timeout", "5", "--methods", "ibp,crown,alpha-crown")
    let (quick, long) = try (results("quick"), results("long"))
    try #require(quick != long)
    for (name, order) in [("one", ["quick", "long"]), ("two", ["long", "quick"])] {
      #expect(try merge(path(order[0]), path(order[1]), "--out", path(name)).code == 0)
      let joined = try Dictionary(
        uniqueKeysWithValues: lines(name).map { ($0.example, $0.verdict) })
      #expect(joined.count == 20)
      for line in try lines("quick") + lines("long") where line.verdict != .undecided {
        #expect(joined[line.example] == line.verdict)
      }
    }
  }

  @Test("Results that contradict each other are refused, with the example")
  func contradiction() throws {
    try certify("one", "--first", "12")
    try certify("two", "--first", "12")
    let log = "\(path("two"))/certificates.jsonl"
    let line = try #require(lines("two").first { $0.verdict == .certified })
    let text = try String(contentsOfFile: log, encoding: .utf8).split(separator: "\n").map(
      String.init
    ).map { text in
      text.contains("\"example\":\(line.example),")
        ? text.replacing("\"verdict\":\"certified\"", with: "\"verdict\":\"violated\"")
        : text
    }
    try (text.joined(separator: "\n") + "\n").write(toFile: log, atomically: true, encoding: .utf8)
    let result = try merge(path("one"), path("two"), "--out", path("all"))
    #expect(result.code == 2)
    #expect(
      result.errors
        == "surety: error: example \(line.example): is certified in one folder and violated in the other "
        + "(\(path("one")) and \(path("two"))); check both before they are joined\n")
    #expect(!FileManager.default.fileExists(atPath: "\(path("all"))/certificates.jsonl"))
  }

  @Test("Folders of other questions, of other commands and of nothing are refused")
  func otherQuestions() throws {
    try certify("one", "--first", "4")
    try certify("far", "--first", "4", "--eps", "1/5")
    try certify("scaled", "--first", "4", "--mean", "0.5", "--std", "0.5", "--no-preflight")
    for (other, why) in [("far", "(epsilon 0.2)"), ("scaled", "(another normalisation)")] {
      let result = try merge(path("one"), path(other), "--out", path("all"))
      #expect(result.code == 2 && result.errors.contains(why), "\(result.errors)")
    }
    for (arguments, why) in [
      ([path("one"), path("nothing"), "--out", path("all")], "holds no results of certify"),
      ([path("one"), "--out", path("one")], "is one of the folders that are joined"),
      ([path("one")], "one folder alone is nothing to join"),
    ] {
      let result = try Program.run(["merge"] + arguments)
      #expect(result.code == 2 && result.errors.contains(why), "\(result.errors)")
    }
  }

  @Test(
    "A shard that there is not is refused", arguments: ["0/4", "5/4", "4", "1/4/2", "a/b", "1/0"])
  func noSuchShard(shard: String) throws {
    let result = try Program.run(
      "certify", model, "--data", "digits", "--eps", "1/12", "--out", path("out"), "--shard", shard)
    #expect(
      result.code == 2
        && result.errors.contains("--shard: '\(shard)' is no shard, expected one such as 2/4"),
      "\(result.errors)")
  }
}
