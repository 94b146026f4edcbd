import Foundation
import Synchronization

/// The right to write to a folder or a file, held by one process at a time.
///
/// The lock is the system's (`flock`) on a small file beside what is written, so it ends with its process, however that
/// ends, and a lock file that a killed process left is no obstacle. The file says who holds the lock, for people.
///
///     let lock = try OutputLock(folder: "results")
///     defer { lock.release() }
public final class OutputLock: Sendable {
  /// The lock file.
  public let path: String
  private let file: Int32
  private let isReleased = Atomic(false)

  /// Takes the lock of a folder, which must exist.
  ///
  /// - Throws: `InputError` naming the folder when another process holds the lock, or the folder cannot be written to.
  public convenience init(folder: String) throws(InputError) {
    try self.init("\(folder)/.lock", of: folder)
    Self.removeLeftovers(in: folder)
  }

  /// Takes the lock of a file, which need not exist.
  ///
  /// - Throws: `InputError` naming the file when another process holds the lock, or its folder cannot be written to.
  public convenience init(file: String) throws(InputError) {
    try self.init("\(file).lock", of: file)
    let url = URL(fileURLWithPath: file)
    Self.removeLeftovers(in: url.deletingLastPathComponent().path, of: url.lastPathComponent)
  }

  private init(_ path: String, of subject: String) throws(InputError) {
    self.path = path
    while true {
      let file = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
      guard file >= 0 else {
        throw InputError(subject, "cannot be written: \(writeProblem(path, errno))")
      }
      if flock(file, LOCK_EX | LOCK_NB) != 0 {
        let reason = errno
        guard Self.isHeld(reason) else {
          // A file system without locks: two runs must be kept apart by hand there, as everywhere before.
          self.file = file
          return
        }
        let holder = Self.holder(file)
        close(file)
        throw InputError(
          subject, "is in use by \(holder); wait until that has ended, or choose another place")
      }
      // Whoever held the lock before may have removed its file between the two calls.
      if Self.isSame(file, path) {
        self.file = file
        break
      }
      close(file)
    }
    // Where the program is ended in the middle, the file goes as well.
    WritingGate.shared.begin(path)
    let text = Self.description
    _ = text.withCString { words in
      ftruncate(file, 0) == 0 ? pwrite(file, words, strlen(words), 0) : 0
    }
  }

  deinit { release() }

  /// Gives the lock back; once is enough.
  public func release() {
    // Once the gate is closed, whoever closed it has removed the file.
    guard !isReleased.exchange(true, ordering: .acquiringAndReleasing) else { return }
    // Removed while the lock is held, so that nobody finds a file without knowing whose it is.
    if Self.isSame(file, path) { unlink(path) }
    WritingGate.shared.end(path)
    close(file)
  }

  /// Removes what killed processes had written when they had not given it its name yet.
  private static func removeLeftovers(in folder: String, of file: String = "") {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    for name in names where name.hasPrefix(file) {
      guard let match = name.wholeMatch(of: #/.+\.(\d+)\.partial/#), let process = pid_t(match.1),
        kill(process, 0) != 0, errno == ESRCH
      else { continue }
      unlink("\(folder)/\(name)")
    }
  }

  private static func isHeld(_ reason: Int32) -> Bool {
    reason == EWOULDBLOCK || reason == EAGAIN || reason == EACCES
  }

  /// Whether a path still stands for an open file.
  private static func isSame(_ file: Int32, _ path: String) -> Bool {
    var (opened, named) = (stat(), stat())
    return fstat(file, &opened) == 0 && stat(path, &named) == 0 && opened.st_ino == named.st_ino
      && opened.st_dev == named.st_dev
  }

  /// What this process writes into the files of its locks.
  private static var description: String {
    let arguments = CommandLine.arguments
    let program = arguments.first.map { URL(fileURLWithPath: $0).lastPathComponent } ?? "surety"
    let command = ([program] + arguments.dropFirst().prefix(1)).joined(separator: " ")
    let time = ISO8601DateFormatter().string(from: Date())
    return "process \(ProcessInfo.processInfo.processIdentifier) (\(command), since \(time))\n"
  }

  /// Who holds the lock, as its file says.
  ///
  /// Whoever has just taken the lock has yet to say who it is, which is waited for a little while.
  private static func holder(_ file: Int32) -> String {
    for _ in 0..<20 {
      var bytes = [UInt8](repeating: 0, count: 1024)
      let count = pread(file, &bytes, bytes.count, 0)
      let text = String(decoding: bytes.prefix(max(0, count)), as: UTF8.self)
      if let line = text.split(whereSeparator: \.isNewline).first { return String(line) }
      usleep(25_000)
    }
    return "another process"
  }
}
