import Digests
import Files
import Foundation

/// A data set that can be fetched: where it is, which files it has, how each is recognised.
struct PublicSet: Sendable {
  var name: String
  /// The address of the folder that holds the files, ending in a slash.
  var address: String
  var files: [PublicFile]
  /// Whether the only file is an archive of CIFAR-10 in its binary layout.
  var isArchive = false

  static let mnist = PublicSet(
    name: "mnist", address: "https://ossci-datasets.s3.amazonaws.com/mnist/",
    files: [
      PublicFile(
        name: "train-images-idx3-ubyte.gz", size: 9_912_422,
        content: PublicFile.Content(
          size: 47_040_016,
          digest: "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db")),
      PublicFile(
        name: "train-labels-idx1-ubyte.gz", size: 28_881,
        content: PublicFile.Content(
          size: 60_008,
          digest: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5")),
      PublicFile(
        name: "t10k-images-idx3-ubyte.gz", size: 1_648_877,
        content: PublicFile.Content(
          size: 7_840_016,
          digest: "0fa7898d509279e482958e8ce81c8e77db3f2f8254e26661ceb7762c4d494ce7")),
      PublicFile(
        name: "t10k-labels-idx1-ubyte.gz", size: 4_542,
        content: PublicFile.Content(
          size: 10_008,
          digest: "ff7bcfd416de33731a308c3f266cc351222c34898ecbeaf847f06e48f7ec33f2")),
    ])

  static let cifar10 = PublicSet(
    name: "cifar10", address: "https://www.cs.toronto.edu/~kriz/",
    files: [
      PublicFile(
        name: "cifar-10-binary.tar.gz", size: 170_052_171,
        content: PublicFile.Content(
          size: 170_052_171,
          digest: "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"))
    ],
    isArchive: true)
}

/// One file of a public data set.
struct PublicFile: Sendable {
  var name: String
  /// The bytes of the file as its source offers it; other copies may be compressed differently.
  var size: Int
  var content: Content

  /// What is compared: the decompressed content of a `.gz` file, the archive itself for `.tar.gz`.
  struct Content: Sendable {
    var size: Int
    var digest: String
  }

  /// Whether the content is compared after decompression.
  var isCompressed: Bool { name.hasSuffix(".gz") && !name.hasSuffix(".tar.gz") }

  /// Says what is wrong with a file that should hold this content, or nil when nothing is.
  ///
  /// - Parameter isCompressed: Whether the file at `path` is gzip data to look into.
  func problem(at path: String, isCompressed: Bool) throws(InputError) -> String? {
    let found: String
    if isCompressed {
      guard let packed = try? Data(contentsOf: URL(fileURLWithPath: path)) else {
        throw InputError(path, "cannot be read")
      }
      do throws(InputError) {
        found = sha256(of: try gunzip(packed, source: path, limit: content.size))
      } catch {
        return error.message
      }
    } else {
      found = try sha256(ofFile: path)
    }
    return found == content.digest ? nil : "its SHA-256 is \(found), expected \(content.digest)"
  }
}
