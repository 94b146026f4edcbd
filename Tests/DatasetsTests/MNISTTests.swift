import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("MNIST")
struct MNISTTests {
  @Test("Two images come out as bytes over 255, with their labels")
  func small() throws {
    let folder = try TemporaryFolder()
    try folder.file("t10k-images-idx3-ubyte", Sample.idx(shape: [2, 1, 2], [0, 255, 51, 102]))
    try folder.file("t10k-labels-idx1-ubyte", Sample.idx(shape: [2], [7, 3]))
    let set = try Datasets.load("mnist:\(folder.path)", split: .test)
    #expect(set.shape == [1, 1, 2])
    #expect(set.image(0) == [0, 1])
    #expect(set.image(1) == Sample.pixels(51, 102))
    #expect((0..<2).map(set.label) == [7, 3])
  }

  @Test("The real test part is read from gzip files", Shared.needsMNIST)
  func real() throws {
    let set = try Datasets.mnist(Shared.mnist, split: .test)
    #expect(set.count == 10_000)
    #expect(set.shape == [1, 28, 28])
    #expect((0..<5).map(set.label) == [7, 2, 1, 0, 4])
    #expect(set.image(0).max() == 1)
    #expect([set.image(0)[7 * 28 + 6]] == Sample.pixels(84))
  }

  /// What is damaged, and the message that says so; `FOLDER` stands for the folder.
  struct Damage: Sendable, CustomTestStringConvertible {
    let images: [UInt8]?
    let labels: [UInt8]?
    let message: String
    var testDescription: String { message }
  }

  static let goodImages = Sample.idx(shape: [2, 1, 2], [1, 2, 3, 4])
  static let goodLabels = Sample.idx(shape: [2], [7, 3])

  @Test(
    "Damage is refused with the file and the place",
    arguments: [
      Damage(
        images: nil, labels: goodLabels,
        message: "FOLDER: has no train-images-idx3-ubyte.gz (or train-images-idx3-ubyte); "
          + "expected MNIST in IDX files"),
      Damage(
        images: Sample.idx(magic: 0x0801, shape: [2, 1, 2], [1, 2, 3, 4]), labels: goodLabels,
        message: "FOLDER/train-images-idx3-ubyte: bytes 0-3: magic number 0x801; expected 0x803 "
          + "(IDX, unsigned bytes, 3 dimensions)"),
      Damage(
        images: Array(goodImages.dropLast()), labels: goodLabels,
        message: "FOLDER/train-images-idx3-ubyte: 3 bytes after the header; 2 x 1 x 2 needs 4"),
      Damage(
        images: Array(goodImages.prefix(9)), labels: goodLabels,
        message: "FOLDER/train-images-idx3-ubyte: 9 bytes; an IDX header has 16"),
      Damage(
        images: Sample.idx(shape: [2, 0, 2], []), labels: goodLabels,
        message: "FOLDER/train-images-idx3-ubyte: bytes 8-11: impossible size 0"),
      Damage(
        images: Sample.idx(shape: [.max, .max, .max], []), labels: goodLabels,
        message: "FOLDER/train-images-idx3-ubyte: bytes 8-11: impossible size 4294967295"),
      Damage(
        images: goodImages, labels: Sample.idx(shape: [3], [1, 2, 3]),
        message: "FOLDER/train-labels-idx1-ubyte: bytes 4-7: 3 labels for 2 images in "
          + "FOLDER/train-images-idx3-ubyte"),
      Damage(
        images: goodImages, labels: Sample.idx(shape: [2], [1, 10]),
        message: "FOLDER/train-labels-idx1-ubyte: label 1: 10 is not a digit; expected 0 to 9"),
    ])
  func damage_Fails(_ damage: Damage) throws {
    let folder = try TemporaryFolder()
    if let images = damage.images { try folder.file("train-images-idx3-ubyte", images) }
    if let labels = damage.labels { try folder.file("train-labels-idx1-ubyte", labels) }
    let error = #expect(throws: InputError.self) {
      try Datasets.mnist(folder.path, split: .train)
    }
    #expect(error?.description == damage.message.replacing("FOLDER", with: folder.path))
  }

  @Test("A .gz file that is not gzip data is refused")
  func notGzip_Fails() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("t10k-images-idx3-ubyte.gz", Self.goodImages)
    try folder.file("t10k-labels-idx1-ubyte", Self.goodLabels)
    #expect(
      throws: InputError(
        path, "not gzip data; remove .gz from the name or compress the file")
    ) { try Datasets.mnist(folder.path, split: .test) }
  }
}
