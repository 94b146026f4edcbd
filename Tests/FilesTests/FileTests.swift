import Foundation
import TestSupport
import Testing

@testable import Files

func refusal(_ action: () throws -> Void) -> String {
  do {
    try action()
    return ""
  } catch {
    return "\(error)"
  }
}

/// "surety\n" as gzip writes it, without a name or a time.
let compressed = Data([
  0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0x2b, 0x2e, 0x2d, 0x4a, 0x2d, 0xa9,
  0xe4, 0x02, 0x00, 0x09, 0xd6, 0x39, 0xd9, 0x07, 0x00, 0x00, 0x00,
])
let content = Data("surety\n".utf8)

@Suite struct ReadFileTests {
  @Test func aPlainFileIsReadAsItIs() throws {
    let folder = try TemporaryFolder()
    #expect(try readFile(folder.file("a.txt", content)) == content)
    #expect(try readFile(folder.file("empty", Data())).isEmpty)
    #expect(try readFile(folder.file("a.bin", compressed)) == compressed)
  }

  @Test func aCompressedFileIsDecompressed() throws {
    let folder = try TemporaryFolder()
    #expect(try readFile(folder.file("a.gz", compressed)) == content)
    #expect(try readFile(folder.file("b.gz", compressed + compressed)) == content + content)
  }

  @Test func aFileThatCannotBeRead_Fails() throws {
    let folder = try TemporaryFolder()
    #expect(
      refusal { _ = try readFile("\(folder.path)/none") } == "\(folder.path)/none: no such file")
    #expect(
      refusal { _ = try readFile(folder.path) }
        == "\(folder.path): is a folder, expected a file")
    let fake = try folder.file("fake.gz", content)
    #expect(
      refusal { _ = try readFile(fake) }
        == "\(fake): not gzip data; remove .gz from the name or compress the file")
  }

  @Test func everyCutOfACompressedFile_Fails() throws {
    for count in 0..<compressed.count {
      #expect(
        refusal { _ = try gunzip(compressed.prefix(count), source: "a.gz", limit: 100) }
          == "a.gz: corrupt gzip data: it ends too early", "\(count) bytes")
    }
  }

  @Test func aChangedByteIsNoticedUnlessTheContentIsTheSame() throws {
    for index in 10..<compressed.count {
      var data = compressed
      data[index] ^= 0x10
      let answer = refusal {
        let read = try gunzip(data, source: "a.gz", limit: 100)
        #expect(read == content, "byte \(index)")
      }
      #expect(answer.isEmpty || answer.hasPrefix("a.gz: corrupt gzip data"), "byte \(index)")
    }
  }

  @Test func aChangedTrailer_Fails() {
    for index in (compressed.count - 8)..<compressed.count {
      var data = compressed
      data[index] ^= 1
      #expect(
        refusal { _ = try gunzip(data, source: "a.gz", limit: 100) } == "a.gz: corrupt gzip data")
    }
  }

  @Test func dataAfterTheEnd_Fails() {
    #expect(
      refusal { _ = try gunzip(compressed + Data([1, 2, 3]), source: "a.gz", limit: 100) }
        .hasPrefix("a.gz: corrupt gzip data"))
  }

  @Test func expansionBeyondTheLimit_Fails() throws {
    #expect(
      refusal { _ = try gunzip(compressed, source: "a.gz", limit: 6) }
        == "a.gz: expands beyond 6 bytes")
    #expect(try gunzip(compressed, source: "a.gz", limit: 7) == content)
  }
}

@Suite struct WriteFileTests {
  @Test func aFileIsWrittenAndReplacedWithoutLeftovers() throws {
    let folder = try TemporaryFolder()
    let path = "\(folder.path)/out.json"
    try writeFile(Data("one".utf8), to: path)
    try writeFile(content, to: path)
    #expect(try readFile(path) == content)
    #expect(folder.names == ["out.json"])
  }

  @Test func aDeviceIsWrittenToAndNeverReplaced() throws {
    try writeFile(content, to: "/dev/null")
    var status = stat()
    #expect(stat("/dev/null", &status) == 0)
    #expect(status.st_mode & S_IFMT == S_IFCHR)
  }

  @Test func aPlaceThatCannotBeWritten_Fails() throws {
    let folder = try TemporaryFolder()
    #expect(
      refusal { try writeFile(content, to: "\(folder.path)/none/a.txt") }
        == "\(folder.path)/none/a.txt: cannot be written: no folder \(folder.path)/none")
    #expect(
      refusal { try writeFile(content, to: folder.path) }
        == "\(folder.path): cannot be written: it is a folder, expected a file")
    #expect(folder.names.isEmpty)
  }
}

@Suite struct InputErrorTests {
  @Test func anErrorIsOneLine() {
    #expect(InputError("a.onnx", place: "node relu", "odd").description == "a.onnx: node relu: odd")
    #expect(InputError("a.onnx", "two\nlines").description == "a.onnx: two lines")
  }
}
