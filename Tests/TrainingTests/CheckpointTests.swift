import Files
import Foundation
import Testing

@testable import Training

@Suite("Checkpoints")
struct CheckpointTests {
  /// A folder that is removed afterwards.
  private func withFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("checkpoints-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private func archive(_ epoch: Int) -> TensorArchive {
    TensorArchive(
      [TensorRecord("w", shape: [1], .float32([Float(epoch)]))], metadata: ["epoch": "\(epoch)"])
  }

  @Test("The newest is found, the one before is kept, and nothing else")
  func newest() throws {
    try withFolder { folder in
      let store = CheckpointStore(folder: folder)
      #expect(try store.latest() == nil)
      for epoch in 1...3 {
        try store.save(archive(epoch))
        let found = try #require(try store.latest())
        #expect(found.archive == archive(epoch))
        #expect(found.warning == nil)
      }
      #expect(try TensorArchive(contentsOf: store.previousPath) == archive(2))
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
          == ["checkpoint.previous.safetensors", "checkpoint.safetensors"])
    }
  }

  @Test("When the newest is damaged the one before is taken, with a warning")
  func damaged() throws {
    try withFolder { folder in
      let store = CheckpointStore(folder: folder)
      try store.save(archive(1))
      try store.save(archive(2))
      let data = try readFile(store.path)
      try writeFile(data.prefix(data.count - 1), to: store.path)
      let found = try #require(try store.latest())
      #expect(found.archive == archive(1))
      #expect(found.path == store.previousPath)
      #expect(try #require(found.warning).description.hasPrefix("\(store.path): is damaged"))
      try writeFile(Data(), to: store.previousPath)
      #expect(throws: InputError.self) { try store.latest() }
    }
  }

  @Test("A program killed between any two steps leaves a whole checkpoint")
  func killedBetween() throws {
    try withFolder { folder in
      let store = CheckpointStore(folder: folder)
      try store.save(archive(1))
      try store.save(archive(2))
      // After the new file is written, before it has its name.
      try archive(3).write(to: "\(store.path).new")
      #expect(try store.latest()?.archive == archive(2))
      // After the second name of the old file.
      try FileManager.default.removeItem(atPath: store.previousPath)
      #expect(try store.latest()?.archive == archive(2))
      // Where there are no second names: after the old file was moved.
      try FileManager.default.moveItem(atPath: store.path, toPath: store.previousPath)
      #expect(try store.latest()?.archive == archive(2))
      store.removeLeftovers()
      #expect(
        try FileManager.default.contentsOfDirectory(atPath: folder)
          == ["checkpoint.previous.safetensors"])
    }
  }

  @Test("A checkpoint that cannot be written leaves the old one and says why")
  func unwritable() throws {
    try withFolder { folder in
      let store = CheckpointStore(folder: "\(folder)/missing")
      #expect(throws: InputError.self) { try store.save(archive(1)) }
    }
  }
}

extension CheckpointStore.Found: Equatable {
  public static func == (a: Self, b: Self) -> Bool { a.archive == b.archive && a.path == b.path }
}
