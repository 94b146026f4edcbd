import Surety

/// An option that a command does not have.
enum Misspelling {
  /// Says which option is unknown, and which one may be meant; nil where every option is known.
  ///
  /// The argument parser names what is missing first, and so asks for `--eps` where `--esp` was given.
  ///
  /// - Parameter words: The words after the program's name.
  static func message(for words: [String]) -> String? {
    guard let tree = try? HelpTree.own(), case let (command, words) = tree.command(of: words),
      let command
    else { return nil }
    let own = (command.arguments ?? []).flatMap { $0.names ?? [] }.map(\.text)
    // Nobody who works with a command means the version.
    let (candidates, known) = (own.filter { $0 != "--version" }, own + ["--help", "--version"])
    for word in words.prefix(while: { $0 != "--" }) where word.hasPrefix("--") {
      let option = String(word.prefix { $0 != "=" })
      guard !known.contains(option) else { continue }
      let hint = nearest(to: option, among: candidates).map { ". Did you mean '\($0)'?" } ?? ""
      return "Unknown option '\(option)'\(hint)"
    }
    return nil
  }
}
