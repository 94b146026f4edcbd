import Digests
import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Putting a data set in place")
struct FetchLayoutTests {
  private let out: TemporaryFolder
  private let source: TemporaryFolder

  init() throws {
    out = try TemporaryFolder()
    source = try TemporaryFolder()
  }

  /// Runs a program that every system has, and waits for it.
  private func run(_ words: String..., in folder: String) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.currentDirectoryURL = URL(fileURLWithPath: folder)
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }

  private func writeBatches(to folder: TemporaryFolder, under place: String) throws {
    for name in CIFAR10Layout.trainFiles + [CIFAR10Layout.testFile] {
      try folder.file("\(place)\(name)", Sample.cifar10(labels: [1, 2, 3]))
    }
  }

  /// A small archive in the official layout, and the set that it is the only file of.
  private func archive() throws -> PublicSet {
    let tree = try TemporaryFolder()
    try writeBatches(to: tree, under: "cifar-10-batches-bin/")
    try tree.file("cifar-10-batches-bin/readme.html", "more than the data")
    let path = "\(source.path)/cifar-10-binary.tar.gz"
    try run("tar", "-czf", path, "cifar-10-batches-bin", in: tree.path)
    var set = PublicSet.cifar10
    let size = try Data(contentsOf: URL(fileURLWithPath: path)).count
    set.files[0].size = size
    set.files[0].content = .init(size: size, digest: try sha256(ofFile: path))
    return set
  }

  private func fetch(_ set: PublicSet, from place: String?) throws(InputError) -> FetchReport {
    var fetcher = DataFetcher()
    fetcher.pause = 0.01
    return try fetcher.fetch(set, into: out.path, from: place) { _ in }
  }

  @Test("An archive from a server is unpacked, and only the data files are kept")
  func archiveFromServer() throws {
    let set = try archive()
    let path = "\(source.path)/cifar-10-binary.tar.gz"
    let packed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    let server = try LocalServer(["cifar-10-binary.tar.gz": packed], .init(cutAfter: 100, cuts: 1))
    defer { server.stop() }
    let report = try fetch(set, from: server.address)
    #expect(out.names == ["cifar-10-batches-bin"])
    #expect(report.files.count == 6)
    #expect(report.notes.first == "data_batch_1.bin has 3 images; the official file has 10000.")
    let kept = try FileManager.default.contentsOfDirectory(
      atPath: "\(out.path)/cifar-10-batches-bin")
    #expect(kept.count == 6)
    #expect(try Datasets.cifar10(out.path, split: .train).count == 15)
    // A second call finds everything there.
    #expect(try fetch(set, from: "http://127.0.0.1:9").files == report.files)
  }

  @Test("A local archive, a local folder and the folder around it are taken")
  func localCopies() throws {
    let set = try archive()
    _ = try fetch(set, from: "\(source.path)/cifar-10-binary.tar.gz")
    for place in ["", "cifar-10-batches-bin/"] {
      try FileManager.default.removeItem(atPath: "\(out.path)/cifar-10-batches-bin")
      let folder = try TemporaryFolder()
      try writeBatches(to: folder, under: place)
      #expect(try fetch(set, from: folder.path).files.count == 6)
      #expect(out.names == ["cifar-10-batches-bin"])
    }
  }

  @Test("A damaged archive, a damaged batch and an empty folder leave nothing behind")
  func damaged_Fails() throws {
    let set = try archive()
    let path = "\(source.path)/cifar-10-binary.tar.gz"
    try Data("not it".utf8).write(to: URL(fileURLWithPath: path))
    let error = #expect(throws: InputError.self) { try fetch(set, from: path) }
    #expect(error?.description.hasPrefix("\(path): not the official file: its SHA-256 is ") == true)

    let folder = try TemporaryFolder()
    #expect(
      throws: InputError(
        folder.path, "has neither test_batch.bin nor cifar-10-binary.tar.gz; expected one of them")
    ) { try fetch(set, from: folder.path) }
    try writeBatches(to: folder, under: "")
    try folder.file("data_batch_2.bin", Sample.cifar10(labels: [1, 12]))
    let wrong = #expect(throws: InputError.self) { try fetch(set, from: folder.path) }
    #expect(wrong?.place == "record 1")
    #expect(wrong?.message == "label 12 is not a class; expected 0 to 9")
    #expect(out.names == [])
  }

  @Test("Compressed files are compared by what is in them")
  func content() throws {
    let content = Array("the very same content".utf8)
    let plain = try source.file("a", content)
    try run("gzip", "-1", "-k", plain, in: source.path)
    let file = PublicFile(
      name: "a.gz", size: 40,
      content: .init(size: content.count, digest: sha256(of: Data(content))))
    let set = PublicSet(name: "a", address: "", files: [file])
    #expect(try fetch(set, from: source.path).files == ["\(out.path)/a.gz"])
    #expect(try fetch(set, from: nil).files == ["\(out.path)/a.gz"])

    try out.file("a.gz", content)
    #expect(
      throws: InputError(
        "\(out.path)/a.gz",
        "is in the way and not the official file: corrupt gzip data; remove it first")
    ) { try fetch(set, from: source.path) }
  }

  @Test("A local copy of another content or without the file is refused")
  func local_Fails() throws {
    let path = try source.file("train-images-idx3-ubyte", Sample.idx(shape: [1, 1, 1], [0]))
    let digest = try sha256(ofFile: path)
    let expected = PublicSet.mnist.files[0].content.digest
    #expect(
      throws: InputError(
        path, "not the official file: its SHA-256 is \(digest), expected \(expected)")
    ) { try fetch(.mnist, from: source.path) }
    #expect(out.names == [])
    try FileManager.default.removeItem(atPath: path)
    #expect(
      throws: InputError(
        source.path, "has no train-images-idx3-ubyte.gz (or train-images-idx3-ubyte)")
    ) { try fetch(.mnist, from: source.path) }
  }

  @Test("A real copy of MNIST is accepted and readable", Shared.needsMNIST)
  func realMNIST() throws {
    let report = try DataFetcher().fetch("mnist", into: out.path, from: Shared.mnist)
    #expect(report.files.count == 4 && report.notes == [])
    #expect(try Datasets.mnist(out.path, split: .test).count == 10_000)
  }

  @Test(
    "A copy of CIFAR-10 in place is accepted, and files that are not official are noted",
    Shared.needsCIFAR10)
  func realCIFAR10() throws {
    try FileManager.default.createSymbolicLink(
      atPath: "\(out.path)/cifar-10-batches-bin",
      withDestinationPath: "\(Shared.cifar10)/cifar-10-batches-bin")
    let report = try DataFetcher().fetch("cifar10", into: out.path)
    #expect(report.files.count == 6)
    for (note, name) in zip(report.notes, CIFAR10Layout.trainFiles + [CIFAR10Layout.testFile]) {
      #expect(note == "\(name) is not the official file, bit for bit: say so with results on it.")
    }
    #expect([0, 6].contains(report.notes.count))
  }
}
