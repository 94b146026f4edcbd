import Foundation
import Testing

/// The folder of test data too large for the repository: benchmark networks, reference bounds, data sets.
///
/// The environment variable `SURETY_SHARED` names it; without the variable it is `shared` beside the
/// package. Tests that need it carry the trait `.needsSharedFolder`, so that they are reported as skipped,
/// with the reason, where the folder is missing.
public enum SharedFolder {
  /// The folder's absolute path, or nil when there is no such folder.
  public static let root: String? = {
    let named = ProcessInfo.processInfo.environment["SURETY_SHARED"] ?? "../shared"
    let url = URL(
      fileURLWithPath: named, relativeTo: URL(fileURLWithPath: packageRoot, isDirectory: true))
    return isFolder(url.path) ? url.standardizedFileURL.path : nil
  }()

  /// Whether the folder is there.
  public static var isAvailable: Bool { root != nil }

  /// The absolute path of a file or folder inside, such as `reference/models/resnet_2b.onnx`.
  ///
  /// - Returns: The path, or nil when the folder or the file is missing.
  public static func path(_ relative: String) -> String? {
    guard let root else { return nil }
    let path = "\(root)/\(relative)"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }

  private static func isFolder(_ path: String) -> Bool {
    var isDirectory: ObjCBool = false
    return FileManager.default.fileExists(atPath: path, isDirectory: &isDirectory)
      && isDirectory.boolValue
  }
}

/// The absolute path of the package, found from this source file.
public let packageRoot: String =
  URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent()  // TestSupport
  .deletingLastPathComponent()  // Tests
  .deletingLastPathComponent()
  .path

extension Trait where Self == ConditionTrait {
  /// Skips the test or the suite, visibly, where the shared test data is missing.
  public static var needsSharedFolder: Self {
    .enabled(
      if: SharedFolder.isAvailable, "shared test data not found; set SURETY_SHARED")
  }

  /// Skips the test or the suite, visibly, where one file or folder of the shared test data is missing.
  public static func needsShared(_ relative: String) -> Self {
    .enabled(
      if: SharedFolder.path(relative) != nil,
      "shared test data lacks \(relative); set SURETY_SHARED")
  }
}
