import Files
import Foundation

/// Which image files a folder holds, and the class of each.
struct FolderIndex {
  var files: [String] = []
  var labels: [Int32] = []
  var classes: [String] = []

  /// Reads `labels.csv` where there is one, and the names of the sub-folders otherwise.
  ///
  /// - Parameters:
  ///   - folder: The folder to list.
  ///   - sibling: The folder of the other split, whose classes count too, so that a class that one of
  ///     them lacks does not shift the labels.
  init(_ folder: String, sibling: String?) throws(InputError) {
    if FileManager.default.fileExists(atPath: "\(folder)/labels.csv") {
      try self.init(table: "\(folder)/labels.csv", folder: folder, sibling: sibling)
    } else {
      try self.init(subfoldersOf: folder, sibling: sibling)
    }
  }

  private init(subfoldersOf folder: String, sibling: String?) throws(InputError) {
    let own = subfolders(of: folder)
    guard !own.isEmpty else {
      throw InputError(
        folder,
        "expected sub-folders named by class, a labels.csv, or an array file beside labels.npy")
    }
    let codes = ClassCodes(names: own + (sibling.map(subfolders) ?? []))
    classes = codes.names
    for name in codes.ordered(own) {
      let images = listing(of: "\(folder)/\(name)").filter(isImage)
      files += images.map { "\(folder)/\(name)/\($0)" }
      labels += images.map { _ in codes.code(of: name) }
    }
    guard !files.isEmpty else {
      throw InputError(folder, "no .png or .npy file in its sub-folders")
    }
  }

  private init(table: String, folder: String, sibling: String?) throws(InputError) {
    let rows = try Self.rows(of: table)
    var names = rows.map(\.label)
    if let other = sibling.map({ "\($0)/labels.csv" }),
      FileManager.default.fileExists(atPath: other)
    {
      names += try Self.rows(of: other).map(\.label)
    }
    let codes = ClassCodes(names: names)
    classes = codes.names
    for row in rows {
      let path = "\(folder)/\(row.file)"
      guard isImage(row.file) else {
        throw InputError(
          table, place: "line \(row.line)", "\(row.file) is neither .png nor .npy")
      }
      guard FileManager.default.fileExists(atPath: path) else {
        throw InputError(table, place: "line \(row.line)", "no file \(path)")
      }
      files.append(path)
      labels.append(codes.code(of: row.label))
    }
  }

  private struct Row {
    let line: Int
    let file: String
    let label: String
  }

  /// The rows of a table of two columns, `file,label`, after an optional line that says just that.
  private static func rows(of table: String) throws(InputError) -> [Row] {
    guard let text = String(data: try readFile(table), encoding: .utf8) else {
      throw InputError(table, "not UTF-8 text")
    }
    var rows: [Row] = []
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    for (index, line) in lines.enumerated() where !line.allSatisfy(\.isWhitespace) {
      let cells = line.split(separator: ",", omittingEmptySubsequences: false)
        .map { $0.trimmingCharacters(in: .whitespaces) }
      if index == 0, cells == ["file", "label"] { continue }
      guard cells.count == 2, !cells.contains(""), !line.contains("\"") else {
        throw InputError(table, place: "line \(index + 1)", "expected file,label without quotes")
      }
      rows.append(Row(line: index + 1, file: cells[0], label: cells[1]))
    }
    guard !rows.isEmpty else { throw InputError(table, "names no file; expected lines file,label") }
    return rows
  }
}

/// The labels that class names stand for: the number itself where every name is a small number, and
/// otherwise the position in alphabetical order.
struct ClassCodes {
  let names: [String]
  private let areNumbers: Bool

  init(names: [String]) {
    let numbers = names.compactMap { Int($0) }.filter { (0..<10_000).contains($0) }
    areNumbers = numbers.count == names.count
    if areNumbers {
      self.names = (0...(numbers.max() ?? 0)).map(String.init)
    } else {
      self.names = Set(names).sorted()
    }
  }

  /// The label of one of the names.
  func code(of name: String) -> Int32 {
    Int32((areNumbers ? Int(name) : names.firstIndex(of: name)) ?? 0)
  }

  /// The names in the order of their labels.
  func ordered(_ some: [String]) -> [String] {
    some.sorted { (code(of: $0), $0) < (code(of: $1), $1) }
  }
}

/// The names in a folder, hidden ones left out, in the order of their characters.
private func listing(of folder: String) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  return names.filter { !$0.hasPrefix(".") }.sorted()
}

private func subfolders(of folder: String) -> [String] {
  listing(of: folder).filter { isFolder("\(folder)/\($0)") }
}

private func isImage(_ name: String) -> Bool {
  let lower = name.lowercased()
  return lower.hasSuffix(".png") || lower.hasSuffix(".npy")
}
