import Files
import Foundation

/// Questions for `surety batch`: models, properties and time limits, read from a table.
public struct InstanceList: Sendable {
  /// One question.
  public struct Instance: Hashable, Sendable {
    /// The model as the table names it.
    public var model: String
    /// The property as the table names it.
    public var property: String
    /// The seconds that it may take.
    public var timeout: Double
  }

  /// The questions, in order.
  public let instances: [Instance]
  private let folder: String

  /// Reads a table of comma-separated values.
  ///
  /// Each line has a model, a property and a time limit in seconds, as in the verification competition. Where the first
  /// line names columns, those called `onnx`, `vnnlib` and `timeout` or `timeout_s` are read and others are not. Paths
  /// start at the table's folder.
  ///
  /// - Throws: `InputError` with the line of what cannot be read.
  public init(contentsOf path: String) throws(InputError) {
    let text = String(decoding: try readFile(path), as: UTF8.self)
    folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var places: (model: Int, property: Int, timeout: Int) = (0, 1, 2)
    var instances: [Instance] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let cells = CommaSeparated.cells(of: String(line))
      guard cells != [""] else { continue }
      let place = "line \(number + 1)"
      if instances.isEmpty, let model = cells.firstIndex(of: "onnx") {
        guard let property = cells.firstIndex(of: "vnnlib"),
          let timeout = cells.firstIndex(where: { $0 == "timeout" || $0 == "timeout_s" })
        else {
          throw InputError(
            path, place: place, "names a column onnx, expected vnnlib and timeout as well")
        }
        places = (model, property, timeout)
        continue
      }
      guard cells.count > max(places.model, places.property, places.timeout) else {
        throw InputError(
          path, place: place,
          "has \(cells.count) cells, expected a model, a property and a time limit")
      }
      guard let timeout = Double(cells[places.timeout]), timeout > 0, timeout < 1e9 else {
        throw InputError(
          path, place: place,
          "'\(cells[places.timeout])' is not a time limit, expected seconds above 0")
      }
      instances.append(
        Instance(model: cells[places.model], property: cells[places.property], timeout: timeout))
    }
    guard !instances.isEmpty else { throw InputError(path, "has no instances") }
    self.instances = instances
  }

  /// Where a file of the table is.
  public func path(of name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }
}

/// Lines of comma-separated values, as RFC 4180 has them, without line ends inside a cell.
public enum CommaSeparated {
  /// The cells of a line, without the blanks around them.
  public static func cells(of line: String) -> [String] {
    var cells: [String] = []
    var cell = ""
    var isQuoted = false
    var previous: Character?
    for character in line {
      switch character {
      case "\"":
        // Two quotes inside quotes are one.
        if !isQuoted, previous == "\"" { cell.append("\"") }
        isQuoted.toggle()
      case ",":
        if isQuoted {
          cell.append(character)
        } else {
          cells.append(cell)
          cell = ""
        }
      default: cell.append(character)
      }
      previous = character
    }
    return (cells + [cell]).map { $0.trimmingCharacters(in: .whitespaces) }
  }

  /// A line of cells.
  public static func line(_ cells: [String]) -> String {
    cells.map { cell in
      let flat = cell.replacing("\n", with: " ").replacing("\r", with: " ")
      return flat.contains { $0 == "," || $0 == "\"" }
        ? "\"\(flat.replacing("\"", with: "\"\""))\"" : flat
    }.joined(separator: ",")
  }
}
