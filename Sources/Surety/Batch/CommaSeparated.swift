import Files
import Foundation

/// Tables of comma-separated values, as RFC 4180 has them.
public enum CommaSeparated {
  /// A row of a table.
  public struct Row: Sendable, Hashable {
    /// The line that it begins at, counted from 1.
    public var line: Int
    /// The cells, without the blanks around them.
    public var cells: [String]
  }

  /// The rows of a table; empty lines and lines that begin with `#` are none.
  ///
  /// Lines end in LF, CR LF or CR; a byte order mark is skipped. Cells in quotes may hold commas, line ends, and quotes
  /// written twice.
  ///
  /// - Throws: `InputError` naming `source` and the line when the text is not UTF-8, or a quote is out of place.
  public static func rows(_ data: Data, source: String) throws(InputError) -> [Row] {
    if data.starts(with: [0xff, 0xfe]) || data.starts(with: [0xfe, 0xff]) {
      throw InputError(source, "is UTF-16 text, expected UTF-8; save it as UTF-8")
    }
    let bytes = data.starts(with: [0xef, 0xbb, 0xbf]) ? data.dropFirst(3) : data
    // Text of two bytes a character, without its mark, is full of zeros.
    guard !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
      throw InputError(source, "is not UTF-8 text; save it as UTF-8")
    }
    var reader = Reader(source: source)
    // By scalars: CR LF is a single character.
    for scalar in text.unicodeScalars { try reader.take(scalar) }
    return try reader.end()
  }

  /// The cells of a line, without the blanks around them; what is wrong with it is taken as it stands.
  public static func cells(of line: String) -> [String] {
    guard let rows = try? rows(Data(line.utf8), source: ""), let row = rows.first else {
      return [""]
    }
    return row.cells
  }

  /// A line of cells; line ends within them become blanks.
  public static func line(_ cells: [String]) -> String {
    cells.map { cell in
      let flat = cell.replacing("\r\n", with: " ").replacing("\n", with: " ")
        .replacing("\r", with: " ")
      return flat.contains { $0 == "," || $0 == "\"" } || flat.hasPrefix("#")
        ? "\"\(flat.replacing("\"", with: "\"\""))\"" : flat
    }.joined(separator: ",")
  }

  /// Reads scalar by scalar.
  private struct Reader {
    let source: String
    var rows: [Row] = []
    private var cells: [String] = []
    private var cell = ""
    private var line = 1
    private var first = 1
    private var state = State.blank
    private var isAfterReturn = false

    init(source: String) { self.source = source }

    private enum State {
      /// Nothing but blanks in the cell so far.
      case blank
      case plain
      case quoted
      /// After a quote inside quotes: the end, or the first of two.
      case ended
      case comment
    }

    mutating func take(_ scalar: Unicode.Scalar) throws(InputError) {
      let isSecondOfPair = isAfterReturn && scalar == "\n"
      isAfterReturn = scalar == "\r"
      if isSecondOfPair {
        if state == .quoted { cell.unicodeScalars.append(scalar) }
        return
      }
      let isLineEnd = scalar == "\n" || scalar == "\r"
      if isLineEnd { line += 1 }
      switch (state, scalar) {
      case (.quoted, "\""): state = .ended
      case (.quoted, _): cell.unicodeScalars.append(scalar)
      case (.comment, _):
        if isLineEnd {
          state = .blank
          first = line
        }
      case (.ended, "\""):
        cell.append("\"")
        state = .quoted
      case (_, "\n"), (_, "\r"): endRow()
      case (_, ","): endCell()
      case (.ended, _):
        guard scalar == " " || scalar == "\t" else {
          throw InputError(
            source, place: "line \(line)", "goes on after a closing quote, expected a comma")
        }
      case (.blank, "#") where cells.isEmpty: state = .comment
      case (.blank, "\""):
        cell = ""
        state = .quoted
      case (.plain, "\""):
        throw InputError(
          source, place: "line \(line)",
          "has a quote inside a cell that does not begin with one; quote the cell, and write the quote twice"
        )
      default:
        cell.unicodeScalars.append(scalar)
        if scalar != " " && scalar != "\t" { state = .plain }
      }
    }

    mutating func end() throws(InputError) -> [Row] {
      guard state != .quoted else {
        throw InputError(source, place: "line \(first)", "has a quote that is never closed")
      }
      if state != .comment { endRow() }
      return rows
    }

    private mutating func endCell() {
      cells.append(state == .ended ? cell : cell.trimmingCharacters(in: .whitespaces))
      cell = ""
      state = .blank
    }

    private mutating func endRow() {
      endCell()
      if cells != [""] { rows.append(Row(line: first, cells: cells)) }
      cells = []
      first = line
    }
  }
}
