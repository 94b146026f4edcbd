import Foundation

/// Writes a file so that a reader sees the old content or the new, never a part.
///
/// The data goes to a new file beside the target, is flushed to the disk and takes the target's
/// name. A target that is no file, such as a pipe or `/dev/null`, is written to as it is and never
/// replaced.
///
/// - Throws: `InputError` naming `path` when the folder is missing, not writable, or the disk is
///   full.
public func writeFile(_ data: Data, to path: String) throws(InputError) {
  switch kind(of: path) {
  case .folder: throw InputError(path, "cannot be written: it is a folder, expected a file")
  case .device: try writeThrough(data, to: path)
  case .fileOrNothing: try replaceFile(data, at: path)
  }
}

private enum Kind {
  case fileOrNothing, folder, device
}

private func kind(of path: String) -> Kind {
  var status = stat()
  guard stat(path, &status) == 0 else { return .fileOrNothing }
  return switch status.st_mode & S_IFMT {
  case S_IFREG: .fileOrNothing
  case S_IFDIR: .folder
  default: .device
  }
}

private func writeThrough(_ data: Data, to path: String) throws(InputError) {
  do {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.write(contentsOf: data)
    try handle.close()
  } catch {
    throw InputError(path, "cannot be written: \(writeProblem(path, error))")
  }
}

private func replaceFile(_ data: Data, at path: String) throws(InputError) {
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
