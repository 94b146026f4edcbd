import ArgumentParser
import Foundation
import Surety

/// `surety report`: makes the page of a run again from its records.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Make the page of a run again from its records.",
    discussion: """
      Reads the folder that certify, attack, radius, train or compare wrote, and nothing else. More folders of the same \
      question at other radii add their points to a curve of accuracy against the radius.
      """)

  @Argument(help: "The folder of a run, then folders of the same question at other radii.")
  var folders: [String]

  @Option(help: "The page; report.html in the first folder unless given.")
  var out: String?

  func run() throws {
    let path = out ?? "\(folders[0])/report.html"
    try writeFile(Data(FolderReport(folders).page().utf8), to: path)
    print(path)
  }
}
