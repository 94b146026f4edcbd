import Files
import Foundation
import Networks
import Tensors
import TestSupport
import Testing

@testable import ModelFiles

@Suite("Weights in files beside the model")
final class ExternalDataTests {
  private let temporary = FileManager.default.temporaryDirectory
    .appendingPathComponent("surety-external-\(UUID().uuidString)")

  deinit { try? FileManager.default.removeItem(at: temporary) }

  /// A folder with a model that adds a weight of three floats, which lie where the place says.
  private func folder(
    _ place: KeyValuePairs<String, String>, weights: [Float] = [1, 2, 3]
  ) throws -> URL {
    let folder = temporary.appendingPathComponent("\(UUID().uuidString)/model")
    try FileManager.default.createDirectory(
      at: folder.appendingPathComponent("inner"), withIntermediateDirectories: true)
    let bytes = weights.withUnsafeBytes { Data($0) }
    try bytes.write(to: folder.appendingPathComponent("m.data"))
    try bytes.write(to: folder.appendingPathComponent("inner/m.data"))
    try bytes.write(to: folder.appendingPathComponent("../outside.data"))
    var builder = ModelBuilder()
    builder.model.graph.initializer = [ModelBuilder.external("w", [3], place)]
    builder.add("Add", ["x", "w"], ["y"])
    try builder.data().write(to: folder.appendingPathComponent("m.onnx"))
    return folder
  }

  private func read(_ folder: URL) throws -> Network {
    try Network(contentsOf: folder.appendingPathComponent("m.onnx").path)
  }

  private func refusal(_ folder: URL) -> String {
    do {
      _ = try read(folder)
      return "accepted"
    } catch let error as InputError {
      return error.description
    } catch {
      return "\(error)"
    }
  }

  @Test("Weights are read from the places that the model states")
  func places() throws {
    for place: KeyValuePairs<String, String> in [
      ["location": "m.data"], ["location": "m.data", "offset": "0", "length": "12"],
      ["location": "inner/m.data", "length": "12", "checksum": "abc"], ["location": "./m.data"],
    ] {
      #expect(try read(folder(place)).output([0, 0, 0]) == [1, 2, 3])
    }
    for place: KeyValuePairs<String, String> in [
      ["location": "m.data", "offset": "+0"], ["location": "m.data", "offset": "-4"],
      ["location": "m.data", "offset": "0", "offset": "4"],
    ] {
      #expect(try refusal(folder(place)).contains("external data"))
    }
    let shifted = try folder(
      ["location": "m.data", "offset": "4"], weights: [9, 1, 2, 3])
    #expect(try read(shifted).output([0, 0, 0]) == [1, 2, 3])
  }

  @Test(
    "What lies outside the folder, or is not there, is refused",
    arguments: [
      (["location": "/etc/hosts"], "inside the folder"),
      (["location": "../outside.data"], "inside the folder"),
      (["location": "inner/../../outside.data"], "inside the folder"),
      (["location": "..\\outside.data"], "inside the folder"),
      (["location": "missing.data"], "missing.data, which is not beside the model"),
      (["location": "inner"], "is a folder"), (["offset": "0"], "does not say in which"),
      (
        ["location": "m.data", "offset": "4"],
        "12 bytes from byte 4 on lie beyond the end of m.data"
      ),
      (["location": "m.data", "offset": "-4"], "offset of its external data is '-4'"),
      (["location": "m.data", "offset": "9223372036854775807"], "lie beyond the end"),
      (["location": "m.data", "length": "8"], "its length in m.data is 8, its shape needs 12"),
      (["location": "m.data", "size": "12"], "unknown key size"),
    ] as [(KeyValuePairs<String, String>, String)])
  func refused(place: KeyValuePairs<String, String>, words: String) throws {
    let message = try refusal(folder(place))
    #expect(message.contains("initializer w") && message.contains(words), "\(message)")
  }

  @Test("A link out of the folder is refused, one inside it is followed")
  func links() throws {
    let outside = try folder(["location": "link.data"])
    try FileManager.default.createSymbolicLink(
      atPath: outside.appendingPathComponent("link.data").path,
      withDestinationPath: outside.appendingPathComponent("../outside.data").path)
    #expect(refusal(outside).contains("a link out of the folder"))
    let inside = try folder(["location": "link.data"])
    try FileManager.default.createSymbolicLink(
      atPath: inside.appendingPathComponent("link.data").path, withDestinationPath: "m.data")
    #expect(try read(inside).output([0, 0, 0]) == [1, 2, 3])
    let around = try folder(["location": "out/outside.data"])
    try FileManager.default.createSymbolicLink(
      atPath: around.appendingPathComponent("out").path, withDestinationPath: "..")
    #expect(refusal(around).contains("a link out of the folder"))
  }

  @Test("Notes of Git LFS are named, for the model and for its data")
  func pointers() throws {
    let folder = try folder(["location": "m.data"])
    let note = Data("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12\n".utf8)
    try note.write(to: folder.appendingPathComponent("m.data"))
    #expect(refusal(folder).contains("m.data, which is a Git LFS pointer"))
    try note.write(to: folder.appendingPathComponent("m.onnx"))
    #expect(refusal(folder).contains("m.onnx: a Git LFS pointer"))
  }

  @Test("A model in memory has no files beside it")
  func inMemory() throws {
    var builder = ModelBuilder()
    builder.model.graph.initializer = [ModelBuilder.external("w", [3], ["location": "m.data"])]
    builder.add("Add", ["x", "w"], ["y"])
    #expect(try builder.refusal().contains("initializer w: its data lie in another file, m.data"))
  }

  @Test("The value of a Constant node may lie beside the model as well")
  func constantNode() throws {
    let folder = try folder(["location": "m.data"])
    var builder = ModelBuilder()
    var value = Onnx_AttributeProto()
    value.name = "value"
    value.type = .tensor
    value.t = ModelBuilder.external("w", [3], ["location": "m.data"])
    builder.add("Constant", [], ["w"], named: "c", [value])
    builder.add("Add", ["x", "w"], ["y"])
    try builder.data().write(to: folder.appendingPathComponent("m.onnx"))
    #expect(try read(folder).output([0, 0, 0]) == [1, 2, 3])
  }
}
