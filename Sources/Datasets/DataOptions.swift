import Files
import Foundation

/// What a user says about data beyond where they are.
public struct DataOptions: Sendable, Hashable {
  /// Which class is which output; nil to find out from the names.
  public var classes: ClassOrder?
  /// The column of a table that holds the labels; nil for the one called so, or the last.
  public var labelColumn: String?
  /// How pictures in files of their own are brought to one size; nil to take them as they are.
  public var resizing: Resizing?

  /// Creates options.
  public init(
    classes: ClassOrder? = nil, labelColumn: String? = nil, resizing: Resizing? = nil
  ) {
    self.classes = classes
    self.labelColumn = labelColumn
    self.resizing = resizing
  }

  /// Refuses what has no meaning for a kind of data.
  func check(for kind: String) throws(InputError) {
    if classes != nil, !["folder", "table", "npz"].contains(kind) {
      throw InputError("--classes", "is for folders, tables and arrays; \(kind) has its classes")
    }
    if resizing != nil, kind != "folder" {
      throw InputError("--resize and --crop", "are for pictures in folders: --data folder:DIR")
    }
    if labelColumn != nil, kind != "table" {
      throw InputError("--label-column", "is for tables: --data table:FILE")
    }
  }
}

extension ClassOrder {
  /// Reads what `--classes` says: `numbers`, `alphabetical`, or a file with the name of a class in each line, in the
  /// order of the network's outputs.
  ///
  /// - Throws: `InputError` when the file is missing, or names no class or one twice.
  public init(_ text: String) throws(InputError) {
    switch text {
    case "numbers": self = .numbers
    case "alphabetical": self = .alphabetical
    default:
      guard FileManager.default.fileExists(atPath: text) else {
        throw InputError(
          "--classes", "\"\(text)\" is no file; expected numbers, alphabetical, or a file of names")
      }
      guard let content = String(data: try readFile(text), encoding: .utf8) else {
        throw InputError(text, "not UTF-8 text; expected the name of a class in each line")
      }
      var names: [String] = []
      for (index, line) in content.split(
        omittingEmptySubsequences: false, whereSeparator: \.isNewline
      )
      .enumerated() {
        let name = line.trimmingCharacters(in: .whitespaces)
        if name.isEmpty { continue }
        guard !names.contains(name) else {
          throw InputError(text, place: "line \(index + 1)", "class \(name) is there twice")
        }
        names.append(name)
      }
      guard !names.isEmpty else {
        throw InputError(text, "names no class; expected one in each line")
      }
      self = .list(names)
    }
  }
}
