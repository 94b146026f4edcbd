import Foundation

/// Writes a file so that a reader sees the old content or the new, never a part.
///
/// The data goes to a new file beside the target, is flushed to the disk and takes the target's name.
///
/// - Throws: `InputError` naming `path` when the folder is missing, not writable, or the disk is full.
public func writeFile(_ data: Data, to path: String) throws(InputError) {
  let temporary = "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
  do {
    let url = URL(fileURLWithPath: temporary)
    try data.write(to: url)
    let handle = try FileHandle(forWritingTo: url)
    try handle.synchronize()
    try handle.close()
  } catch {
    try? FileManager.default.removeItem(atPath: temporary)
    throw InputError(path, "cannot be written: \(writeProblem(path, error))")
  }
  guard rename(temporary, path) == 0 else {
    let reason = String(cString: strerror(errno))
    try? FileManager.default.removeItem(atPath: temporary)
    throw InputError(path, "cannot be written: \(reason)")
  }
}

private func writeProblem(_ path: String, _ error: any Error) -> String {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  if !FileManager.default.fileExists(atPath: folder) { return "no folder \(folder)" }
  if !FileManager.default.isWritableFile(atPath: folder) {
    return "folder \(folder) is not writable"
  }
  return (error as NSError).localizedDescription
}
