import ArgumentParser
import Surety

/// `surety merge`: joins the folders of several runs of certify about one question.
struct MergeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the folders of several runs of certify.",
    usage: """
      surety merge <folder> ... --out <out> [--restart] [--json]
      surety merge <out> <folder> ... [--restart] [--json]
      """,
    discussion: """
      For runs of one question, such as those with --shard 1/4 to 4/4. Model, data, region, arithmetic and version must be the same; \
      examples, methods and effort may differ. Where several folders have a result of one example, a decided one is taken, one with a \
      certificate before one without; results that contradict each other are refused. Writes certificates.jsonl, summary.json and \
      report.html of the whole, and says which shards are missing.
      """)

  @Argument(
    help: "The folders to be joined; without --out, the first one is the folder for the results.",
    completion: .directory)
  var folders: [String]

  @Option(help: "The folder for the results.", completion: .directory)
  var out: String?

  @Flag(help: "Replace results that are in the folder for the results.")
  var restart = false

  @Flag(help: "Print one JSON object.")
  var json = false

  func run() throws {
    let parts = out == nil ? Array(folders.dropFirst()) : folders
    guard let target = out ?? folders.first, !parts.isEmpty else {
      throw InputError(
        "merge", "one folder alone is nothing to join; expected folders of certify and --out")
    }
    let merge = try ResultMerge(parts)
    let summary = try merge.write(
      to: target, replacing: restart, command: CommandLine.arguments)
    if json { try Console.json(summary) } else { print(summary.text(in: target)) }
    for gap in merge.gaps { Console.error("surety: \(gap)") }
  }
}
