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
