import Files
import Foundation

/// The arrays in a file of NumPy's `.npz` format: a ZIP archive of `.npy` files.
///
/// Source: PKWARE, "APPNOTE.TXT", sections 4.3 and 4.5.
struct NumpyArchive {
  /// Where an array lies in the file.
  private struct Entry {
    var isCompressed: Bool
    var size: Int
    var expanded: Int
    var checksum: UInt32
    var header: Int
  }

  let path: String
  private let data: Data
  private var entries: [String: Entry] = [:]

  /// The names of the arrays.
  var names: [String] { entries.keys.sorted() }

  /// Reads the list of arrays.
  ///
  /// - Throws: `InputError` when the file is no archive, or was cut short.
  init(path: String) throws(InputError) {
    self.path = path
    // A copy whose places are counted from 0.
    data = Data(try readFile(path))
    guard data.starts(with: [0x50, 0x4b]) else {
      throw InputError(path, "not a .npz file; expected a ZIP archive of arrays")
    }
    // The list ends with a record of 22 bytes and a comment.
    let first = max(0, data.count - 22 - 0xffff)
    guard
      let end = stride(from: data.count - 22, through: first, by: -1)
        .first(where: { number($0, 4) == 0x0605_4b50 })
    else { throw InputError(path, "is cut short: the list at its end is missing") }
    var (count, place) = (number(end + 10, 2) ?? 0, number(end + 16, 4) ?? 0)
    // Large archives state both in a record of 64-bit numbers, which a locator before the end names.
    if count == 0xffff || place == 0xffff_ffff, number(end - 20, 4) == 0x0706_4b50,
      let record = number(end - 12, 8), number(record, 4) == 0x0606_4b50
    {
      (count, place) = (number(record + 32, 8) ?? 0, number(record + 48, 8) ?? 0)
    }
    for _ in 0..<count { try readEntry(&place) }
  }

  private mutating func readEntry(_ place: inout Int) throws(InputError) {
    guard number(place, 4) == 0x0201_4b50, let method = number(place + 10, 2),
      let crc = number(place + 16, 4), var size = number(place + 20, 4),
      var expanded = number(place + 24, 4), let nameLength = number(place + 28, 2),
      let extraLength = number(place + 30, 2), let commentLength = number(place + 32, 2),
      var header = number(place + 42, 4), place + 46 + nameLength + extraLength <= data.count
    else { throw InputError(path, "a damaged list of arrays") }
    let name = String(decoding: data[place + 46..<place + 46 + nameLength], as: UTF8.self)
    // Numbers that do not fit 32 bits stand in a field of the extra data, in this order.
    var extra = place + 46 + nameLength
    let end = extra + extraLength
    while let kind = number(extra, 2), let length = number(extra + 2, 2), extra + 4 <= end {
      if kind == 1 {
        var next = extra + 4
        func large(_ value: inout Int) {
          guard value == 0xffff_ffff else { return }
          value = number(next, 8) ?? -1
          next += 8
        }
        large(&expanded)
        large(&size)
        large(&header)
      }
      extra += 4 + length
    }
    guard method == 0 || method == 8, name.hasSuffix(".npy") else {
      throw InputError(path, "\(name) is not an array as numpy.savez writes them")
    }
    entries[String(name.dropLast(4))] = Entry(
      isCompressed: method == 8, size: size, expanded: expanded, checksum: UInt32(crc),
      header: header)
    place = end + commentLength
  }

  /// Reads an array.
  ///
  /// - Throws: `InputError` when there is none of the name, or it is damaged.
  func array(_ name: String) throws(InputError) -> NumpyArray {
    let source = "\(path): \(name)"
    guard let entry = entries[name] else {
      throw InputError(path, "has no array \(name); it has \(names.joined(separator: ", "))")
    }
    guard number(entry.header, 4) == 0x0403_4b50, let nameLength = number(entry.header + 26, 2),
      let extraLength = number(entry.header + 28, 2)
    else { throw InputError(source, "is damaged") }
    let start = entry.header + 30 + nameLength + extraLength
    guard entry.size >= 0, entry.size <= data.count - start, entry.expanded >= 0 else {
      throw InputError(source, "is cut short")
    }
    let stored = Data(data[start..<start + entry.size])
    let content =
      entry.isCompressed ? try inflated(stored, to: entry.expanded, source: source) : stored
    guard checksum(content) == entry.checksum else {
      throw InputError(source, "is damaged: its checksum is another")
    }
    return try NumpyArray([UInt8](content), path: source)
  }

  /// A number of some bytes, the lowest first; nil beyond the end of the file.
  private func number(_ place: Int, _ bytes: Int) -> Int? {
    guard place >= 0, place <= data.count - bytes else { return nil }
    let value = (0..<bytes).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64(data[place + $1]) }
    return Int(exactly: value)
  }
}

extension Datasets {
  /// Reads examples and labels from a `.npz` file.
  ///
  /// The arrays of a part are called `x_train`, `train_images`, `X_train` or `train_data`, and `y_train` or
  /// `train_labels`, the same with `test`; where the file is not parted, `x`, `X`, `images` or `data`, and `y` or
  /// `labels`. Their shapes are those of `imageFolder`.
  ///
  /// - Throws: `InputError` naming the arrays there are when none or several have such a name.
  public static func archive(
    _ path: String, split: Split, _ options: DataOptions = .init()
  ) throws(InputError) -> ImageSet {
    let archive = try NumpyArchive(path: path)
    let part = split.rawValue
    let other = split == .train ? "test" : "train"
    let isParted = archive.names.contains {
      $0.lowercased().contains(part) || $0.lowercased().contains(other)
    }
    func one(_ candidates: [String], _ what: String) throws(InputError) -> NumpyArray {
      let found = candidates.filter(archive.names.contains)
      guard found.count == 1 else {
        let wanted = candidates.joined(separator: ", ")
        throw InputError(
          path,
          "has \(found.isEmpty ? "no" : "more than one") array of \(what); expected one of \(wanted); it has "
            + archive.names.joined(separator: ", "))
      }
      return try archive.array(found[0])
    }
    let examples =
      isParted
      ? ["x_\(part)", "X_\(part)", "\(part)_images", "\(part)_data"] : ["x", "X", "images", "data"]
    let labels = isParted ? ["y_\(part)", "Y_\(part)", "\(part)_labels"] : ["y", "Y", "labels"]
    return try ImageSet(
      stack: try one(examples, "examples"), labels: try one(labels, "labels"),
      name: URL(fileURLWithPath: path).lastPathComponent, split: split, options.classes)
  }
}
