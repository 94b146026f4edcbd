import Records

/// How a reader gets the same results again.
struct CheckSection {
  /// A run of a page.
  struct Run {
    var modelDigest: String
    var dataDigest: String
    /// The program and its arguments, where they are known.
    var command: [String]?
    /// The commands of the runs that it was joined from.
    var parts: [[String]] = []
    /// The model file as it was named, where lines carry certificates.
    var proved: String?
  }

  var runs: [Run]

  /// The section as HTML.
  var html: String {
    var steps: [String] = []
    let proved = runs.filter { $0.proved != nil }
    if !proved.isEmpty {
      steps.append(
        step(
          "Let the checker prove the certificates again. It shares no mathematics with the program that wrote them.",
          proved.map {
            [
              "surety", "check", "\(Self.folder($0.command))/certificates.jsonl", "--model",
              $0.proved ?? "MODEL",
            ]
          }))
    }
    let commands = runs.flatMap { $0.parts + [$0.command].compactMap { $0 } }
    if !commands.isEmpty {
      let what =
        commands.count > 1
        ? "Run the same commands into new folders. Each <code>summary.json</code>"
        : "Run the same command into a new folder. Its <code>summary.json</code>"
      steps.append(
        step(
          "\(what) must name the same <code>model_sha256</code> (\(start(of: runs[0].modelDigest))) and "
            + "<code>data_sha256</code> (\(start(of: runs[0].dataDigest))).",
          commands.map(Self.portable)))
    }
    steps.append(
      step(
        "Make this page again from the records\(runs.count > 1 ? "" : " beside it").",
        [["surety", "report"] + runs.map { Self.folder($0.command) }]))
    return """
      <ol class="steps">\(steps.joined(separator: "\n"))</ol>
      <p class="soft">Times and the last digits of margins depend on the machine, and with a time limit also what \
      stays open.</p>
      """
  }

  private func start(of digest: String) -> String {
    "<code>\(escaped(String(digest.prefix(12))))…</code>"
  }

  private func step(_ text: String, _ commands: [[String]]) -> String {
    let lines = commands.map { escaped(shellCommand($0)) }.joined(separator: "\n")
    return "<li><p>\(text)</p><pre><code>\(lines)</code></pre></li>"
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

extension CheckSection.Run {
  /// The run of totals.
  init(_ summary: Summary) {
    self.init(
      modelDigest: summary.modelDigest, dataDigest: summary.dataDigest,
      command: summary.circumstances?.command,
      parts: (summary.parts ?? []).compactMap(\.circumstances?.command),
      proved: summary.certificates == nil ? nil : summary.model)
  }
}
