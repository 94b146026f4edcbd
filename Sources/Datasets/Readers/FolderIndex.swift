import Files
import Foundation

/// Which image files a folder holds, and the class of each.
struct FolderIndex {
  /// The files, and why one cannot be used where that is known.
  var files: [String] = []
  var labels: [Int32] = []
  let codes: ClassCodes

  /// Reads `labels.csv` where there is one, and the names of the sub-folders otherwise.
  ///
  /// - Parameters:
  ///   - folder: The folder to list.
  ///   - sibling: The folder of the other split, whose classes count too, so that a class that one of
  ///     them lacks does not shift the labels.
  ///   - order: Which class is which output, where the user says so.
  init(_ folder: String, sibling: String?, order: ClassOrder?) throws(InputError) {
    if FileManager.default.fileExists(atPath: "\(folder)/labels.csv") {
      try self.init(
        table: "\(folder)/labels.csv", folder: folder, sibling: sibling, order: order)
    } else {
      try self.init(subfoldersOf: folder, sibling: sibling, order: order)
    }
  }

  private init(
    subfoldersOf folder: String, sibling: String?, order: ClassOrder?
  ) throws(InputError) {
    let own = subfolders(of: folder)
    guard !own.isEmpty else {
      throw InputError(
        folder,
        "expected sub-folders named by class, a labels.csv, or an array file beside labels.npy")
    }
    codes = try ClassCodes(
      folders: own + (sibling.map(subfolders) ?? []), source: folder, order: order)
    for name in codes.ordered(own) {
      let images = try pictures(below: "\(folder)/\(name)")
      files += images
      labels += images.map { _ in codes.code(of: name) }
    }
    guard !files.isEmpty else {
      throw InputError(folder, "no .png, .jpg or .npy file in its sub-folders")
    }
  }

  private init(
    table: String, folder: String, sibling: String?, order: ClassOrder?
  ) throws(InputError) {
    let rows = try Self.rows(of: table)
    var names = rows.map { FoundName(name: $0.label, place: "line \($0.line)") }
    if let other = sibling.map({ "\($0)/labels.csv" }),
      FileManager.default.fileExists(atPath: other)
    {
      names += try Self.rows(of: other).map {
        FoundName(name: $0.label, place: "line \($0.line) of \(other)")
      }
    }
    codes = try ClassCodes(table: names, source: table, order: order)
    for row in rows {
      guard PictureFile.Format(row.file) != nil else {
        throw InputError(
          table, place: "line \(row.line)", "\(row.file) is none of .png, .jpg, .jpeg and .npy")
      }
      files.append(row.file.hasPrefix("/") ? row.file : "\(folder)/\(row.file)")
      labels.append(codes.code(of: row.label))
    }
  }

  private struct Row {
    let line: Int
    let file: String
    let label: String
  }

  /// The rows of a table of two columns, `file,label`, after an optional line that names the columns.
  private static func rows(of table: String) throws(InputError) -> [Row] {
    let text = try CSVText(path: table)
    var rows: [Row] = []
    for (index, row) in text.rows.enumerated() {
      guard row.cells.count == 2, !row.cells[0].isEmpty else {
        throw InputError(
          table, place: "line \(row.line)",
          "\(row.cells.count) cells; expected the two of file,label")
      }
      // A first line whose file has no suffix of a picture names the columns.
      if index == 0, !row.cells[0].contains(".") { continue }
      rows.append(Row(line: row.line, file: row.cells[0], label: row.cells[1]))
    }
    guard !rows.isEmpty else { throw InputError(table, "names no file; expected lines file,label") }
    return rows
  }
}

/// The names in a folder, hidden ones left out, in the order of their characters.
private func listing(of folder: String) -> [String] {
  let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
  return names.filter { !$0.hasPrefix(".") }.inOrder
}

private func subfolders(of folder: String) -> [String] {
  listing(of: folder).filter { isFolder("\(folder)/\($0)") }
}

/// The pictures in a folder and in the folders below it, a folder's own first, as PyTorch's `ImageFolder` goes.
///
/// - Throws: `InputError` about a picture in a format that is not read: leaving it out would change the data.
private func pictures(below folder: String) throws(InputError) -> [String] {
  var folders = [folder]
  var pending = [folder]
  while let next = pending.popLast() {
    let inner = subfolders(of: next).map { "\(next)/\($0)" }
    folders += inner
    pending += inner
  }
  var found: [String] = []
  for place in folders.inOrder {
    for name in listing(of: place) where !isFolder("\(place)/\(name)") {
      if PictureFile.Format(name) != nil {
        found.append("\(place)/\(name)")
      } else if PictureFile.isForeign(name) {
        throw InputError(
          "\(place)/\(name)", "a format that is not read; expected .png, .jpg, .jpeg or .npy")
      }
    }
  }
  return found
}
