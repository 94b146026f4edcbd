import Digests
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

    /// Creates a question.
    public init(model: String, property: String, timeout: Double) {
      self.model = model
      self.property = property
      self.timeout = timeout
    }

    /// The name of the instance's files, without their endings: of model and property what may stand in a file name, and eight digits that
    /// no other instance has.
    public var name: String {
      func stem(_ path: String) -> String {
        var name = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".gz", ".onnx", ".vnnlib"] where name.hasSuffix(ending) {
          name.removeLast(ending.count)
        }
        let safe = name.unicodeScalars.map { scalar -> Character in
          let isSafe =
            scalar.isASCII
            && (scalar.properties.isAlphabetic || "0123456789_-.".unicodeScalars.contains(scalar))
          return isSafe ? Character(scalar) : "_"
        }
        return String(safe.drop { $0 == "." || $0 == "-" }.prefix(60))
      }
      let key = sha256(of: Data("\(model)\n\(property)\n\(timeout)".utf8)).prefix(8)
      return "\(stem(model))-\(stem(property))-\(key)"
    }
  }

  /// The questions, in order.
  public let instances: [Instance]
  private let folder: String

  /// Reads a table of comma-separated values.
  ///
  /// Each line has a model, a property and a time limit in seconds, as in the verification competition. Where the first
  /// line names columns, those called `onnx`, `vnnlib` and `timeout` or `timeout_s` are read and others are not. Paths
  /// start at the table's folder. Empty lines and lines that begin with `#` are skipped.
  ///
  /// - Throws: `InputError` with the line of what cannot be read.
  public init(contentsOf path: String) throws(InputError) {
    folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
    var rows = try CommaSeparated.rows(readFile(path), source: path)[...]
    guard let first = rows.first else { throw InputError(path, "has no instances") }
    let columns = try Columns(first, source: path)
    if columns.areNamed { rows.removeFirst() }
    var instances: [Instance] = []
    for row in rows { instances.append(try columns.instance(row, source: path)) }
    guard !instances.isEmpty else { throw InputError(path, "has no instances") }
    self.instances = instances
  }

  /// Where a file of the table is.
  public func path(of name: String) -> String { name.hasPrefix("/") ? name : "\(folder)/\(name)" }
}

/// Where the cells of an instance are.
private struct Columns {
  private(set) var areNamed = false
  private var model = 0
  private var property = 1
  private var timeout = 2

  init(_ first: CommaSeparated.Row, source: String) throws(InputError) {
    let names = first.cells.map { $0.lowercased() }
    guard let model = names.firstIndex(of: "onnx") else { return }
    guard let property = names.firstIndex(of: "vnnlib"),
      let timeout = names.firstIndex(where: { $0 == "timeout" || $0 == "timeout_s" })
    else {
      throw InputError(
        source, place: "line \(first.line)",
        "names a column onnx, expected vnnlib and timeout as well")
    }
    (self.model, self.property, self.timeout) = (model, property, timeout)
    areNamed = true
  }

  func instance(
    _ row: CommaSeparated.Row, source: String
  ) throws(InputError) -> InstanceList.Instance {
    let (cells, place) = (row.cells, "line \(row.line)")
    guard cells.count > max(model, property, timeout) else {
      let hint = cells.count == 1 ? "; cells are separated by commas" : ""
      throw InputError(
        source, place: place,
        "has \(cells.count) cell\(cells.count == 1 ? "" : "s"), expected a model, a property and a time limit\(hint)"
      )
    }
    guard areNamed || cells.count == 3 else {
      throw InputError(
        source, place: place,
        "has \(cells.count) cells, expected a model, a property and a time limit; name the columns in a first line, "
          + "onnx,vnnlib,timeout, where there are others")
    }
    guard !cells[model].isEmpty, !cells[property].isEmpty else {
      throw InputError(
        source, place: place, "names no \(cells[model].isEmpty ? "model" : "property")")
    }
    let words = cells[timeout]
    guard words.wholeMatch(of: #/\+?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?/#) != nil,
      let seconds = Double(words), seconds > 0, seconds < 1e9
    else {
      throw InputError(
        source, place: place, "'\(words)' is not a time limit, expected seconds above 0")
    }
    return InstanceList.Instance(
      model: cells[model], property: cells[property], timeout: seconds)
  }
}
