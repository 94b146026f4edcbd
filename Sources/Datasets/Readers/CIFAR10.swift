import Files
import Foundation

extension Datasets {
  /// Reads CIFAR-10 from its binary layout.
  ///
  /// The folder, or `cifar-10-batches-bin` in it, holds `data_batch_1.bin` to `data_batch_5.bin` (the
  /// training part) and `test_batch.bin`. A record is a label byte and 3,072 pixel bytes: the red, green
  /// and blue planes of 32x32. A file may hold fewer records than the official 10,000. A byte `b` is read
  /// as `b / 255`.
  ///
  /// Source: A. Krizhevsky, "Learning multiple layers of features from tiny images", 2009.
  ///
  /// - Throws: `InputError` naming the file and the record when a file is missing or damaged.
  public static func cifar10(_ folder: String, split: Split) throws(InputError) -> ImageSet {
    let inner = "\(folder)/\(CIFAR10Layout.folder)"
    let place = isFolder(inner) ? inner : folder
    let files = split == .train ? CIFAR10Layout.trainFiles : [CIFAR10Layout.testFile]
    var pixels: [UInt8] = []
    var labels: [Int32] = []
    for file in files {
      let path = "\(place)/\(file)"
      guard FileManager.default.fileExists(atPath: path) else {
        throw InputError(
          folder, "has no \(file); expected CIFAR-10 in its binary layout (cifar-10-batches-bin)")
      }
      try CIFAR10Layout.read(path, intoPixels: &pixels, labels: &labels)
    }
    return ImageSet(
      name: "cifar10", split: split, shape: [3, 32, 32], classes: CIFAR10Layout.classes,
      pixels: .bytes(pixels, scale: 255), labels: labels)
  }
}

/// How the binary version of CIFAR-10 is laid out.
enum CIFAR10Layout {
  static let folder = "cifar-10-batches-bin"
  static let trainFiles = (1...5).map { "data_batch_\($0).bin" }
  static let testFile = "test_batch.bin"
  static let imageBytes = 3_072
  static let recordBytes = 1 + imageBytes
  static let classes = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// Appends the records of one file.
  static func read(
    _ path: String, intoPixels pixels: inout [UInt8], labels: inout [Int32]
  ) throws(InputError) {
    let bytes = [UInt8](try readFile(path))
    let (records, rest) = bytes.count.quotientAndRemainder(dividingBy: recordBytes)
    guard rest == 0 else {
      throw InputError(
        path, place: "record \(records)",
        "cut off after \(rest) of \(recordBytes) bytes; the file has \(bytes.count) bytes, "
          + "expected a multiple of \(recordBytes)")
    }
    guard records > 0 else { throw InputError(path, "is empty; expected records of 3073 bytes") }
    for record in 0..<records {
      let start = record * recordBytes
      guard bytes[start] < 10 else {
        throw InputError(
          path, place: "record \(record)", "label \(bytes[start]) is not a class; expected 0 to 9")
      }
      labels.append(Int32(bytes[start]))
      pixels.append(contentsOf: bytes[start + 1..<start + recordBytes])
    }
  }
}
