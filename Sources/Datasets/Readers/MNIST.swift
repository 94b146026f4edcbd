import Files
import Foundation

extension Datasets {
  /// Reads MNIST, or a set in the same layout, from a folder of IDX files.
  ///
  /// The folder holds `train-images-idx3-ubyte` and `train-labels-idx1-ubyte` (or `t10k-` for the test
  /// part), each as it is or with `.gz`. Images may have any size; a byte `b` is read as `b / 255`.
  ///
  /// - Throws: `InputError` naming the file and the place when a file is missing or damaged.
  public static func mnist(_ folder: String, split: Split) throws(InputError) -> ImageSet {
    let prefix = split == .train ? "train" : "t10k"
    let imagePath = try idxFile("\(prefix)-images-idx3-ubyte", in: folder)
    let labelPath = try idxFile("\(prefix)-labels-idx1-ubyte", in: folder)
    let images = try IDXArray(path: imagePath, dimensions: 3)
    let labels = try IDXArray(path: labelPath, dimensions: 1)
    let count = images.shape[0]
    guard labels.shape[0] == count else {
      throw InputError(
        labelPath, place: "bytes 4-7",
        "\(labels.shape[0]) labels for \(count) images in \(imagePath)")
    }
    if let wrong = labels.content.firstIndex(where: { $0 > 9 }) {
      throw InputError(
        labelPath, place: "label \(wrong - labels.content.startIndex)",
        "\(labels.content[wrong]) is not a digit; expected 0 to 9")
    }
    return ImageSet(
      name: "mnist", split: split, shape: [1, images.shape[1], images.shape[2]],
      classes: (0...9).map(String.init), pixels: .bytes([UInt8](images.content), scale: 255),
      labels: labels.content.map(Int32.init))
  }

  private static func idxFile(_ name: String, in folder: String) throws(InputError) -> String {
    for file in [name, "\(name).gz"]
    where FileManager.default.fileExists(atPath: "\(folder)/\(file)") {
      return "\(folder)/\(file)"
    }
    throw InputError(folder, "has no \(name).gz (or \(name)); expected MNIST in IDX files")
  }
}

/// An array of bytes in the IDX format: a magic number, big-endian sizes, the values.
///
/// Source: Y. LeCun, C. Cortes, C. Burges, "The MNIST database of handwritten digits", file formats.
struct IDXArray {
  let shape: [Int]
  let content: Data

  /// Reads a file, decompressing `.gz`, and checks that its size is what its header says.
  init(path: String, dimensions: Int) throws(InputError) {
    let data = try readFile(path)
    let header = 4 + 4 * dimensions
    guard data.count >= header else {
      throw InputError(path, "\(data.count) bytes; an IDX header has \(header)")
    }
    func word(_ position: Int) -> Int {
      data.dropFirst(position).prefix(4).reduce(0) { $0 << 8 | Int($1) }
    }
    let magic = 0x0800 + dimensions
    guard word(0) == magic else {
      let found = String(word(0), radix: 16)
      throw InputError(
        path, place: "bytes 0-3",
        "magic number 0x\(found); expected 0x\(String(magic, radix: 16)) "
          + "(IDX, unsigned bytes, \(dimensions) dimension\(dimensions == 1 ? "" : "s"))")
    }
    var shape: [Int] = []
    var expected = 1
    for axis in 0..<dimensions {
      let size = word(4 + 4 * axis)
      let (product, overflow) = expected.multipliedReportingOverflow(by: size)
      guard size > 0, !overflow else {
        throw InputError(
          path, place: "bytes \(4 + 4 * axis)-\(7 + 4 * axis)", "impossible size \(size)")
      }
      shape.append(size)
      expected = product
    }
    guard data.count - header == expected else {
      let sizes = shape.map(String.init).joined(separator: " x ")
      throw InputError(
        path, "\(data.count - header) bytes after the header; \(sizes) needs \(expected)")
    }
    self.shape = shape
    self.content = data.dropFirst(header)
  }
}
