import Files
import Foundation

extension Datasets {
  /// Reads TinyImageNet, or a set in the same layout.
  ///
  /// The folder, or `tiny-imagenet-200` in it, holds
  /// - `wnids.txt`, the names of the classes, one a line;
  /// - `train/CLASS/images/*.JPEG`;
  /// - `val/val_annotations.txt`, lines that start with a file and its class, and the files in
  ///   `val/images`.
  ///
  /// Labels number the classes in alphabetical order, as training programs do, not in the order of
  /// `wnids.txt`. The training images come as the first of every class, then the second of every class,
  /// and so on, so that the first N of them are of all classes. The test part is `val`, because the labels
  /// of the set's own test part are not public. Gray images get three equal channels; a byte `b` is read
  /// as `b / 255`.
  ///
  /// Source: Y. Le and X. Yang, "Tiny ImageNet visual recognition challenge", Stanford CS 231N, 2015.
  ///
  /// A damaged picture is a problem of its example (`ImageSet.problem`).
  ///
  /// - Throws: `InputError` naming the file and the line when a file is missing or has another size than the
  ///   others.
  public static func tinyImageNet(_ folder: String, split: Split) throws(InputError) -> ImageSet {
    let inner = "\(folder)/tiny-imagenet-200"
    let layout = try TinyImageNetLayout(isFolder(inner) ? inner : folder)
    let entries = try split == .train ? layout.trainEntries() : layout.validationEntries()
    let pictures = try ColourPictures(entries.map(\.path))
    var set = ImageSet(
      name: "tinyimagenet", split: split, shape: pictures.shape, classes: layout.classes,
      pixels: .bytes(pictures.bytes, scale: 255), labels: entries.map(\.label))
    set.problems = pictures.problems
    set.exampleNames = names(of: entries.map(\.path), in: layout.folder)
    return set
  }
}

/// Which files a folder in the layout of TinyImageNet holds, and the class of each.
struct TinyImageNetLayout {
  /// A picture and its class.
  struct Entry {
    var path: String
    var label: Int32
  }

  let folder: String
  /// The names of the classes in alphabetical order.
  let classes: [String]

  init(_ folder: String) throws(InputError) {
    self.folder = folder
    let list = "\(folder)/wnids.txt"
    guard FileManager.default.fileExists(atPath: list) else {
      throw InputError(
        folder, "has no wnids.txt; expected the layout of tiny-imagenet-200 (wnids.txt, train, val)"
      )
    }
    var names = Set<String>()
    for line in try Self.lines(of: list) {
      guard names.insert(line.text).inserted else {
        throw InputError(list, place: "line \(line.number)", "class \(line.text) is there twice")
      }
    }
    guard !names.isEmpty else {
      throw InputError(list, "names no class; expected one a line, such as n02124075")
    }
    classes = names.sorted()
  }

  func trainEntries() throws(InputError) -> [Entry] {
    var ranked: [(rank: Int, entry: Entry)] = []
    for (label, name) in classes.enumerated() {
      let place = "\(folder)/train/\(name)/images"
      let files = ((try? FileManager.default.contentsOfDirectory(atPath: place)) ?? [])
        .filter { !$0.hasPrefix(".") && Self.isPicture($0) }
      guard !files.isEmpty else {
        throw InputError(place, "holds no .JPEG file; wnids.txt names class \(name)")
      }
      // n01443537_9.JPEG comes before n01443537_10.JPEG.
      let ordered = files.sorted { ($0.utf8.count, $0) < ($1.utf8.count, $1) }
      for (rank, file) in ordered.enumerated() {
        ranked.append((rank, Entry(path: "\(place)/\(file)", label: Int32(label))))
      }
    }
    return ranked.sorted { ($0.rank, $0.entry.label) < ($1.rank, $1.entry.label) }.map(\.entry)
  }

  func validationEntries() throws(InputError) -> [Entry] {
    let table = "\(folder)/val/val_annotations.txt"
    var entries: [Entry] = []
    for line in try Self.lines(of: table) {
      let words = line.text.split { $0 == "\t" || $0 == " " }
      guard words.count >= 2 else {
        throw InputError(
          table, place: "line \(line.number)",
          "expected a file and its class, then a box or nothing")
      }
      guard let label = classes.firstIndex(of: String(words[1])) else {
        throw InputError(
          table, place: "line \(line.number)", "class \(words[1]) is not in wnids.txt")
      }
      let path = "\(folder)/val/images/\(words[0])"
      guard FileManager.default.fileExists(atPath: path) else {
        throw InputError(table, place: "line \(line.number)", "no file \(path)")
      }
      entries.append(Entry(path: path, label: Int32(label)))
    }
    guard !entries.isEmpty else { throw InputError(table, "names no file") }
    return entries
  }

  private static func isPicture(_ name: String) -> Bool {
    let lower = name.lowercased()
    return lower.hasSuffix(".jpeg") || lower.hasSuffix(".jpg")
  }

  /// The lines of a text file that hold something, without blanks around.
  private static func lines(of path: String) throws(InputError) -> [(number: Int, text: String)] {
    guard let text = String(data: try readFile(path), encoding: .utf8) else {
      throw InputError(path, "not UTF-8 text")
    }
    return text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated()
      .map { ($0 + 1, $1.trimmingCharacters(in: .whitespaces)) }.filter { !$0.1.isEmpty }
  }
}
