import Foundation
import TestSupport
import Testing

@testable import Files

@Suite("Locks of folders and files")
struct OutputLockTests {
  @Test("One has the lock at a time, and the other is told who has it")
  func exclusive() throws {
    let place = try TemporaryFolder()
    let lock = try OutputLock(folder: place.path)
    #expect(place.names == [".lock"])
    let message = refusal { _ = try OutputLock(folder: place.path) }
    let process = ProcessInfo.processInfo.processIdentifier
    #expect(
      message.hasPrefix("\(place.path): is in use by process \(process) ("), "\(message)")
    #expect(message.contains(", since 20"))
    #expect(message.hasSuffix("); wait until that has ended, or choose another place"))
    lock.release()
    #expect(place.names.isEmpty, "the lock's file goes with the lock")
    let next = try OutputLock(folder: place.path)
    // Giving it back twice must not take it from whoever has it now.
    lock.release()
    #expect(!refusal { _ = try OutputLock(folder: place.path) }.isEmpty)
    next.release()
  }

  @Test(
    "A lock's file that a dead process left is no obstacle, and what it had begun to write is removed"
  )
  func leftOver() throws {
    let place = try TemporaryFolder()
    // No process has this number.
    _ = try place.file("table.csv.lock", Data("process 4194305 (surety batch, since 2020)\n".utf8))
    _ = try place.file("table.csv.4194305.partial", Data("half".utf8))
    let own = "table.csv.\(ProcessInfo.processInfo.processIdentifier).partial"
    _ = try place.file(own, Data("of a process that lives".utf8))
    let lock = try OutputLock(file: "\(place.path)/table.csv")
    #expect(place.names == [own, "table.csv.lock"].sorted())
    lock.release()
  }

  @Test("A folder that is missing is said to be")
  func missing() throws {
    let place = try TemporaryFolder()
    let message = refusal { _ = try OutputLock(file: "\(place.path)/none/table.csv") }
    #expect(message.contains("cannot be written: no folder"), "\(message)")
  }
}

@Suite("Files that are written piece by piece")
struct FileSinkTests {
  @Test("What was written is read again, and a changed byte is noticed")
  func roundTrip() throws {
    let place = try TemporaryFolder()
    let path = "\(place.path)/numbers"
    let floats = (0..<600_000).map { Float($0) * 0.5 }
    try FileSink.write(path) { sink in
      sink.append(Array("head".utf8))
      sink.append(Int32(-7))
      sink.append(elements: floats)
      sink.append(elements: [Double.infinity, -0.0])
      sink.append(sink.checksum)
    }
    #expect(place.names == ["numbers"])
    let data = try readFile(path)
    var source = ByteSource(data.dropLast(4))
    #expect(source.bytes(4) == Data("head".utf8))
    #expect(source.number(Int32.self) == -7)
    #expect(source.elements(Float.self) == floats)
    let ends = source.elements(Double.self)
    #expect(ends?[0] == .infinity && ends?[1].sign == .minus && source.isAtEnd)
    #expect(source.number(UInt8.self) == nil && source.elements(Double.self) == nil)
    var tail = ByteSource(data.suffix(4))
    let sum = tail.number(UInt32.self)
    #expect(sum == checksum(data.dropLast(4)))
    var changed = data
    changed[data.count / 2] ^= 1
    #expect(sum != checksum(changed.dropLast(4)))
  }

  @Test("A number of elements that the file does not have is not believed")
  func shortFile() {
    var source = ByteSource(Data([255, 255, 255, 255, 1, 2, 3]))
    #expect(source.elements(Double.self) == nil)
  }

  @Test("A folder that is missing is said to be, and nothing is left behind")
  func missing() throws {
    let place = try TemporaryFolder()
    let message = refusal { try FileSink.write("\(place.path)/none/file") { _ in } }
    #expect(message.contains("cannot be written: no folder") && place.names.isEmpty, "\(message)")
  }
}

@Suite("Logs")
struct AppendingTests {
  @Test("Lines go to the end, wherever that is, and what follows the part to keep is cut off")
  func appending() throws {
    let place = try TemporaryFolder()
    let path = try place.file("log", Data("one\ntwo\ntor".utf8))
    let file = try openForAppending(path, keeping: 8)
    try appendToFile(Data("three\n".utf8), file, path: path)
    // Another writer moves the end.
    let other = try openForAppending(path, keeping: 14)
    try appendToFile(Data("four\n".utf8), other, path: path)
    try appendToFile(Data("five\n".utf8), file, path: path)
    #expect(try readFile(path) == Data("one\ntwo\nthree\nfour\nfive\n".utf8))
  }
}
