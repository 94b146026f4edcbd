import ArgumentParser
import Foundation
import Surety

/// How the program ends: the contract that scripts depend on.
enum Exit: Int32 {
  /// The question was answered, whatever the answer.
  case answered = 0
  /// A limit of the program kept it from answering.
  case unanswered = 1
  /// The input or the command was wrong.
  case badInput = 2
  /// Ctrl-C, SIGTERM or SIGHUP, as shells report the first.
  case interrupted = 130

  /// Prints an error in one line, or help where it was asked for, and ends the program.
  static func with(_ error: any Error) -> Never {
    tidy()
    if let input = error as? InputError { fail(input.description) }
    if let code = error as? Exit.Code { exit(code.exit.rawValue) }
    if Tool.exitCode(for: error) == .success {
      print(Tool.fullMessage(for: error))
      do throws(InputError) { try Console.flush() } catch { fail(error.description) }
      exit(answered.rawValue)
    }
    let message =
      Misspelling.message(for: Array(CommandLine.arguments.dropFirst()))
      ?? Tool.message(for: error).split(whereSeparator: \.isNewline).joined(separator: " ")
    fail("\(message) (see '\(helpCommand) --help')")
  }

  /// Leaves no lock's file behind.
  static func tidy() { WritingGate.shared.close(within: 1) }

  /// Prints `surety: error: ...` and ends the program with the code for bad input.
  static func fail(_ message: String) -> Never {
    Console.error("surety: error: \(message)")
    exit(badInput.rawValue)
  }

  /// The command whose help would tell more.
  private static var helpCommand: String {
    var names = ["surety"]
    var known = Tool.configuration.subcommands
    for word in CommandLine.arguments.dropFirst() {
      guard let next = known.first(where: { $0.configuration.commandName == word }) else { break }
      names.append(word)
      known = next.configuration.subcommands
    }
    return names.joined(separator: " ")
  }

  /// Thrown to end with a code when everything was said already.
  struct Code: Error {
    var exit: Exit
  }
}
