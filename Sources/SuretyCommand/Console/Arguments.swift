import Foundation
import Surety

/// The words of the command line, before they are taken apart.
enum Arguments {
  /// Prepares the words: joins negative numbers to their options, and refuses what cannot be meant.
  ///
  /// - Parameters:
  ///   - words: The words after the program's name.
  ///   - commands: The names of the commands that people are told of.
  ///   - hidden: The names of all commands.
  /// - Throws: `InputError` for an empty word and for a command that does not exist.
  static func prepared(
    _ words: [String], commands: [String], hidden: [String]
  ) throws(InputError) -> [String] {
    for (place, word) in words.enumerated() {
      try refuseEmpty(word, place, in: words)
    }
    let named = words.first == "help" ? Array(words.dropFirst()) : words
    if let first = named.first, !first.hasPrefix("-"), !hidden.contains(first) {
      throw unknown(first, among: commands)
    }
    return joined(words)
  }

  private static func unknown(_ word: String, among commands: [String]) -> InputError {
    let hint = nearest(to: word, among: commands).map { "; did you mean \($0)?" } ?? ""
    return InputError(
      "command '\(word)'", "unknown; known are \(commands.joined(separator: ", "))\(hint)")
  }

  /// An empty word is a variable of the shell that was not set, as a rule.
  private static func refuseEmpty(
    _ word: String, _ place: Int, in words: [String]
  ) throws(InputError) {
    if word.hasPrefix("--"), word.hasSuffix("="), word.count > 3 {
      throw InputError(
        String(word.dropLast()), "is empty, expected a value (is a variable not set?)")
    }
    guard word.isEmpty else { return }
    let before = place > 0 ? words[place - 1] : ""
    let source = before.hasPrefix("--") && !before.contains("=") ? before : "argument \(place + 1)"
    throw InputError(source, "is empty, expected a value (is a variable not set?)")
  }

  /// Writes `--eps -0.1` as `--eps=-0.1`: a word that is a number is the value of the option before it.
  private static func joined(_ words: [String]) -> [String] {
    var result: [String] = []
    for word in words {
      if isNegativeNumber(word), let last = result.last, last.hasPrefix("--"), last != "--",
        !last.contains("=")
      {
        result[result.count - 1] = "\(last)=\(word)"
      } else {
        result.append(word)
      }
    }
    return result
  }

  /// Whether a word is a number below zero, a fraction or a list that begins with one.
  private static func isNegativeNumber(_ word: String) -> Bool {
    word.wholeMatch(of: #/-[0-9.][0-9.eE+\-]*([\/,]-?[0-9.eE+\-]+)*/#) != nil
  }
}
