import Foundation
import Surety
import TestSupport
import Testing

@Suite("surety report makes the page again from the records alone")
struct ReportTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  private func certify(_ out: String, eps: String, first: Int = 24) throws {
    let model = try digitsModel(in: folder)
    let result = try Program.run(
      "certify", model, "--data", "digits", "--first", "\(first)", "--eps", eps, "--methods",
      "ibp,crown", "--out", path(out))
    #expect(result.code == 0, "\(result.errors)")
  }

  @Test("The page of a certification is the same to the last byte, pictures included")
  func certification() throws {
    try certify("run", eps: "0.15")
    let page = try text("run/report.html")
    #expect(page.contains("src=\"data:image/png;base64,"))
    #expect(page.contains("--eps 0.15") && page.contains("--methods ibp,crown"))
    try FileManager.default.removeItem(atPath: path("run/report.html"))
    let result = try Program.run("report", path("run"))
    #expect(result.code == 0 && result.firstLine == path("run/report.html"))
    #expect(try text("run/report.html") == page)
    let other = try Program.run("report", path("run"), "--out", path("page.html"))
    #expect(other.code == 0)
    #expect(try text("page.html") == page)
  }

  @Test("A folder whose run was killed has a page without a summary and without originals")
  func killed() throws {
    try certify("run", eps: "0.15")
    for name in ["summary.json", "examples.jsonl", "report.html"] {
      try FileManager.default.removeItem(atPath: path("run/\(name)"))
    }
    #expect(try Program.run("report", path("run")).code == 0)
    let page = try text("run/report.html")
    #expect(page.contains("of 24 images"))
    #expect(page.contains("The original was not kept."))
  }

  @Test("Folders of other radii make a curve; other questions are refused")
  func curve() throws {
    try certify("a", eps: "0.02")
    try certify("b", eps: "0.1")
    let result = try Program.run("report", path("a"), path("b"), "--out", path("page.html"))
    #expect(result.code == 0, "\(result.errors)")
    #expect(try text("page.html").contains("<h2>Accuracy against the radius</h2>"))
    #expect(try !text("a/report.html").contains("<h2>Accuracy against the radius</h2>"))
    try certify("c", eps: "0.05", first: 12)
    for (other, problem) in [("c", "other examples"), ("a", "has the radius 0.02")] {
      let refused = try Program.run("report", path("a"), path(other), "--out", path("page.html"))
      #expect(refused.code == 2 && refused.errors.contains(problem), "\(refused.errors)")
    }
  }

  @Test("A training run has its page too")
  func training() throws {
    let training = try TinyTraining(epochs: 2)
    _ = try training.train("run")
    let report = training.path("run/report.html")
    let page = try String(contentsOfFile: report, encoding: .utf8)
    try FileManager.default.removeItem(atPath: report)
    #expect(try Program.run("report", training.path("run")).code == 0)
    #expect(try String(contentsOfFile: report, encoding: .utf8) == page)
  }

  @Test("Records of an attack and of radii have pages")
  func attacksAndRadii() throws {
    try certify("run", eps: "0.15")
    try FileManager.default.createDirectory(
      atPath: path("attack"), withIntermediateDirectories: true)
    let lines = try ResultLog.lines(of: path("run/certificates.jsonl")).map { line in
      var line = line
      line.run.methods = []
      if line.verdict == .certified { line.verdict = .undecided }
      return line
    }
    let log = try ResultLog(path("attack/attack.jsonl"))
    for line in lines { try log.append(line) }
    #expect(try Program.run("report", path("attack")).code == 0)
    let page = try text("attack/report.html")
    #expect(page.contains("an attack proves nothing of the others"))
    #expect(!page.contains("certified accuracy"))

    try FileManager.default.createDirectory(
      atPath: path("radii"), withIntermediateDirectories: true)
    _ = try folder.file(
      "radii/radius.jsonl",
      """
      {"arithmetic":"float32","attacked":true,"certified":0.05,"data":"digits:test","data_sha256":"ab","example":0,"label":3,\
      "method":"crown","methods":["crown"],"model_sha256":"cd","prediction":3,"probes":5,"region":{"epsilon":0.3,"highest":1,\
      "lowest":0,"mean":[0],"norm":"inf","std":[1]},"schema":1,"seconds":0.5,"tolerance":0.01,"violated":0.08}

      """)
    _ = try folder.file(
      "radii/summary.json",
      """
      {"schema":1,"version":"0.1.0","model":"digits.onnx","requested":1}
      """)
    let result = try Program.run("report", path("radii"))
    #expect(result.code == 0, "\(result.errors)")
    let radii = try text("radii/report.html")
    #expect(
      radii.contains(
        "<h1>The only image keeps its right answer under every change of up to 0.05 (12.75/255) per pixel.</h1>"
      ))
    #expect(radii.contains("certified accuracy: from 100 % to 0 %"))
  }

  @Test("What is no folder of a run is refused with what would be one")
  func refused() throws {
    let missing = try Program.run("report", path("nothing"))
    #expect(missing.code == 2 && missing.errors.contains("nothing: no such folder"))
    let empty = try Program.run("report", folder.path)
    #expect(empty.code == 2 && empty.errors.contains("holds no run: expected certificates.jsonl"))
    try certify("run", eps: "0.02", first: 2)
    try "{}".write(toFile: path("run/summary.json"), atomically: true, encoding: .utf8)
    let damaged = try Program.run("report", path("run"))
    #expect(
      damaged.code == 2 && damaged.errors.contains("summary.json: is not the summary of a run"))
  }
}
