import Foundation
import Surety
import TestSupport
import Testing

@Suite("The pages that attack and radius write themselves")
struct PageTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try digitsModel(in: folder)
  }

  private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

  private func text(_ name: String) throws -> String {
    try String(contentsOfFile: path(name), encoding: .utf8)
  }

  private func object(_ name: String) throws -> [String: Any] {
    try #require(JSONSerialization.jsonObject(with: Data(text(name).utf8)) as? [String: Any])
  }

  /// Runs a command on digits into a folder.
  @discardableResult private func run(
    _ command: String, first: Int = 6, eps: String = "0.2", _ more: String...
  ) throws -> Program.Outcome {
    let result = try Program.run(
      [
        command, model, "--data", "digits", "--first", "\(first)", "--eps", eps, "--out",
        path(command),
      ]
        + more)
    #expect(result.code == 0, "\(result.errors)")
    return result
  }

  @Test(
    "The page of an attack shows original, counterexample and difference, and is made again to the last byte"
  )
  func attack() throws {
    let outcome = try run("attack")
    #expect(outcome.output.hasSuffix("The report: \(path("attack"))/report.html\n"))
    let page = try text("attack/report.html")
    let violated = try #require(try object("attack/summary.json")["violated"] as? Int)
    #expect(violated > 0)
    #expect(page.contains("<b>counter&shy;example</b>") || page.contains("counter&shy;example"))
    #expect(page.components(separatedBy: "difference × ").count - 1 == violated)
    #expect(!page.contains("The original was not kept."))
    #expect(page.contains("attack \(model) --data digits"))
    #expect(
      try object("attack/summary.json")["classes"] as? [String] == Datasets.digits(.test).classes)
    try FileManager.default.removeItem(atPath: path("attack/report.html"))
    #expect(try Program.run("report", path("attack")).code == 0)
    #expect(try text("attack/report.html") == page)
  }

  @Test("The page of radii shows the hardest examples, and is made again to the last byte")
  func radii() throws {
    try run("radius", "--methods", "ibp,crown", "--tolerance", "0.2")
    let page = try text("radius/report.html")
    #expect(
      page.contains("<h1>Half of the 6 images keep their right answer under every change of up to"))
    #expect(page.contains("difference × ") && !page.contains("The original was not kept."))
    #expect(page.contains("radius \(model) --data digits"))
    try FileManager.default.removeItem(atPath: path("radius/report.html"))
    #expect(try Program.run("report", path("radius")).code == 0)
    #expect(try text("radius/report.html") == page)
  }

  @Test(
    "A finished run that is read again keeps when, how long and by which command it was made",
    arguments: ["certify", "attack", "radius"])
  func again(command: String) throws {
    try run(command, first: 3)
    let (page, summary) = (
      try text("\(command)/report.html"), try object("\(command)/summary.json")
    )
    // The record has seconds, so that a second later all would differ.
    Thread.sleep(forTimeInterval: 1.1)
    try run(command, first: 3, "--resume", "--quiet")
    #expect(try text("\(command)/report.html") == page)
    #expect(try object("\(command)/summary.json") as NSDictionary == summary as NSDictionary)
    // More examples are new work: the time of the first is kept, the command is the new one.
    try run(command, first: 4)
    let made = try #require(
      try object("\(command)/summary.json")["circumstances"] as? [String: Any])
    let before = try #require(summary["circumstances"] as? [String: Any])
    #expect(made["started"] as? String == before["started"] as? String)
    #expect(made["ended"] as? String != before["ended"] as? String)
    #expect((made["command"] as? [String])?.contains("4") == true)
    // Fewer are none: the time stays, the command says what was asked for.
    try run(command, first: 2)
    let fewer = try #require(
      try object("\(command)/summary.json")["circumstances"] as? [String: Any])
    #expect(fewer["ended"] as? String == made["ended"] as? String)
    #expect((fewer["command"] as? [String])?.contains("2") == true)
  }

  @Test(
    "A run that a signal ends has its page, with what was done", arguments: ["attack", "radius"])
  func interrupted(command: String) throws {
    let log = path("\(command)/\(command).jsonl")
    let process = try Program.start(
      [
        command, model, "--data", "digits", "--eps", "0.2", "--out", path(command),
        "--no-preflight",
      ]
        + (command == "attack"
          ? ["--restarts", "1"] : ["--methods", "ibp,crown"]),
      output: Pipe(), errors: Pipe())
    waitUntil {
      (try? String(contentsOfFile: log, encoding: .utf8))?.contains("\n") == true
        || !process.isRunning
    }
    kill(process.processIdentifier, SIGTERM)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit && process.terminationStatus == 130)
    let count = try text("\(command)/\(command).jsonl").split(separator: "\n").count
    let summary = try object("\(command)/summary.json")
    #expect(summary["count"] as? Int == count && count < Datasets.digits(.test).count)
    let page = try text("\(command)/report.html")
    #expect(
      page.contains("Only \(count) of \(Datasets.digits(.test).count) images that were asked for"))
    #expect(page.contains("src=\"data:image/png;base64,"))
  }

  @Test(
    "Files of pictures are named on the page and in the records; a damaged one counts in no accuracy"
  )
  func files() throws {
    let digits = Datasets.digits(.test)
    for (place, name) in ["first", "second"].enumerated() {
      let values = digits.image(place).map { UInt8(($0 * 255).rounded()) }
      let label = digits.label(place)
      try FileManager.default.createDirectory(
        atPath: path("pictures/\(label)"), withIntermediateDirectories: true)
      let picture = PNGFile(width: 8, height: 8, gray: values)
      try picture.data.write(to: URL(fileURLWithPath: path("pictures/\(label)/\(name).png")))
    }
    try FileManager.default.createDirectory(
      atPath: path("pictures/9"), withIntermediateDirectories: true)
    _ = try folder.file("pictures/9/broken.png", "no picture")
    for command in ["certify", "attack", "radius"] {
      let result = try Program.run(
        command, model, "--data", "folder:\(path("pictures"))", "--eps", "0.2", "--out",
        path(command),
        "--no-preflight")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.output.contains("\n1 cannot be used"), "\(result.output)")
      let page = try text("\(command)/report.html")
      for name in ["first", "second"] { #expect(page.contains("/\(name).png</p>"), "\(command)") }
      #expect(page.contains("<td class=\"w\">9/broken.png</td>"), "\(command)")
      #expect(page.contains("parts of 2 images that can be used; 1 cannot and counts in none"))
      let summary = try object("\(command)/summary.json")
      #expect(summary["count"] as? Int == 3 && summary["usable"] as? Int == 2)
      #expect(summary["clean_accuracy"] as? Double == 1)
      let log = command == "certify" ? "certificates" : command
      #expect(try text("\(command)/\(log).jsonl").contains("\"name\":\"9/broken.png\""))
    }
  }

  @Test("Columns of a table are named on the page")
  func columns() throws {
    var network = Network(input: [1, 2])
    let weight = network.addParameter("w", Tensor([2, 2], [1, -1, 0.5, -0.5]))
    try network.add(Linear(weight: weight, bias: nil), [0])
    try network.write(toONNX: path("table.onnx"))
    let table = try folder.file(
      "table.csv", "blood <pressure>,age,label\n1,1,0\n-1,0.5,1\n0.1,0.1,0\n")
    let result = try Program.run(
      "certify", path("table.onnx"), "--data", "table:\(table)", "--eps", "0.5", "--out",
      path("certify"),
      "--no-preflight")
    #expect(result.code == 0, "\(result.errors)")
    let page = try text("certify/report.html")
    let cards = page.components(separatedBy: "<article").dropFirst()
    #expect(cards.count == 3)
    for card in cards {
      #expect(card.contains("blood &lt;pressure&gt;") && card.contains(">age</td>"), "\(card)")
    }
  }
}

/// A grey picture in a file, without compression.
private struct PNGFile {
  let data: Data

  init(width: Int, height: Int, gray: [UInt8]) {
    var rows: [UInt8] = []
    for row in 0..<height { rows += [0] + gray[row * width..<(row + 1) * width] }
    // One stored block of deflate within zlib.
    let count = UInt16(rows.count)
    var packed: [UInt8] = [0x78, 0x01, 1]
    packed += [UInt8(count & 255), UInt8(count >> 8), UInt8(~count & 255), UInt8(~count >> 8)]
    packed += rows
    var (low, high): (UInt32, UInt32) = (1, 0)
    for byte in rows {
      low = (low + UInt32(byte)) % 65_521
      high = (high + low) % 65_521
    }
    packed += Self.bytes(high << 16 | low)
    let head =
      Self.bytes(UInt32(width)) + Self.bytes(UInt32(height)) + [8, 0, 0, 0, 0]
    data = Data(
      [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + Self.chunk("IHDR", head)
        + Self.chunk("IDAT", packed) + Self.chunk("IEND", []))
  }

  private static func bytes(_ value: UInt32) -> [UInt8] {
    [24, 16, 8, 0].map { UInt8(value >> $0 & 255) }
  }

  private static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(kind.utf8) + content
    var sum: UInt32 = 0xFFFF_FFFF
    for byte in body {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return bytes(UInt32(content.count)) + body + bytes(~sum)
  }
}
