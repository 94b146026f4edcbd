import Certificates

/// How a reader gets the same results again.
struct CheckSection {
  var summary: Summary

  /// The section as HTML.
  var html: String {
    var steps: [String] = []
    if let command = summary.circumstances?.command {
      steps.append(
        step(
          "Run the same command into a new folder. Its <code>summary.json</code> must name the same "
            + "<code>model_sha256</code> (\(start(of: summary.modelDigest))) and <code>data_sha256</code> "
            + "(\(start(of: summary.dataDigest))).", Self.portable(command)))
    }
    steps.append(
      step(
        "Make this page again from the records beside it.",
        ["surety", "report", Self.folder(summary.circumstances?.command)]))
    return """
      <ol class="steps">\(steps.joined(separator: "\n"))</ol>
      <p class="soft">Times and the last digits of margins depend on the machine, and with a time limit also what \
      stays undecided.</p>
      """
  }

  private func start(of digest: String) -> String {
    "<code>\(escaped(String(digest.prefix(12))))…</code>"
  }

  private func step(_ text: String, _ command: [String]) -> String {
    "<li><p>\(text)</p><pre><code>\(escaped(shellCommand(command)))</code></pre></li>"
  }

  /// The command with the program's name alone: the folder it stood in is no part of the question.
  private static func portable(_ command: [String]) -> [String] {
    guard let program = command.first else { return [] }
    return [String(program.split(separator: "/").last ?? "surety")] + command.dropFirst()
  }

  /// What stands behind `--out`.
  private static func folder(_ command: [String]?) -> String {
    guard let command else { return "FOLDER" }
    if let place = command.firstIndex(of: "--out"), place + 1 < command.count {
      return command[place + 1]
    }
    return command.first { $0.hasPrefix("--out=") }.map { String($0.dropFirst(6)) } ?? "FOLDER"
  }
}
