import Files
import Foundation

extension DataFetcher {
  /// Downloads a file into `target.partial`, continuing an earlier attempt, checks it and renames it.
  ///
  /// - Throws: `InputError` naming the address; what has arrived stays for the next call unless it was
  ///   complete and wrong.
  func download(
    _ file: PublicFile, from address: String, to target: String,
    progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(InputError) {
    guard let url = URL(string: address), url.host != nil else {
      throw InputError(address, "not an address; expected http://... or https://...")
    }
    let partial = "\(target).partial"
    // An earlier run may have been stopped between the last byte and the check.
    if size(of: partial) >= file.size,
      try file.problem(at: partial, isCompressed: file.isCompressed) == nil
    {
      return try rename(partial, target)
    }
    var failures = 0
    while true {
      let offset = size(of: partial)
      let transfer = Transfer(
        url: url, path: partial, offset: offset, limit: 2 * max(file.size, file.content.size)
      ) { bytes, total in
        progress(FetchProgress(file: file.name, bytes: bytes, total: total))
      }
      let reason: String
      switch transfer.run(timeout: timeout) {
      case .complete:
        guard let problem = try file.problem(at: partial, isCompressed: file.isCompressed) else {
          return try rename(partial, target)
        }
        try? FileManager.default.removeItem(atPath: partial)
        // The earlier part may be what is wrong: a server's file can have changed in between.
        guard transfer.isContinuation else {
          throw InputError(address, "not the official file: \(problem)")
        }
        reason = problem
      case .cannotContinue:
        try? FileManager.default.removeItem(atPath: partial)
        reason = "the server cannot continue the earlier part"
      case .status(let code):
        let isPassing = code >= 500 || code == 429 || code == 408
        reason = "the server answered \(code)"
        guard isPassing else {
          throw InputError(address, "\(reason); expected the file \(file.name)")
        }
      case .tooLong:
        try? FileManager.default.removeItem(atPath: partial)
        throw InputError(
          address, "the server sends more than twice the \(file.size) bytes expected")
      case .unwritable:
        throw InputError(partial, "cannot be written; is the disk full?")
      case .broken(let why):
        reason = why
        // A transfer that gets on is not stuck, however often it breaks.
        if size(of: partial) >= offset + 1 << 20 { failures = 0 }
      }
      failures += 1
      guard failures <= retries else {
        let here = size(of: partial)
        let next = here > 0 ? "; run the same command again to continue after \(here) bytes" : ""
        throw InputError(address, "\(reason), in \(failures) attempts\(next)")
      }
      Thread.sleep(forTimeInterval: pause * Double(1 << min(failures - 1, 5)))
    }
  }

  private func size(of path: String) -> Int {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    return (attributes?[.size] as? NSNumber)?.intValue ?? 0
  }
}
