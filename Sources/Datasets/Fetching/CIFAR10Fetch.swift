import Digests
import Files
import Foundation

/// Fetches CIFAR-10: an archive that is unpacked, or a local copy of what is in it.
struct CIFAR10Fetch {
  let fetcher: DataFetcher
  let set: PublicSet
  let folder: String

  /// The official files, for the note on a copy that differs.
  static let digests = [
    "data_batch_1.bin": "cee916563c9f80d84e3cc88e17fdc0941787f1244f00a67874d45b261883ada5",
    "data_batch_2.bin": "a591ca11fa1708a91ee40f54b3da4784ccd871ecf2137de63f51ada8b3fa57ed",
    "data_batch_3.bin": "bbe8596564c0f86427f876058170b84dac6670ddf06d79402899d93ceea26f67",
    "data_batch_4.bin": "014e562d6e23c72197cc727519169a60359f5eccd8945ad5a09d710285ff4e48",
    "data_batch_5.bin": "755304fc0b379caeae8c14f0dac912fbc7d6cd469eb67a1029a08a39453a9add",
    "test_batch.bin": "8e2eb146ae340b09e24670f29cabc6326dba54da8789dab6768acf480273f65b",
  ]

  private static let names = CIFAR10Layout.trainFiles + [CIFAR10Layout.testFile]
  private var target: String { "\(folder)/\(CIFAR10Layout.folder)" }
  private var staging: String { "\(target).partial" }

  func run(
    from source: String?, progress: @escaping @Sendable (FetchProgress) -> Void
  ) throws(InputError) -> FetchReport {
    if exists(target) { return try report(on: target) }
    guard let source, !isAddress(source) else {
      let archive = set.files[0]
      let path = "\(folder)/\(archive.name)"
      if !exists(path) {
        try fetcher.download(
          archive, from: fetcher.address(of: archive, set: set, source: source), to: path,
          progress: progress)
      }
      let result = try unpack(path)
      try? FileManager.default.removeItem(atPath: path)
      return result
    }
    let inner = "\(source)/\(CIFAR10Layout.folder)"
    if let place = [source, inner].first(where: { exists("\($0)/\(CIFAR10Layout.testFile)") }) {
      return try stage { (staging) throws(InputError) in
        for name in Self.names {
          try fetcher.copy("\(place)/\(name)", to: "\(staging)/\(name)") { _ in nil }
        }
        return staging
      }
    }
    let archive = isFolder(source) ? "\(source)/\(set.files[0].name)" : source
    guard exists(archive) else {
      throw InputError(
        source,
        "has neither \(CIFAR10Layout.testFile) nor \(set.files[0].name); expected one of them")
    }
    return try unpack(archive)
  }

  /// Checks an archive and unpacks the six data files, and nothing else that it may hold.
  private func unpack(_ archive: String) throws(InputError) -> FetchReport {
    if let problem = try set.files[0].problem(at: archive, isCompressed: false) {
      throw InputError(archive, "not the official file: \(problem)")
    }
    return try stage { (staging) throws(InputError) in
      let tar = Process()
      tar.executableURL = URL(fileURLWithPath: "/usr/bin/env")
      tar.arguments =
        ["tar", "-xzf", archive, "-C", staging]
        + Self.names.map { "\(CIFAR10Layout.folder)/\($0)" }
      tar.standardError = FileHandle.nullDevice
      do { try tar.run() } catch { throw InputError(archive, "the tar program cannot be started") }
      tar.waitUntilExit()
      guard tar.terminationStatus == 0 else {
        throw InputError(archive, "tar could not unpack it; is the disk full?")
      }
      return "\(staging)/\(CIFAR10Layout.folder)"
    }
  }

  /// Fills a temporary folder, checks the part of it that `fill` returns, and gives that its final name.
  private func stage(
    _ fill: (String) throws(InputError) -> String
  ) throws(InputError) -> FetchReport {
    let files = FileManager.default
    defer { try? files.removeItem(atPath: staging) }
    do {
      if exists(staging) { try files.removeItem(atPath: staging) }
      try files.createDirectory(atPath: staging, withIntermediateDirectories: true)
    } catch {
      throw InputError(staging, "the folder cannot be made")
    }
    let filled = try fill(staging)
    _ = try report(on: filled)
    try rename(filled, target)
    return try report(on: target)
  }

  /// Checks the layout of a folder, and notes the files that are not the official ones.
  private func report(on place: String) throws(InputError) -> FetchReport {
    var result = FetchReport()
    for name in Self.names {
      let path = "\(place)/\(name)"
      guard exists(path) else {
        throw InputError(place, "has no \(name); remove the folder to fetch the set again")
      }
      var pixels: [UInt8] = []
      var labels: [Int32] = []
      try CIFAR10Layout.read(path, intoPixels: &pixels, labels: &labels)
      result.files.append(path)
      if labels.count != 10_000 {
        result.notes.append("\(name) has \(labels.count) images; the official file has 10000.")
      } else if try sha256(ofFile: path) != Self.digests[name] {
        result.notes.append(
          "\(name) is not the official file, bit for bit: say so with results on it.")
      }
    }
    return result
  }
}
