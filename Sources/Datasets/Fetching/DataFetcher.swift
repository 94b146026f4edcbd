import Files
import Foundation

/// How far a file has come.
public struct FetchProgress: Sendable, Hashable {
  /// The name of the file.
  public let file: String
  /// The bytes that are here.
  public let bytes: Int
  /// The bytes of the whole file, where the server says.
  public let total: Int?
}

/// What a fetch left behind.
public struct FetchReport: Sendable, Hashable {
  /// The paths of the data files, ready for the readers.
  public var files: [String] = []
  /// What a user of the data should know, a sentence each.
  public var notes: [String] = []
}

/// Brings a public data set into the layout that the readers use.
///
/// A download goes to a file named `.partial`, continues where an earlier one stopped, and takes its final
/// name only after its digest was compared. Nothing that exists is overwritten.
///
///     let report = try DataFetcher().fetch("mnist", into: "data/mnist")
public struct DataFetcher: Sendable {
  /// How often a transfer that breaks off is tried again before giving up.
  public var retries = 4
  /// The pause before the first retry, in seconds; it doubles each time.
  public var pause: TimeInterval = 1
  /// How long a server may stay silent, in seconds.
  public var timeout: TimeInterval = 60

  /// The names that can be fetched.
  public static let names = ["mnist", "cifar10"]

  /// Creates a fetcher with the usual patience.
  public init() {}

  /// Fetches a data set, or converts a local copy. The call returns when everything is in place.
  ///
  /// - Parameters:
  ///   - name: `mnist` or `cifar10`.
  ///   - folder: Where the files go; it is made when missing.
  ///   - source: The address of a server's folder (`https://...`), a local folder, or a local archive; nil
  ///     for the usual source.
  ///   - progress: Called as bytes arrive, from another thread.
  /// - Returns: The files, and notes on what differs from the official set.
  /// - Throws: `InputError` when the name is unknown, the source is missing or refuses, a digest differs,
  ///   or a file of another content is in the way.
  public func fetch(
    _ name: String, into folder: String, from source: String? = nil,
    progress: @escaping @Sendable (FetchProgress) -> Void = { _ in }
  ) throws(InputError) -> FetchReport {
    switch name {
    case "mnist": return try fetch(.mnist, into: folder, from: source, progress: progress)
    case "cifar10": return try fetch(.cifar10, into: folder, from: source, progress: progress)
    case "digits":
      throw InputError(
        "data set \"digits\"", "is built in; use --data digits, there is nothing to fetch")
    default: throw Datasets.unknownName(name, among: Self.names)
    }
  }

  /// Fetches the set that a description names; the tests describe small ones.
  func fetch(
    _ set: PublicSet, into folder: String, from source: String?,
    progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(InputError) -> FetchReport {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw InputError(folder, "the folder cannot be made")
    }
    let lock = try OutputLock(folder: folder)
    defer { lock.release() }
    if set.isArchive {
      return try CIFAR10Fetch(fetcher: self, set: set, folder: folder)
        .run(from: source, progress: progress)
    }
    var report = FetchReport()
    for file in set.files {
      report.files.append(try place(file, of: set, in: folder, from: source, progress: progress))
    }
    return report
  }

  /// Puts one checked file into the folder and returns its path.
  private func place(
    _ file: PublicFile, of set: PublicSet, in folder: String, from source: String?,
    progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(InputError) -> String {
    let bare = String(file.name.dropLast(3))
    for name in [file.name, bare] where exists("\(folder)/\(name)") {
      let path = "\(folder)/\(name)"
      if let problem = try file.problem(at: path, isCompressed: name != bare) {
        throw InputError(
          path, "is in the way and not the official file: \(problem); remove it first")
      }
      return path
    }
    if let source, !isAddress(source) {
      for name in [file.name, bare] where exists("\(source)/\(name)") {
        let target = "\(folder)/\(name)"
        try copy("\(source)/\(name)", to: target) { (partial) throws(InputError) in
          try file.problem(at: partial, isCompressed: name != bare)
        }
        return target
      }
      throw InputError(source, "has no \(file.name) (or \(bare))")
    }
    let target = "\(folder)/\(file.name)"
    try download(
      file, from: address(of: file, set: set, source: source), to: target, progress: progress)
    return target
  }

  /// The address of a file: in the folder that `source` names, or `source` itself where it ends in the
  /// file's name.
  func address(of file: PublicFile, set: PublicSet, source: String?) -> String {
    let base = source ?? set.address
    if base.hasSuffix("/\(file.name)") { return base }
    return base.hasSuffix("/") ? base + file.name : "\(base)/\(file.name)"
  }

  /// Copies a file under a temporary name, checks it and renames it.
  func copy(
    _ source: String, to target: String, check: (String) throws(InputError) -> String?
  ) throws(InputError) {
    let partial = "\(target).partial"
    do {
      try? FileManager.default.removeItem(atPath: partial)
      try FileManager.default.copyItem(atPath: source, toPath: partial)
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw InputError(target, "cannot be copied from \(source)")
    }
    do throws(InputError) {
      if let problem = try check(partial) {
        throw InputError(source, "not the official file: \(problem)")
      }
      try rename(partial, target)
    } catch {
      try? FileManager.default.removeItem(atPath: partial)
      throw error
    }
  }
}

/// Whether a source is an address rather than a path.
func isAddress(_ source: String) -> Bool {
  source.hasPrefix("http://") || source.hasPrefix("https://")
}

func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }

/// Renames a file or a folder, replacing a file of that name.
func rename(_ source: String, _ target: String) throws(InputError) {
  guard Foundation.rename(source, target) == 0 else {
    throw InputError(target, "cannot be written: \(String(cString: strerror(errno)))")
  }
}
