import ArgumentParser
import Foundation
import Surety

/// `surety manual`: writes the manual pages, for `make install`.
struct ManualCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "manual", abstract: "Write the manual pages of all commands.",
    shouldDisplay: false)

  @Option(help: "The folder for the pages.", completion: .directory)
  var out: String

  func run() throws {
    let tree = try HelpTree.own()
    let siblings = tree.command.listed
    do {
      try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true)
    } catch {
      throw InputError(out, "the folder cannot be made")
    }
    let root = ManualPage(command: tree.command, siblings: siblings, isRoot: true)
    let pages =
      [root]
      + siblings.flatMap { sibling in
        [ManualPage(command: sibling, siblings: siblings, isRoot: false)]
          + sibling.listed.map {
            ManualPage(
              command: $0, siblings: siblings, isRoot: false, group: sibling.commandName)
          }
      }
    for page in pages {
      let path = "\(out)/\(page.fileName)"
      try writeFile(Data(page.text.utf8), to: path)
      try Console.line(path)
    }
  }
}
