import Digests
import Files
import Foundation
import TestSupport
import Testing

@testable import Datasets

@Suite("Fetching a data set")
struct DataFetcherTests {
  /// Content of 300,000 bytes that does not repeat soon.
  static let content = (0..<300_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }
  static let name = "numbers.bin.tar.gz"
  /// A set of one file that is compared as it is.
  static let set = PublicSet(
    name: "numbers", address: "http://unused.invalid/",
    files: [
      PublicFile(
        name: name, size: content.count,
        content: .init(size: content.count, digest: sha256(of: Data(content))))
    ])

  private let folder: TemporaryFolder
  private var fetcher = DataFetcher()
  private var target: String { "\(folder.path)/\(Self.name)" }

  init() throws {
    folder = try TemporaryFolder()
    fetcher.pause = 0.01
    fetcher.timeout = 20
  }

  private func fetch(from address: String) throws(InputError) {
    try fetcher.download(Self.set.files[0], from: "\(address)/\(Self.name)", to: target) { _ in }
  }

  private func message(from address: String) -> String? {
    let error = #expect(throws: InputError.self) { try fetch(from: address) }
    return error?.description
  }

  @Test("A fresh download arrives whole, with its progress, and leaves nothing else")
  func fresh() throws {
    let server = try LocalServer([Self.name: Self.content])
    defer { server.stop() }
    let last = Box<FetchProgress?>(nil)
    try fetcher.download(
      Self.set.files[0], from: "\(server.address)/\(Self.name)", to: target
    ) { last.value = $0 }
    #expect(try sha256(ofFile: target) == Self.set.files[0].content.digest)
    #expect(folder.names == [Self.name])
    #expect(last.value == FetchProgress(file: Self.name, bytes: 300_000, total: 300_000))
    #expect(server.requests == [Self.name])
  }

  @Test("A connection that breaks is continued where it stopped")
  func cut() throws {
    let server = try LocalServer([Self.name: Self.content], .init(cutAfter: 100_000, cuts: 2))
    defer { server.stop() }
    try fetch(from: server.address)
    #expect(try sha256(ofFile: target) == Self.set.files[0].content.digest)
    #expect(
      server.requests == [Self.name, "\(Self.name) from 100000", "\(Self.name) from 200000"])
  }

  @Test("What an earlier run left is continued")
  func resumed() throws {
    try folder.file("\(Self.name).partial", Self.content.prefix(12_345))
    let server = try LocalServer([Self.name: Self.content])
    defer { server.stop() }
    try fetch(from: server.address)
    #expect(server.requests == ["\(Self.name) from 12345"])
    #expect(folder.names == [Self.name])
  }

  @Test("A server that ignores the range sends everything again")
  func ignoresRange() throws {
    try folder.file("\(Self.name).partial", Self.content.prefix(12_345))
    let server = try LocalServer([Self.name: Self.content], .init(ignoresRange: true))
    defer { server.stop() }
    try fetch(from: server.address)
    #expect(try sha256(ofFile: target) == Self.set.files[0].content.digest)
    #expect(server.requests == ["\(Self.name) from 12345"])
  }

  @Test("An earlier part of another file is thrown away, and so is one that is too long")
  func wrongPart() throws {
    for part in [Array(repeating: 0, count: 1_000), Self.content + [1, 2, 3]] {
      try? FileManager.default.removeItem(atPath: target)
      try folder.file("\(Self.name).partial", part)
      let server = try LocalServer([Self.name: Self.content])
      defer { server.stop() }
      try fetch(from: server.address)
      #expect(server.requests == ["\(Self.name) from \(part.count)", Self.name])
      #expect(folder.names == [Self.name])
    }
  }

  @Test("A whole part that was not renamed needs no server")
  func wholePart() throws {
    try folder.file("\(Self.name).partial", Self.content)
    try fetch(from: "http://127.0.0.1:9")
    #expect(folder.names == [Self.name])
  }

  @Test("A server that is busy is asked again")
  func busy() throws {
    let server = try LocalServer([Self.name: Self.content], .init(codes: [503, 429]))
    defer { server.stop() }
    try fetch(from: server.address)
    #expect(server.requests.count == 3)
  }

  @Test("Another content is refused and removed")
  func wrongDigest_Fails() throws {
    var other = Self.content
    other[77] ^= 1
    let server = try LocalServer([Self.name: other])
    defer { server.stop() }
    #expect(
      message(from: server.address)
        == "\(server.address)/\(Self.name): not the official file: its SHA-256 is "
        + "\(sha256(of: Data(other))), expected \(Self.set.files[0].content.digest)")
    #expect(folder.names == [])
  }

  @Test("A missing file is refused at once")
  func missing_Fails() throws {
    let server = try LocalServer([:])
    defer { server.stop() }
    #expect(
      message(from: server.address)
        == "\(server.address)/\(Self.name): the server answered 404; expected the file \(Self.name)"
    )
    #expect(server.requests.count == 1)
    #expect(folder.names == [])
  }

  @Test("A body that does not end is refused")
  func tooLong_Fails() throws {
    let server = try LocalServer([Self.name: Self.content + Self.content + [0]])
    defer { server.stop() }
    #expect(
      message(from: server.address)
        == "\(server.address)/\(Self.name): the server sends more than twice the 300000 bytes expected"
    )
    #expect(folder.names == [])
  }

  @Test("A connection that keeps breaking leaves its part for the next run")
  mutating func neverWhole_Fails() throws {
    fetcher.retries = 1
    let server = try LocalServer([Self.name: Self.content], .init(cutAfter: 1_000, cuts: .max))
    defer { server.stop() }
    let text = try #require(message(from: server.address))
    #expect(text.hasPrefix("\(server.address)/\(Self.name): the connection "))
    #expect(
      text.hasSuffix(
        ", in 2 attempts; run the same command again to continue after 2000 bytes"))
    #expect(folder.names == ["\(Self.name).partial"])
  }

  @Test("No server at all is said in one line")
  mutating func noServer_Fails() throws {
    fetcher.retries = 0
    let text = try #require(message(from: "http://127.0.0.1:9"))
    #expect(text.hasPrefix("http://127.0.0.1:9/\(Self.name): the connection failed: "))
    #expect(
      message(from: "nonsense")
        == "nonsense/\(Self.name): not an address; expected http://... or https://...")
  }

  @Test("An unknown name, and the built-in set, are refused")
  func name_Fails() throws {
    #expect(
      throws: InputError(
        "data set \"cifar\"", "unknown; known are mnist, cifar10; did you mean cifar10?")
    ) { try fetcher.fetch("cifar", into: folder.path) }
    #expect(
      throws: InputError(
        "data set \"digits\"", "is built in; use --data digits, there is nothing to fetch")
    ) { try fetcher.fetch("digits", into: folder.path) }
  }
}

/// A value that a callback on another thread leaves for the test.
final class Box<Value: Sendable>: @unchecked Sendable {
  private let lock = NSLock()
  private var stored: Value
  init(_ value: Value) { stored = value }
  var value: Value {
    get { lock.withLock { stored } }
    set { lock.withLock { stored = newValue } }
  }
}
