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
  }

  /// The size of a window in pixels.
  struct Size: CustomStringConvertible {
    var width: Int
    var height: Int
    var description: String { "\(width) x \(height)" }

    static let phone = Size(width: 390, height: 844)
    static let tablet = Size(width: 820, height: 1180)
    static let desktop = Size(width: 1280, height: 800)
    static let wide = Size(width: 1920, height: 1080)
  }

  /// Opens a page in a frame of a size: windows without a frame are never narrower than 500 pixels.
  ///
  /// What the page posts to its parent stands in the document afterwards.
  ///
  /// - Parameters:
  ///   - page: The HTML.
  ///   - size: The size of the frame.
  ///   - isDark: Whether the reader prefers dark pages.
  static func open(_ page: String, _ size: Size, isDark: Bool) throws -> Result {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    try page.write(
      to: folder.appendingPathComponent("page.html"), atomically: true, encoding: .utf8)
    let frame = """
      <!doctype html><meta charset="utf-8"><title>frame</title><style>* { margin: 0; border: 0; }</style>
      <pre id="probe" hidden></pre>
      <iframe src="page.html" style="width: \(size.width)px; height: \(size.height)px; display: block"></iframe>
      <script>
      addEventListener('message', event => { document.getElementById('probe').textContent = event.data; });
      </script>
      """
    let file = folder.appendingPathComponent("frame.html")
    try frame.write(to: file, atomically: true, encoding: .utf8)
    var arguments = [
      "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run",
      "--disable-dev-shm-usage", "--user-data-dir=\(folder.path)/profile",
      "--window-size=\(max(500, size.width)),\(size.height)", "--enable-logging=stderr",
    ]
    if isDark { arguments.append("--blink-settings=preferredColorScheme=0") }
    let (document, console) = try run(arguments + ["--dump-dom", file.absoluteString], in: folder)
    return Result(
      document: document,
      console: console.split(separator: "\n").filter { $0.contains("CONSOLE") }
        .joined(separator: "\n"))
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
