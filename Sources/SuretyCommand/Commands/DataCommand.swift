import ArgumentParser
import Surety

/// `surety data`: fetches or converts a public data set.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Download a public data set, or convert a local copy.")

  @Argument(
    help: "The data set: mnist or cifar10.", completion: .list(DataFetcher.names))
  var name: String

  @Option(help: "The folder for the files.", completion: .directory)
  var out: String

  @Option(help: "Another source: an address, or a local folder or archive.")
  var from: String?

  @OptionGroup var printing: PrintingOptions

  func run() throws {
    let line = ProgressLine("data", "MiB", isQuiet: printing.quiet)
    let report = try DataFetcher().fetch(name, into: out, from: from) { progress in
      line.update(done: progress.bytes >> 20, of: progress.total.map { $0 >> 20 })
      line.stage(progress.file)
    }
    line.end()
    if printing.json {
      try Console.json(Report(files: report.files, notes: report.notes))
      return
    }
    for file in report.files { print(file) }
    if !printing.quiet { for note in report.notes { Console.error("surety: note: \(note)") } }
  }

  /// What is printed as JSON.
  private struct Report: Encodable {
    var files: [String]
    var notes: [String]
  }
}
