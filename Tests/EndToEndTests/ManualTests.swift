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
    // One page more for the program, and one for each command of a group.
    let group = try String(
      contentsOfFile: "\(folder.path)/surety-diagnose.1", encoding: .utf8)
    #expect(group.contains("\n\\fBsurety\\-diagnose\\-scaling\\fR(1)\n"))
    let member = try String(
      contentsOfFile: "\(folder.path)/surety-diagnose-scaling.1", encoding: .utf8)
    #expect(member.contains("\n.B surety diagnose scaling\n"))
    #expect(member.contains("\\fB\\-\\-base\\-width\\fR"))
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).count == names.count + 2)
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
