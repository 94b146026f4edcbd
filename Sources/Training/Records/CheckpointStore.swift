import Files
import Foundation

/// The checkpoints of a run: the newest and the one before.
///
/// Whatever moment the program is killed at, the folder holds a whole checkpoint: a new one is written beside the
/// old, flushed to the disk, and then takes its name in one step.
///
/// | file | content |
/// |---|---|
/// | `checkpoint.safetensors` | the newest |
/// | `checkpoint.previous.safetensors` | the one before, in case that a disk damages the newest |
public struct CheckpointStore: Sendable {
  /// A checkpoint that was found.
  public struct Found: Sendable {
    /// Its content.
    public var archive: TensorArchive
    /// Its file.
    public var path: String
    /// Why the newest was passed over; nil when this is the newest.
    public var warning: InputError?
  }

  /// The folder.
  public let folder: String

  /// Creates a store in a folder that exists.
  public init(folder: String) {
    self.folder = folder
  }

  /// The file of the newest checkpoint.
  public var path: String { "\(folder)/checkpoint.safetensors" }
  /// The file of the checkpoint before.
  public var previousPath: String { "\(folder)/checkpoint.previous.safetensors" }

  /// Writes a checkpoint; the newest becomes the one before.
  ///
  /// - Throws: `InputError` when it cannot be written; the newest is as it was then.
  public func save(_ archive: TensorArchive) throws(InputError) {
    let data = try archive.encoded(source: path)
    try WritingGate.shared.pass { () throws(InputError) in try replace(by: data) }
  }

  private func replace(by data: Data) throws(InputError) {
    // Beside first: while the data are written, nothing has changed yet.
    let beside = "\(path).new"
    do throws(InputError) { try writeFile(data, to: beside) } catch {
      // Named as people know it.
      throw InputError(path, error.message)
    }
    if FileManager.default.fileExists(atPath: path) {
      // A second name for the old file, so that its first name never stands for nothing. Where the file system
      // has no second names, the old file is moved, and for a moment only the one before is there.
      unlink(previousPath)
      if link(path, previousPath) != 0 { rename(path, previousPath) }
    }
    guard rename(beside, path) == 0 else {
      let reason = String(cString: strerror(errno))
      unlink(beside)
      throw InputError(path, "cannot be written: \(reason)")
    }
  }

  /// Reads the newest checkpoint that is whole; nil when there is none at all.
  ///
  /// - Throws: `InputError` about the newest when there are checkpoints and all are damaged.
  public func latest() throws(InputError) -> Found? {
    var damage: InputError?
    for path in [path, previousPath] where FileManager.default.fileExists(atPath: path) {
      do throws(InputError) {
        return Found(archive: try TensorArchive(contentsOf: path), path: path, warning: damage)
      } catch {
        if damage == nil { damage = error }
      }
    }
    if let damage { throw damage }
    return nil
  }

  /// Removes what a killed program left of a checkpoint that it was writing.
  ///
  /// Call it when no other program writes to the folder.
  public func removeLeftovers() {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix("checkpoint.safetensors.") {
      if name.hasSuffix(".new") || name.hasSuffix(".partial") { unlink("\(folder)/\(name)") }
    }
  }
}
