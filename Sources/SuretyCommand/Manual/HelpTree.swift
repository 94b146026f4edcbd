import ArgumentParser
import Foundation
import Surety

/// The help of all commands as data: what `--experimental-dump-help` prints, as far as manual pages need it.
struct HelpTree: Decodable {
  /// A command.
  struct Command: Decodable {
    var commandName: String
    var shouldDisplay: Bool
    var abstract: String?
    var discussion: String?
    var subcommands: [Command]?
    var arguments: [Argument]?

    /// The commands of the group that people are told of.
    var listed: [Command] {
      (subcommands ?? []).filter { $0.shouldDisplay && $0.commandName != "help" }
    }
  }

  /// An argument, an option or a flag.
  struct Argument: Decodable {
    struct Name: Decodable {
      var kind: String
      var name: String

      /// The name as it is typed.
      var text: String { kind == "long" ? "--\(name)" : "-\(name)" }
    }

    var kind: String
    var shouldDisplay: Bool
    var isOptional: Bool
    var isRepeating: Bool
    var names: [Name]?
    var preferredName: Name?
    var valueName: String?
    var defaultValue: String?
    var allValues: [String]?
    var abstract: String?
  }

  var command: Command

  /// The command that some words begin with, the innermost one of a group, and the words after its name; nil where none is named.
  func command(of words: [String]) -> (command: Command?, rest: [String]) {
    var (found, rest): (Command?, [String]) = (nil, words)
    while let name = rest.first,
      let next = (found ?? command).subcommands?.first(where: { $0.commandName == name })
    {
      found = next
      rest.removeFirst()
    }
    return (found, rest)
  }

  /// The help of the program that runs.
  ///
  /// - Throws: `InputError` when the argument parser describes itself in another form.
  static func own() throws(InputError) -> HelpTree {
    do {
      return try JSONDecoder().decode(HelpTree.self, from: Data(Tool._dumpHelp().utf8))
    } catch {
      throw InputError("manual", "the argument parser describes the commands in an unknown form")
    }
  }
}
