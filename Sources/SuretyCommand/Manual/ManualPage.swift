import Surety

/// A manual page in the language of `man`, made from the help of a command.
struct ManualPage {
  /// The command; the program itself for the first page.
  let command: HelpTree.Command
  /// The names of all commands that people are told of.
  let siblings: [HelpTree.Command]
  /// Whether this is the page of the program.
  let isRoot: Bool
  /// The group that the command is in, such as `diagnose`; nil for none.
  var group: String?

  /// The command as it is typed: `certify`, `diagnose scaling`.
  private var words: [String] { [group, command.commandName].compactMap(\.self) }

  /// The name of the page: `surety-certify`.
  var name: String { isRoot ? "surety" : (["surety"] + words).joined(separator: "-") }

  /// The name of its file.
  var fileName: String { "\(name).1" }

  /// The page.
  var text: String {
    let lines =
      [
        ".\\\" Made by \"surety manual\" from the help of the commands.",
        ".TH \(Self.quoted(name.uppercased())) 1 \"\" \(Self.quoted("surety \(Release.version)")) \"Surety\"",
        ".SH NAME", "\(Self.escaped(name)) \\- \(Self.escaped(purpose))",
        ".SH SYNOPSIS",
      ] + synopsis + description + arguments + commandList + exitStatus + environment + seeAlso
    return lines.joined(separator: "\n") + "\n"
  }

  /// The abstract without its full stop, as the first line of a page has it.
  private var purpose: String {
    var text = command.abstract ?? ""
    if text.hasSuffix(".") { text.removeLast() }
    return text
  }

  private var shown: [HelpTree.Argument] {
    (command.arguments ?? []).filter(\.shouldDisplay)
  }

  private var synopsis: [String] {
    if isRoot { return [".B surety", ".I command", "[\\fIargument\\fR ...]"] }
    var lines = [".B surety \(Self.escaped(words.joined(separator: " ")))"]
    if !members.isEmpty { lines.append("\\fIcommand\\fR") }
    for argument in shown where argument.kind == "positional" {
      let value = "\\fI\(Self.escaped(argument.valueName ?? "value"))\\fR"
      lines.append(argument.isOptional ? "[\(value)]" : value)
    }
    for argument in shown where argument.kind == "option" && !argument.isOptional {
      lines.append(
        "\\fB\(Self.escaped(argument.preferredName?.text ?? ""))\\fR \\fI\(Self.escaped(argument.valueName ?? "value"))\\fR"
      )
    }
    return lines + ["[\\fIoption\\fR ...]"]
  }

  private var description: [String] {
    let paragraphs = [command.abstract, command.discussion].compactMap { $0 }.filter { !$0.isEmpty }
    guard !paragraphs.isEmpty else { return [] }
    return [".SH DESCRIPTION"]
      + Array(paragraphs.map { [Self.escaped($0)] }.joined(separator: [".PP"]))
  }

  private var arguments: [String] {
    let positional = shown.filter { $0.kind == "positional" }
    let others = shown.filter { $0.kind != "positional" }
    return (positional.isEmpty ? [] : [".SH ARGUMENTS"]) + positional.flatMap(Self.entry)
      + (others.isEmpty ? [] : [".SH OPTIONS"]) + others.flatMap(Self.entry)
  }

  private static func entry(_ argument: HelpTree.Argument) -> [String] {
    let value = "\\fI\(escaped(argument.valueName ?? "value"))\\fR"
    let names = (argument.names ?? []).map { "\\fB\(escaped($0.text))\\fR" }
      .joined(separator: ", ")
    let head =
      switch argument.kind {
      case "positional": value
      case "option": "\(names) \(value)"
      default: names
      }
    var text = escaped(argument.abstract ?? "")
    if let values = argument.allValues, !values.isEmpty {
      text += " One of \(escaped(values.joined(separator: ", ")))."
    }
    if let value = argument.defaultValue { text += " Default: \(escaped(value))." }
    if argument.isRepeating { text += " May be repeated." }
    return [".TP", head, text.isEmpty ? "\\&" : text]
  }

  /// The commands of a group.
  private var members: [HelpTree.Command] { isRoot ? [] : command.listed }

  private var commandList: [String] {
    let listed = isRoot ? siblings : members
    guard !listed.isEmpty else { return [] }
    return [".SH COMMANDS"]
      + listed.flatMap { sibling in
        [
          ".TP", "\\fB\(Self.escaped("\(name)-\(sibling.commandName)"))\\fR(1)",
          Self.escaped(sibling.abstract ?? "\\&"),
        ]
      }
  }

  private var exitStatus: [String] {
    [
      ".SH EXIT STATUS",
      ".TP", "0", "The question was answered, whatever the answer.",
      ".TP", "1", "It was not: a check failed, or a limit was reached.",
      ".TP", "2", "The input or the command was wrong.",
      ".TP", "130", "The program was interrupted.",
    ]
  }

  private var environment: [String] {
    [
      ".SH ENVIRONMENT",
      ".TP", "\\fBSURETY_DATA\\fR", "The folder in which data sets are looked for.",
      ".TP", "\\fBNO_COLOR\\fR", "Where it is set and not empty, nothing is coloured.",
    ]
  }

  private var seeAlso: [String] {
    let names =
      (isRoot ? [] : ["surety"])
      + siblings.map { "surety-\($0.commandName)" }.filter { $0 != name }
    return [".SH SEE ALSO"]
      + names.enumerated().map { place, name in
        ".BR \(Self.escaped(name)) (1)\(place == names.count - 1 ? "" : ",")"
      }
  }

  private static func quoted(_ text: String) -> String {
    "\"\(escaped(text).replacing("\"", with: "\\(dq"))\""
  }

  /// Text without meaning for the formatter: no commands, no escapes, hyphens that can be copied.
  static func escaped(_ text: String) -> String {
    let words = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
      .split(whereSeparator: \.isNewline).joined(separator: " ")
    return words.hasPrefix(".") || words.hasPrefix("'") ? "\\&\(words)" : words
  }
}
