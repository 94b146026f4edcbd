import Files
import Foundation

extension Datasets {
  /// Reads a folder of PNG and JPEG images or of `.npy` arrays.
  ///
  /// Three layouts are known:
  /// - sub-folders named by class (`folder/7/a.png`, `folder/cat/b.jpg`), with folders below them or not: numbers are
  ///   labels, other names are numbered in alphabetical order; images come class by class, by file name;
  /// - `labels.csv` with lines `file,label`, beside the files; images come in the order of the lines;
  /// - one array of N examples beside `labels.npy` with N integers.
  ///
  /// An array of pictures has shape (N, H, W), (N, C, H, W) or (N, H, W, C), a single one the same without N; an array
  /// (N, F) holds the rows of a table. Bytes are divided by 255; the floats of pictures must be from 0 to 1
  /// already. Where some PNG or JPEG images are gray and some RGB, the gray ones get three equal channels. Where
  /// the folder has a sub-folder named as the split (`train`, `test`), that is read; where it has neither,
  /// the whole folder serves as either split.
  ///
  /// A file that is missing or damaged is a problem of its example (`ImageSet.problem`).
  ///
  /// - Parameter options: Which class is which output, and how pictures are resized.
  /// - Throws: `InputError` naming the file when one has another shape, or a label is not one.
  public static func imageFolder(
    _ folder: String, split: Split, _ options: DataOptions = .init()
  ) throws(InputError) -> ImageSet {
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
      guard options.resizing == nil else {
        throw InputError(
          "--resize and --crop", "are for PNG and JPEG files; \(place) holds an array")
      }
      return try stackedArrays(place, name: name, split: split, options)
    }
    let index = try FolderIndex(
      place, sibling: isFolder(own) && isFolder(other) ? other : nil, order: options.classes)
    let images = try Pictures(index.files, options.resizing)
    var set = ImageSet(
      name: name, split: split, shape: images.shape, classes: index.codes.names,
      pixels: images.pixels, labels: index.labels)
    (set.kind, set.numbering, set.problems) = (images.kind, index.codes.numbering, images.problems)
    set.exampleNames = names(of: index.files, in: place)
    return set
  }

  /// The files of a folder as they are named in it.
  static func names(of files: [String], in folder: String) -> [String] {
    files.map { $0.hasPrefix("\(folder)/") ? String($0.dropFirst(folder.count + 1)) : $0 }
  }

  private static func stackedArrays(
    _ folder: String, name: String, split: Split, _ options: DataOptions
  ) throws(InputError) -> ImageSet {
    let listing = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    let arrays = listing.filter { $0.hasSuffix(".npy") && $0 != "labels.npy" }.sorted()
    guard arrays.count == 1 else {
      throw InputError(
        folder,
        "\(arrays.count) array files beside labels.npy; expected one, of shape \(ArrayExamples.stackShapes)"
      )
    }
    return try ImageSet(
      stack: try NumpyArray(path: "\(folder)/\(arrays[0])"),
      labels: try NumpyArray(path: "\(folder)/labels.npy"), name: name, split: split,
      options.classes)
  }
}

extension ImageSet {
  /// Makes a set of an array of examples and one of their labels.
  ///
  /// - Throws: `InputError` when their numbers differ, every example has a value that is not a number, or either is
  ///   not what it should be.
  init(
    stack array: NumpyArray, labels: NumpyArray, name: String, split: Split, _ order: ClassOrder?
  ) throws(InputError) {
    let examples = try ArrayExamples(stack: array)
    let labels = try ArrayLabels(labels, count: array.shape[0], order)
    if let first = examples.problems[0], examples.problems.count == array.shape[0] { throw first }
    self.init(
      name: name, split: split, shape: examples.shape, classes: labels.classes,
      pixels: examples.pixels, labels: labels.values)
    (kind, problems) = (examples.kind, examples.problems)
    numbering = .numbers(otherClasses: nil)
  }
}
