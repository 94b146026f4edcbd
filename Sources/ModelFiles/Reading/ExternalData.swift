import Files
import Foundation

/// The files beside a model that hold the data of its tensors.
///
/// A model names such files by paths relative to its own folder. Whatever it names, nothing outside of that folder is
/// read: a path that is absolute or climbs up is refused, and so is a link that leads out. Files are mapped, so their
/// size does not count as memory and each byte is read when it is needed.
final class ExternalData {
  /// A file beside a model.
  struct Part {
    /// The path as the model states it.
    var location: String
    /// The bytes, mapped.
    var content: Data
  }

  /// The folder of the model; nil for a model in memory, which has no files beside it.
  private let folder: URL?
  private var parts: [String: Data] = [:]

  /// - Parameter path: The file of the model; nil for a model in memory.
  init(besideModel path: String?) {
    folder = path.map { URL(fileURLWithPath: $0).deletingLastPathComponent() }
  }

  /// Files that were read before.
  init(_ parts: [Part]) {
    folder = nil
    self.parts = Dictionary(
      parts.map { ($0.location, $0.content) }, uniquingKeysWith: { a, _ in a })
  }

  /// The files that were read, by their names.
  var read: [Part] {
    parts.sorted { $0.key < $1.key }.map { Part(location: $0.key, content: $0.value) }
  }

  /// The bytes of a tensor.
  ///
  /// - Parameter expected: The bytes that its shape and its type ask for.
  func bytes(of tensor: Onnx_TensorProto, expected: Int) throws(ONNXProblem) -> Data {
    let place = try ExternalPlace(tensor)
    let file = try content(place.location)
    let length = place.length ?? expected
    guard length == expected else {
      throw ONNXProblem("its length in \(place.location) is \(length), its shape needs \(expected)")
    }
    let (end, overflow) = place.offset.addingReportingOverflow(length)
    guard !overflow, end <= file.count else {
      throw ONNXProblem(
        "\(length) bytes from byte \(place.offset) on lie beyond the end of \(place.location), which has "
          + "\(file.count) bytes; the file is cut off or belongs to another model")
    }
    return file.dropFirst(place.offset).prefix(length)
  }

  /// The bytes of a file beside the model.
  func content(_ location: String) throws(ONNXProblem) -> Data {
    if let known = parts[location] { return known }
    guard let folder else {
      throw ONNXProblem(
        "its data lie in another file, \(location), which is read only beside the file of a model")
    }
    let inside = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.hasPrefix("/"), !location.contains("\\"), !location.contains("\0"),
      !inside.contains("..")
    else {
      throw ONNXProblem(
        "its data lie in \(location), expected a path inside the folder of the model")
    }
    let file = folder.appendingPathComponent(location)
    let name = "its data lie in \(location), which"
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: file.path, isDirectory: &isFolder) else {
      throw ONNXProblem("\(name) is not beside the model; copy it to \(folder.path)")
    }
    guard !isFolder.boolValue else { throw ONNXProblem("\(name) is a folder, expected a file") }
    let (real, root) = (
      file.resolvingSymlinksInPath().standardizedFileURL.path,
      folder.resolvingSymlinksInPath().standardizedFileURL.path
    )
    guard real.hasPrefix(root == "/" ? root : root + "/") else {
      throw ONNXProblem("\(name) is a link out of the folder of the model, expected a file in it")
    }
    let type = try? FileManager.default.attributesOfItem(atPath: real)[.type]
    guard type as? FileAttributeType == .typeRegular else {
      throw ONNXProblem("\(name) is not a regular file")
    }
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: real), options: .alwaysMapped)
    else { throw ONNXProblem("\(name) cannot be read") }
    if isLargeFilePointer(data) { throw ONNXProblem("\(name) is \(largeFilePointer)") }
    parts[location] = data
    return data
  }
}

/// Where the data of a tensor lie in a file beside the model.
struct ExternalPlace {
  var location = ""
  /// Where the data begin, in bytes.
  var offset = 0
  /// How long the data are, in bytes; nil where the shape tells.
  var length: Int?

  init(_ tensor: Onnx_TensorProto) throws(ONNXProblem) {
    var keys: Set<String> = []
    for entry in tensor.externalData {
      guard keys.insert(entry.key).inserted else {
        throw ONNXProblem("its external data have the key \(entry.key) twice")
      }
      switch entry.key {
      case "location": location = entry.value
      case "offset": offset = try Self.count(entry)
      case "length": length = try Self.count(entry)
      // Runtimes do not look at the checksum, and files carry wrong ones.
      case "checksum", "basepath": break
      default: throw ONNXProblem("its external data have an unknown key \(entry.key)")
      }
    }
    guard !location.isEmpty else {
      throw ONNXProblem("its data lie in another file, but the model does not say in which")
    }
  }

  private static func count(_ entry: Onnx_StringStringEntryProto) throws(ONNXProblem) -> Int {
    // Int takes a sign, and files have none.
    guard entry.value.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(entry.value)
    else {
      throw ONNXProblem("the \(entry.key) of its external data is '\(entry.value)', expected bytes")
    }
    return number
  }
}

/// What a file is that Git LFS has put in the place of the real one.
let largeFilePointer =
  "a Git LFS pointer, a note that stands for a file; fetch the file itself with git lfs pull"

/// Whether bytes are a note that Git LFS puts in the place of a file.
func isLargeFilePointer(_ data: Data) -> Bool {
  data.starts(with: Data("version https://git-lfs.github.com/spec/".utf8))
}
