import Files
import Foundation

/// The rows of a CSV file: cells parted by commas, in quotes or not, lines ended in any of the usual ways.
///
/// Source: RFC 4180.
struct CSVText {
  /// A row that is not empty.
  struct Row {
    /// The line that it starts on, counted from 1.
    var line: Int
    /// The cells, without white space around them unless they are in quotes.
    var cells: [String]
  }

  let rows: [Row]

  /// Reads a file.
  ///
  /// - Throws: `InputError` when it is not UTF-8 text, a quote is not closed, or its cells are parted by semicolons or
  ///   tabulators.
  init(path: String) throws(InputError) {
    guard var text = String(data: try readFile(path), encoding: .utf8) else {
      throw InputError(path, "not UTF-8 text")
    }
    // Some table tools write a mark of the byte order first.
    if text.unicodeScalars.first == "\u{FEFF}" { text.unicodeScalars.removeFirst() }
    var parser = CSVParser()
    for scalar in text.unicodeScalars { parser.take(scalar) }
    rows = try parser.finish(path)
    guard let first = rows.first, first.cells.count == 1 else { return }
    for (mark, name) in [(";", "semicolons"), ("\t", "tabulators")]
    where first.cells[0].contains(mark) {
      throw InputError(
        path, place: "line \(first.line)", "cells parted by \(name); expected commas")
    }
  }
}

/// What has been read of a CSV file so far.
private struct CSVParser {
  private enum State { case plain, quoted, afterQuote }

  private var rows: [CSVText.Row] = []
  private var cells: [String] = []
  private var cell = String.UnicodeScalarView()
  private var wasQuoted = false
  private var state = State.plain
  private var line = 1
  private var start = 1
  private var problem: (line: Int, text: String)?
  /// Whether the last scalar was a carriage return, which a line feed belongs to.
  private var isAfterReturn = false

  mutating func take(_ scalar: Unicode.Scalar) {
    let belongs = isAfterReturn && scalar == "\n"
    isAfterReturn = scalar == "\r"
    if belongs {
      if state == .quoted { cell.append(scalar) }
      return
    }
    let endsLine = scalar == "\n" || scalar == "\r"
    if endsLine { line += 1 }
    switch (state, scalar) {
    case (.quoted, "\""): state = .afterQuote
    case (.quoted, _): cell.append(scalar)
    case (.afterQuote, "\""):
      cell.append(scalar)
      state = .quoted
    case (_, ","): endCell()
    case _ where endsLine: endRow()
    case (.plain, "\"") where cell.allSatisfy(\.properties.isWhitespace):
      cell = .init()
      (state, wasQuoted) = (.quoted, true)
    case (.plain, "\""):
      problem = problem ?? (line, "a quote inside a cell; expected it around the whole cell")
    case (.afterQuote, _) where !scalar.properties.isWhitespace:
      problem = problem ?? (line, "text after the closing quote of a cell")
    case (.afterQuote, _): break
    case (.plain, _): cell.append(scalar)
    }
  }

  private mutating func endCell() {
    let text = String(cell)
    cells.append(wasQuoted ? text : text.trimmingCharacters(in: .whitespaces))
    (cell, wasQuoted, state) = (.init(), false, .plain)
  }

  private mutating func endRow() {
    let isEmpty = cells.isEmpty && !wasQuoted && cell.allSatisfy(\.properties.isWhitespace)
    endCell()
    if !isEmpty { rows.append(.init(line: start, cells: cells)) }
    (cells, start) = ([], line)
  }

  mutating func finish(_ path: String) throws(InputError) -> [CSVText.Row] {
    if state == .quoted {
      throw InputError(path, place: "line \(start)", "a quote that is not closed")
    }
    endRow()
    if let problem { throw InputError(path, place: "line \(problem.line)", problem.text) }
    return rows
  }
}
