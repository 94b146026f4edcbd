import Foundation
import Surety
import TestSupport
import Testing

@Suite(
  "Progress is for people: on a terminal only, as wide as it is, coloured where that is wanted")
struct TerminalTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Whether the tool that makes a terminal is here.
  static let hasTerminals = FileManager.default.isExecutableFile(atPath: "/usr/bin/script")

  /// What a person sees of a run on a terminal: everything that was written.
  private func seen(
    _ command: String, columns: Int, _ environment: String, code: Int32 = 0
  ) throws -> String {
    let file = "\(folder.path)/typescript"
    // The words of the program go through a shell of its own in the terminal.
    let program = try #require(Program.path)
    let inner = "stty cols \(columns); '\(program)' \(command)"
    let result = try Program.shell(
      "\(environment) script -qec \"$1\" \"$2\" </dev/null >/dev/null", [inner, file])
    #expect(result.code == code, "\(result.errors)")
    return try String(contentsOfFile: file, encoding: .utf8)
  }

  /// The states of the line of progress, without the sequences that colour and erase.
  private func states(_ text: String, of work: String = "certify") -> [String] {
    text.replacing("\r\n", with: "\n").split(whereSeparator: \.isNewline).map {
      String($0).replacing(#/\u{1B}\[[0-9;]*[mK]/#, with: "")
    }.filter { $0.hasPrefix("\(work):") }
  }

  private func demo() -> String { "demo --out '\(folder.path)/demo'" }

  @Test(
    "The line fits the terminal and says what is done, with colours", .enabled(if: hasTerminals),
    arguments: [24, 50, 120])
  func fits(columns: Int) throws {
    let text = try seen(demo(), columns: columns, "env -u NO_COLOR TERM=xterm")
    let states = states(text)
    #expect(!states.isEmpty)
    for state in states { #expect(state.count < columns, "\(state)") }
    if columns == 120 {
      #expect(states.contains { $0.contains("of 297 images") && $0.contains("certified") })
      #expect(text.contains("\u{1B}[32m"))
    }
  }

  @Test(
    "A table of instances has a line too, which leaves the answers whole",
    .enabled(if: hasTerminals))
  func batch() throws {
    let model = try digitsModel(in: folder)
    let property = try digitProperty(0, radius: 0.01, in: folder)
    let rows = (0..<3).map { "\(model),\(property),\(60 + $0)\n" } + ["\(model),missing.vnnlib,9\n"]
    let table = try folder.file("table.csv", rows.joined())
    let command = "batch '\(table)' --out '\(folder.path)/answers.csv'"
    let text = try seen(command, columns: 100, "NO_COLOR=1 TERM=xterm", code: 1)
    let states = states(text, of: "batch")
    #expect(states.contains { $0.hasPrefix("batch: 0 of 4 instances") }, "\(states)")
    #expect(states.allSatisfy { $0.count < 100 })
    for place in 1...4 { #expect(text.contains("\(place)/4 "), "\(text)") }
    let quiet = try seen("\(command) --quiet", columns: 100, "TERM=xterm", code: 1)
    #expect(self.states(quiet, of: "batch").isEmpty)
  }

  @Test("NO_COLOR is obeyed, and a dumb terminal gets no progress", .enabled(if: hasTerminals))
  func plain() throws {
    let plain = try seen(demo(), columns: 80, "NO_COLOR=1 TERM=xterm")
    #expect(!states(plain).isEmpty && !plain.contains("\u{1B}[3"))
    let dumb = try seen(demo(), columns: 80, "env -u NO_COLOR TERM=dumb")
    #expect(states(dumb).isEmpty && !dumb.contains("\u{1B}"))
  }

  @Test(
    "Training says accuracies, never errors, and a line for each epoch", .enabled(if: hasTerminals))
  func training() throws {
    let tiny = try TinyTraining(epochs: 2)
    let text = try seen(
      "train '\(tiny.recipe)' --out '\(tiny.path("out"))'", columns: 200, "TERM=xterm")
    #expect(text.contains("epoch 1/2: loss") && text.contains("verified accuracy"))
    #expect(!text.contains("error"), "\(text)")
  }

  @Test("No time left is shown before the pace says anything", .enabled(if: hasTerminals))
  func early() throws {
    let begin = Date()
    let text = try seen(demo() + " --first 60", columns: 120, "TERM=xterm")
    // On a machine that needs longer an estimate is right.
    guard Date().timeIntervalSince(begin) < 5 else { return }
    #expect(!states(text).isEmpty && states(text).allSatisfy { !$0.contains(" left") })
  }

  @Test("--quiet shows no progress on a terminal either", .enabled(if: hasTerminals))
  func quiet() throws {
    let text = try seen(demo() + " --quiet", columns: 80, "TERM=xterm")
    #expect(states(text).isEmpty && text.contains("certified accuracy"))
  }

  @Test("In a pipe nothing but the result is printed, by train too")
  func pipe() throws {
    let demo = try Program.run("demo", "--out", "\(folder.path)/demo", "--first", "20")
    #expect(demo.errors == "" && !demo.output.contains("\u{1B}"))
    let tiny = try TinyTraining(epochs: 2)
    let training = try tiny.train("out")
    #expect(training.code == 0 && training.errors == "" && !training.output.contains("epoch"))
    #expect(training.output.hasPrefix("clean accuracy"), "\(training.output)")
  }
}
