import Files
import Foundation

extension Datasets {
  /// Reads a table of numbers with a label in each row.
  ///
  /// The file is a CSV file, with a first line of names or without, or an array of shape (N, F) in a `.npy` file
  /// beside `labels.npy`. A folder stands for its `train.csv` or `test.csv`. The label is in the column that
  /// `labelColumn` names, else in the one called `label`, `class`, `target` or `y`, else in the last.
  ///
  /// Columns keep their values, and the shape of a row is [F, 1, 1]. A row with a value that is missing or no number
  /// is a problem of its example.
  ///
  /// - Throws: `InputError` naming the line when rows differ in length, or a label is not one.
  public static func table(
    _ path: String, split: Split, _ options: DataOptions = .init()
  ) throws(InputError) -> ImageSet {
    guard !isFolder(path) else {
      let other = "\(path)/\(split == .train ? Split.test : .train).csv"
      return try csvTable(
        "\(path)/\(split.rawValue).csv",
        sibling: FileManager.default.fileExists(atPath: other) ? other : nil,
        name: URL(fileURLWithPath: path).lastPathComponent, split: split, options)
    }
    let name = URL(fileURLWithPath: path).lastPathComponent
    if path.hasSuffix(".npy") {
      let labels = URL(fileURLWithPath: path).deletingLastPathComponent().path + "/labels.npy"
      let array = try NumpyArray(path: path)
      guard array.shape.count == 2 else {
        throw InputError(
          path, "shape \(array.shape); expected (N, F), and --data folder:DIR for pictures")
      }
      return try ImageSet(
        stack: array, labels: try NumpyArray(path: labels), name: name, split: split,
        options.classes)
    }
    guard path.hasSuffix(".csv") || path.hasSuffix(".csv.gz") else {
      throw InputError(path, "not a table by its name; expected .csv or .npy")
    }
    return try csvTable(path, sibling: nil, name: name, split: split, options)
  }

  private static func csvTable(
    _ path: String, sibling: String?, name: String, split: Split, _ options: DataOptions
  ) throws(InputError) -> ImageSet {
    let table = try LabelledTable(path, labelColumn: options.labelColumn)
    var found = table.labels
    if let sibling {
      found += try LabelledTable(sibling, labelColumn: options.labelColumn).labels.map {
        FoundName(name: $0.name, place: "\($0.place) of \(sibling)")
      }
    }
    let codes = try ClassCodes(table: found, source: path, order: options.classes)
    var (values, problems) = ([Float](), [Int: InputError]())
    values.reserveCapacity(table.rows.count * table.columns.count)
    for (index, row) in table.rows.enumerated() {
      do throws(InputError) {
        values += try table.values(of: row)
      } catch {
        problems[index] = error
        values += repeatElement(0, count: table.columns.count)
      }
    }
    if let first = problems[0], problems.count == table.rows.count { throw first }
    var set = ImageSet(
      name: name, split: split, shape: [table.columns.count, 1, 1], classes: codes.names,
      pixels: .floats(values), labels: table.labels.map { codes.code(of: $0.name) })
    (set.kind, set.numbering, set.problems) = (.rows, codes.numbering, problems)
    if table.isNamed { set.valueNames = table.columns.map(\.name) }
    return set
  }
}

/// A CSV file whose columns are known.
struct LabelledTable {
  /// A column of numbers.
  struct Column {
    /// Its place in a row, counted from 0.
    var place: Int
    /// Its name, or its number counted from 1.
    var name: String
  }

  let path: String
  let columns: [Column]
  /// Whether a first line names the columns.
  let isNamed: Bool
  let labels: [FoundName]
  let rows: [CSVText.Row]

  /// The names of a label's column that need no saying.
  private static let labelNames: Set = ["label", "class", "target", "y"]

  init(_ path: String, labelColumn: String?) throws(InputError) {
    self.path = path
    var rows = try CSVText(path: path).rows
    guard let first = rows.first else { throw InputError(path, "holds no row") }
    guard first.cells.count > 1 else {
      throw InputError(
        path, place: "line \(first.line)",
        "one cell; expected numbers and a label, parted by commas")
    }
    if let wrong = rows.first(where: { $0.cells.count != first.cells.count }) {
      throw InputError(
        path, place: "line \(wrong.line)",
        "\(wrong.cells.count) cells; line \(first.line) has \(first.cells.count)")
    }
    let header = try Self.header(first, path)
    isNamed = header != nil
    if header != nil { rows.removeFirst() }
    guard !rows.isEmpty else { throw InputError(path, "holds no row below the names") }
    let label = try Self.labelPlace(
      header ?? (1...first.cells.count).map(String.init), labelColumn, path,
      isNamed: header != nil)
    columns = first.cells.indices.filter { $0 != label }.map {
      Column(place: $0, name: header?[$0] ?? "\($0 + 1)")
    }
    labels = rows.map { FoundName(name: $0.cells[label], place: "line \($0.line)") }
    self.rows = rows
  }

  /// The numbers of a row.
  ///
  /// - Throws: `InputError` about the first that is missing or none.
  func values(of row: CSVText.Row) throws(InputError) -> [Float] {
    try columns.map { (column) throws(InputError) in
      let cell = row.cells[column.place]
      guard let value = Self.number(cell), Float(value).isFinite else {
        throw InputError(
          path, place: "line \(row.line), column \(column.name)",
          cell.isEmpty ? "the value is missing" : "\"\(cell)\" is not a finite 32-bit number")
      }
      return Float(value)
    }
  }

  /// The number that a cell holds; Swift's own reading also takes hexadecimal digits.
  private static func number(_ cell: String) -> Double? {
    cell.contains { "xXpP".contains($0) } ? nil : Double(cell)
  }

  /// The names in the first line, or nil when it is a row.
  private static func header(
    _ first: CSVText.Row, _ path: String
  ) throws(InputError) -> [String]? {
    let missing: Set = ["", "?", "na", "null", "none"]
    let names = first.cells.count { number($0) == nil && !missing.contains($0.lowercased()) }
    // The label of a row may be a name.
    guard names > 1 || (names == 1 && first.cells.count == 2 && number(first.cells[0]) == nil)
    else {
      if first.cells.count > 2, first.cells.enumerated().allSatisfy({ $1 == "\($0)" }) {
        throw InputError(
          path, place: "line \(first.line)",
          "0, 1, 2, ... are numbers of columns; expected names, or no such line")
      }
      return nil
    }
    for (place, cell) in first.cells.enumerated() where number(cell) != nil || cell.isEmpty {
      throw InputError(
        path, place: "line \(first.line)",
        cell.isEmpty
          ? "column \(place + 1) has no name; if it numbers the rows, leave it out"
          : "\"\(cell)\" among names; expected a line of names or a row of numbers and a label")
    }
    return first.cells
  }

  private static func labelPlace(
    _ names: [String], _ wanted: String?, _ path: String, isNamed: Bool
  ) throws(InputError) -> Int {
    if let wanted {
      let places = names.indices.filter { names[$0] == wanted }
      guard places.count == 1 else {
        let hint = nearest(to: wanted, among: names).map { "; did you mean \($0)?" } ?? ""
        throw InputError(
          path,
          places.isEmpty
            ? "has no column \"\(wanted)\"\(isNamed ? hint : "; columns are counted from 1")"
            : "has \(places.count) columns \"\(wanted)\"")
      }
      return places[0]
    }
    let known = names.indices.filter { labelNames.contains(names[$0].lowercased()) }
    guard known.count <= 1 else {
      throw InputError(
        path,
        "the columns \(known.map { names[$0] }.joined(separator: " and ")) may both hold the label; "
          + "name one with --label-column")
    }
    return known.first ?? names.count - 1
  }
}
