import Files
import Foundation

extension Datasets {
  /// Reads a folder of PNG images or `.npy` arrays.
  ///
  /// Three layouts are known:
  /// - sub-folders named by class (`folder/7/a.png`, `folder/cat/b.npy`): numbers are labels, other names
  ///   are numbered in alphabetical order; images come class by class, by file name;
  /// - `labels.csv` with lines `file,label`, beside the files; images come in the order of the lines;
  /// - one array of shape (N, H, W) or (N, C, H, W) beside `labels.npy` with N integers.
  ///
  /// A single array has shape (H, W) or (C, H, W). Bytes are divided by 255; floats must be from 0 to 1
  /// already. Where some PNG images are gray and some RGB, the gray ones get three equal channels. Where
  /// the folder has a sub-folder named as the split (`train`, `test`), that is read; where it has neither,
  /// the whole folder serves as either split.
  ///
  /// - Throws: `InputError` naming the file when one is missing or damaged, or has another shape.
  public static func imageFolder(_ folder: String, split: Split) throws(InputError) -> ImageSet {
    guard isFolder(folder) else { throw InputError(folder, "no such folder") }
    let name = URL(fileURLWithPath: folder).lastPathComponent
    let own = "\(folder)/\(split.rawValue)"
    let other = "\(folder)/\(split == .train ? Split.test : .train)"
    if !isFolder(own), isFolder(other) {
      throw InputError(
        folder, "has a sub-folder \(split == .train ? "test" : "train") but no \(split)")
    }
    let place = isFolder(own) ? own : folder
    if FileManager.default.fileExists(atPath: "\(place)/labels.npy") {
      return try stackedArrays(place, name: name, split: split)
    }
    let index = try FolderIndex(place, sibling: isFolder(own) && isFolder(other) ? other : nil)
    let images = try Pictures(index.files)
    return ImageSet(
      name: name, split: split, shape: images.shape, classes: index.classes, pixels: images.pixels,
      labels: index.labels)
  }

  private static func stackedArrays(
    _ folder: String, name: String, split: Split
  ) throws(InputError) -> ImageSet {
    let listing = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let arrays = listing.filter { $0.hasSuffix(".npy") && $0 != "labels.npy" }.sorted()
    guard arrays.count == 1 else {
      throw InputError(
        folder, "\(arrays.count) array files beside labels.npy; expected one, of shape (N, C, H, W)"
      )
    }
    let array = try NumpyArray(path: "\(folder)/\(arrays[0])")
    guard array.shape.count == 3 || array.shape.count == 4, !array.shape.contains(0) else {
      throw InputError(
        array.path, "shape \(array.shape); expected (N, H, W) or (N, C, H, W) beside labels.npy")
    }
    let shape = array.shape.count == 3 ? [1] + array.shape[1...] : Array(array.shape[1...])
    let labels = try integerLabels("\(folder)/labels.npy", count: array.shape[0])
    return ImageSet(
      name: name, split: split, shape: shape,
      classes: (0...Int(labels.max() ?? 0)).map(String.init),
      pixels: try array.pixels(), labels: labels)
  }

  private static func integerLabels(_ path: String, count: Int) throws(InputError) -> [Int32] {
    let array = try NumpyArray(path: path)
    guard array.shape == [count] else {
      throw InputError(path, "shape \(array.shape); expected [\(count)], a label per image")
    }
    let numbers: [Int]
    switch array.values {
    case .bytes(let bytes): numbers = bytes.map(Int.init)
    case .integers(let integers): numbers = integers
    case .floats: throw InputError(path, "holds floats; expected integers")
    }
    if let wrong = numbers.firstIndex(where: { !(0..<10_000).contains($0) }) {
      throw InputError(
        path, place: "element \(wrong)", "label \(numbers[wrong]) is not from 0 to 9999")
    }
    return numbers.map(Int32.init)
  }
}

extension NumpyArray {
  /// The values as pixels: bytes as they are, floats checked to be from 0 to 1.
  func pixels() throws(InputError) -> ImageSet.Pixels {
    switch values {
    case .bytes(let bytes): return .bytes(bytes, scale: 255)
    case .integers:
      throw InputError(path, "holds integers of more than 8 bits; expected '|u1', '<f4' or '<f8'")
    case .floats(let numbers):
      if let wrong = numbers.firstIndex(where: { !(0...1).contains($0) }) {
        throw InputError(
          path, place: "element \(wrong)",
          "\(numbers[wrong]) is not from 0 to 1; store pixels as they are and give --mean and --std"
        )
      }
      return .floats(numbers.map { Float($0) })
    }
  }
}

/// The images of many files, of one shape and one kind.
private struct Pictures {
  var shape: [Int] = []
  var pixels = ImageSet.Pixels.bytes([], scale: 255)

  init(_ files: [String]) throws(InputError) {
    var parts: [(path: String, shape: [Int], pixels: ImageSet.Pixels)] = []
    for file in files {
      parts.append(
        file.lowercased().hasSuffix(".png") ? try Self.picture(file) : try Self.array(file))
    }
    // Gray pictures among coloured ones get three equal channels, as image libraries do.
    let isMixed = Set(parts.map { $0.shape[0] }) == [1, 3]
    if isMixed {
      parts = parts.map { ($0.path, [3] + $0.shape[1...], $0.pixels.tripled($0.shape)) }
    }
    let isFloat = parts.contains { $0.pixels.isFloat }
    guard let first = parts.first else { return }
    shape = first.shape
    var bytes: [UInt8] = []
    var floats: [Float] = []
    for part in parts {
      guard part.shape == shape else {
        throw InputError(
          part.path, "shape \(part.shape); \(first.path) has \(shape), and all must be the same")
      }
      switch part.pixels {
      case .bytes(let values, let scale) where isFloat: floats += values.map { Float($0) / scale }
      case .bytes(let values, _): bytes += values
      case .floats(let values): floats += values
      }
    }
    pixels = isFloat ? .floats(floats) : .bytes(bytes, scale: 255)
  }

  private static func picture(
    _ path: String
  ) throws(InputError) -> (String, [Int], ImageSet.Pixels) {
    let image = try PNGImage(path: path)
    return (
      path, [image.channels, image.height, image.width], .bytes(image.planes, scale: 255)
    )
  }

  private static func array(_ path: String) throws(InputError) -> (String, [Int], ImageSet.Pixels) {
    let array = try NumpyArray(path: path)
    guard array.shape.count == 2 || array.shape.count == 3, !array.shape.contains(0) else {
      throw InputError(path, "shape \(array.shape); expected (H, W) or (C, H, W)")
    }
    return (path, array.shape.count == 2 ? [1] + array.shape : array.shape, try array.pixels())
  }
}

extension ImageSet.Pixels {
  fileprivate var isFloat: Bool {
    if case .floats = self { true } else { false }
  }

  /// One channel repeated three times; three channels as they are.
  fileprivate func tripled(_ shape: [Int]) -> Self {
    if shape[0] == 3 { return self }
    switch self {
    case .bytes(let values, let scale): return .bytes(values + values + values, scale: scale)
    case .floats(let values): return .floats(values + values + values)
    }
  }
}
