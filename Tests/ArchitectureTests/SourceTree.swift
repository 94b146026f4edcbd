import Foundation
import TestSupport

/// A text file of the package, read once.
struct SourceFile: Sendable {
  /// The path below the package root, such as `Sources/Files/ReadFile.swift`.
  var path: String
  var text: String

  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// Whether a tool wrote it, as its name or its first line says; such files answer to their generator, not
  /// to our habits.
  var isGenerated: Bool {
    path.hasSuffix(".pb.swift")
      || text.prefix { $0 != "\n" }.lowercased().contains("do not edit")
  }

  /// The folder below `Sources`, which is the module.
  var module: String { String(path.split(separator: "/")[1]) }
}

/// The files of the package as these tests see them.
enum SourceTree {
  /// Every Swift file under `Sources`, generated ones included.
  static let swiftSources = sources.filter { $0.path.hasSuffix(".swift") }

  /// Every Swift and C file under `Sources`.
  static let sources = files(under: "Sources", endings: [".swift", ".c", ".h"])

  /// Every Swift file under `Tests`.
  static let tests = files(under: "Tests", endings: [".swift"])

  /// Every text file that a commit could carry.
  static let everything: [SourceFile] = trackedPaths().compactMap(read)

  private static func files(under folder: String, endings: [String]) -> [SourceFile] {
    walk(folder).filter { path in endings.contains { path.hasSuffix($0) } }.compactMap(read)
  }

  private static func read(_ path: String) -> SourceFile? {
    guard let data = FileManager.default.contents(atPath: "\(packageRoot)/\(path)"),
      data.count < 4 << 20, !data.prefix(8192).contains(0),
      let text = String(data: data, encoding: .utf8)
    else { return nil }
    return SourceFile(path: path, text: text)
  }

  private static func walk(_ folder: String) -> [String] {
    let root = folder.isEmpty ? packageRoot : "\(packageRoot)/\(folder)"
    guard let walker = FileManager.default.enumerator(atPath: root) else { return [] }
    var paths: [String] = []
    while let relative = walker.nextObject() as? String {
      let name = (relative as NSString).lastPathComponent
      if skipped.contains(name) || name.hasPrefix(".build") {
        walker.skipDescendants()
        continue
      }
      if walker.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
        paths.append(folder.isEmpty ? relative : "\(folder)/\(relative)")
      }
    }
    return paths.sorted()
  }

  private static let skipped: Set = [".git", ".swiftpm", "results", "Package.resolved"]

  /// What git would commit; every file of the folder where git cannot be asked, as in an unpacked archive.
  private static func trackedPaths() -> [String] {
    let git = Process()
    git.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    git.arguments = [
      "git", "-C", packageRoot, "ls-files", "-z", "--cached", "--others", "--exclude-standard",
    ]
    let output = Pipe()
    git.standardOutput = output
    git.standardError = FileHandle.nullDevice
    git.standardInput = FileHandle.nullDevice
    guard (try? git.run()) != nil else { return walk("") }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    git.waitUntilExit()
    let listed = String(decoding: data, as: UTF8.self).split(separator: "\0").map(String.init)
    return git.terminationStatus == 0 && !listed.isEmpty ? listed : walk("")
  }
}
