import Foundation
import Testing

/// A browser on this machine, run without a window.
enum Browser {
  /// The program, or nil when there is none.
  static let path: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    for name in ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"] {
      for folder in folders where FileManager.default.isExecutableFile(atPath: "\(folder)/\(name)")
      {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }()

  /// What a browser made of a page.
  struct Result {
    /// The document after scripts have run.
    var document: String
    /// What pages write to the console, errors above all.
    var console: String
    /// The picture, a PNG.
    var picture: Data
  }

  /// Opens a page.
  ///
  /// - Parameters:
  ///   - page: The HTML.
  ///   - width: The width of the window in pixels.
  ///   - isDark: Whether the reader prefers dark pages.
  static func open(_ page: String, width: Int, isDark: Bool) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appendingPathComponent("page.html")
    try page.write(to: file, atomically: true, encoding: .utf8)
    let picture = folder.appendingPathComponent("page.png")
    var arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
      "--disable-dev-shm-usage", "--user-data-dir=\(folder.path)/profile",
      "--window-size=\(width),4000", "--enable-logging=stderr",
    ]
    if isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
    _ = try run(arguments + ["--screenshot=\(picture.path)", file.absoluteString], in: folder)
    let (document, console) = try run(arguments + ["--dump-dom", file.absoluteString], in: folder)
    return Result(
      document: document,
      console: console.split(separator: "\n").filter { $0.contains("CONSOLE") }
        .joined(separator: "\n"),
      picture: try Data(contentsOf: picture))
  }

  private static func run(
    _ arguments: [String], in folder: URL
  ) throws -> (output: String, errors: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(path))
    process.arguments = arguments
    // Files, not pipes: a full pipe would stop the browser.
    let files = ["output", "errors"].map { folder.appendingPathComponent($0) }
    for file in files { try Data().write(to: file) }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: files[0])
    process.standardError = try FileHandle(forWritingTo: files[1])
    try process.run()
    let deadline = Date().addingTimeInterval(90)
    while process.isRunning && Date() < deadline { Thread.sleep(forTimeInterval: 0.05) }
    if process.isRunning {
      process.terminate()
      Issue.record("the browser did not end within 90 seconds")
    }
    return (
      try String(contentsOf: files[0], encoding: .utf8),
      try String(decoding: Data(contentsOf: files[1]), as: UTF8.self)
    )
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips a test, visibly, where there is no browser.
  static var needsBrowser: Self {
    .enabled(if: Browser.path != nil, "no chromium or google-chrome on PATH")
  }
}
