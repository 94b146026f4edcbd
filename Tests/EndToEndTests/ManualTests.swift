import Foundation
import TestSupport
import Testing

@Suite("Manual pages and completions come with the program")
struct ManualTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("Every command has a page with each of its options")
  func pages() throws {
    let result = try Program.run("manual", "--out", folder.path)
    #expect(result.code == 0 && result.errors == "")
    let help = try Program.run("--help").output
    let names = help.matches(of: #/\n  ([a-z][a-z-]*) {2,}/#).map { String($0.1) }.filter {
      $0 != "help"
    }
    #expect(names.contains("certify") && !names.contains("manual"))
    for name in names {
      let page = try String(contentsOfFile: "\(folder.path)/surety-\(name).1", encoding: .utf8)
      for section in ["NAME", "SYNOPSIS", "DESCRIPTION", "OPTIONS", "EXIT STATUS"] {
        #expect(page.contains("\n.SH \(section)\n"), "\(name): \(section)")
      }
      let options = try Program.run(name, "--help").output.matches(of: #/\n  (--[a-z-]+)/#)
      for option in options {
        let escaped = String(option.1).replacing("-", with: "\\-")
        #expect(page.contains("\\fB\(escaped)\\fR"), "\(name): \(option.1)")
      }
    }
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).count == names.count + 1)
  }

  @Test(
    "The pages have no errors of form",
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/mandoc")))
  func form() throws {
    _ = try Program.run("manual", "--out", folder.path)
    let result = try Program.shell("mandoc -T lint -W error \"$1\"/*.1", [folder.path])
    #expect(result.code == 0, "\(result.output)")
  }

  @Test(
    "Each shell gets a completion script that names the commands",
    arguments: ["bash", "zsh", "fish"])
  func completion(shell: String) throws {
    let result = try Program.run("--generate-completion-script", shell)
    #expect(result.code == 0 && result.errors == "")
    for word in ["certify", "doctor", "preflight"] {
      #expect(result.output.contains(word), "\(word)")
    }
    #expect(!result.output.contains("manual"))
    if shell == "bash" {
      let file = try folder.file("surety.bash", result.output)
      let check = try Program.shell("bash -n \"$1\"", [file])
      #expect(check.code == 0, "\(check.errors)")
    }
  }
}
