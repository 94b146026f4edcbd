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
  case .fileOrNothing:
    try WritingGate.shared.pass { () throws(InputError) in try replaceFile(data, at: path) }
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
  let file = open(path, O_WRONLY)
  guard file >= 0 else {
    throw InputError(path, "cannot be written: \(systemMessage(errno))")
  }
  defer { close(file) }
  if let failure = writeAll(data, to: file) {
    throw InputError(path, "cannot be written: \(systemMessage(failure))")
  }
}

/// Where the new content of a file is written before it takes the file's name.
func temporaryPath(_ path: String) -> String {
  "\(path).\(ProcessInfo.processInfo.processIdentifier).partial"
}

private func replaceFile(_ data: Data, at path: String) throws(InputError) {
  let temporary = temporaryPath(path)
  if let failure = writeNewFile(data, at: temporary) {
    unlink(temporary)
    throw InputError(path, "cannot be written: \(writeProblem(path, failure))")
  }
  guard rename(temporary, path) == 0 else {
    let reason = systemMessage(errno)
    unlink(temporary)
    throw InputError(path, "cannot be written: \(reason)")
  }
}

/// Writes a new file and flushes it to the disk.
///
/// - Returns: The system's number for what went wrong; nil when everything is on the disk.
private func writeNewFile(_ data: Data, at path: String) -> Int32? {
  let file = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0o666)
  guard file >= 0 else { return errno }
  let failure = writeAndFlush(data, to: file)
  // Some file systems say only now that the disk is full.
  let isClosed = close(file) == 0
  return failure ?? (isClosed ? nil : errno)
}

/// Writes data to a stream such as standard output, which may be a pipe, a terminal or a file on a full disk.
///
/// - Parameters:
///   - stream: The stream.
///   - name: What to name in errors.
/// - Throws: `InputError` naming `name` when the stream takes no more.
public func writeToStream(
  _ data: Data, _ stream: FileHandle, name: String
) throws(InputError) {
  if let failure = writeAll(data, to: stream.fileDescriptor) {
    throw InputError(name, "cannot be written: \(systemMessage(failure))")
  }
}

/// Adds data at the end of an open file and flushes it to the disk, or leaves the file as it was.
///
/// - Parameters:
///   - file: The file, opened for appending.
///   - path: What to name in errors.
/// - Throws: `InputError` naming `path` when the disk is full or the file is gone.
public func appendToFile(_ data: Data, _ file: FileHandle, path: String) throws(InputError) {
  try WritingGate.shared.pass { () throws(InputError) in
    let end = lseek(file.fileDescriptor, 0, SEEK_END)
    guard let failure = writeAndFlush(data, to: file.fileDescriptor) else { return }
    // A part of the data would be taken for a line that a crash cut off; better there is none.
    if end >= 0 { ftruncate(file.fileDescriptor, end) }
    throw InputError(path, "cannot be written: \(systemMessage(failure))")
  }
}

/// Opens a file for adding to its end, after its first `length` bytes; cuts off the rest, and makes it when missing.
///
/// - Throws: `InputError` naming `path` when the file cannot be written.
public func openForAppending(_ path: String, keeping length: Int) throws(InputError) -> FileHandle {
  let file = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
  guard file >= 0 else {
    throw InputError(path, "cannot be written: \(writeProblem(path, errno))")
  }
  guard ftruncate(file, off_t(length)) == 0 else {
    let reason = errno
    close(file)
    throw InputError(path, "cannot be written: \(systemMessage(reason))")
  }
  return FileHandle(fileDescriptor: file, closeOnDealloc: true)
}

private func writeAndFlush(_ data: Data, to file: Int32) -> Int32? {
  writeAll(data, to: file) ?? (fsync(file) == 0 ? nil : errno)
}

func writeAll(_ data: Data, to file: Int32) -> Int32? {
  data.withUnsafeBytes { bytes in
    var rest = bytes[...]
    while !rest.isEmpty {
      let part = UnsafeRawBufferPointer(rebasing: rest)
      let count = write(file, part.baseAddress, part.count)
      if count >= 0 {
        rest = rest.dropFirst(count)
      } else if errno != EINTR {
        return errno
      }
    }
    return nil
  }
}

/// What the system calls an error, in the middle of a sentence.
func systemMessage(_ number: Int32) -> String {
  let text = String(cString: strerror(number))
  return text.prefix(1).lowercased() + text.dropFirst()
}

func writeProblem(_ path: String, _ failure: Int32) -> String {
  let folder = URL(fileURLWithPath: path).deletingLastPathComponent().path
  if !FileManager.default.fileExists(atPath: folder) { return "no folder \(folder)" }
  if !FileManager.default.isWritableFile(atPath: folder) {
    return "folder \(folder) is not writable"
  }
  return systemMessage(failure)
}
