import ArgumentParser
import Surety

/// `surety data`: fetches or converts a public data set.
struct DataCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Download a public data set, or convert a local copy.")

  @Argument(help: "The data set: mnist or cifar10.")
  var name: String

  @Option(help: "The folder for the files.")
  var out: String

  @Option(help: "Another source: an address, or a local folder or archive.")
  var from: String?

  func run() throws {
    let line = ProgressLine()
    let report = try DataFetcher().fetch(name, into: out, from: from) { progress in
      let total = progress.total.map { " of \($0 >> 20)" } ?? ""
      line.show("\(progress.file): \(progress.bytes >> 20)\(total) MiB")
    }
    line.clear()
    for file in report.files { print(file) }
    for note in report.notes { Console.error("surety: note: \(note)") }
  }
}
