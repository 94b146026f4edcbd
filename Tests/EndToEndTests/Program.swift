import Foundation
import TestSupport
import Testing

/// The built program, run as a user would run it.
enum Program {
  /// What a run left behind.
  struct Outcome {
    var code: Int32
    var output: String
    var errors: String

    var firstLine: String { output.split(separator: "\n").first.map(String.init) ?? "" }

    /// Standard output as one JSON object.
    func object() throws -> [String: Any] {
      try #require(
        JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any],
        "not one JSON object: \(output)")
    }
  }

  /// The program beside the tests, where the build puts it.
  static let path: String? = {
    let folders = [
      Bundle.main.executableURL?.deletingLastPathComponent(), Bundle.main.bundleURL,
      CommandLine.arguments.first.map { URL(fileURLWithPath: $0).deletingLastPathComponent() },
    ]
    return folders.compactMap { $0?.appendingPathComponent("surety").path }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Runs a shell script, with the program's path as `$0`.
  ///
  /// - Parameter prefix: A command that runs the shell, with its arguments.
  static func shell(
    _ script: String, _ arguments: [String] = [], within prefix: [String] = []
  ) throws -> Outcome {
    let program = try #require(path, "surety was not built")
    let command = prefix + ["sh", "-c", script, program] + arguments
    let (output, errors) = (Pipe(), Pipe())
    let process = try start(
      command, executable: "/usr/bin/env", output: output, errors: errors)
    return outcome(of: process, output, errors)
  }

  /// Starts the program without waiting for it.
  static func start(
    _ arguments: [String], executable: String? = path, output: Pipe, errors: Pipe
  ) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(executable, "surety was not built"))
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    return process
  }

  /// Runs the program to its end.
  static func run(_ arguments: String...) throws -> Outcome { try run(arguments) }

  /// Runs the program to its end.
  static func run(_ arguments: [String]) throws -> Outcome {
    let (output, errors) = (Pipe(), Pipe())
    return outcome(of: try start(arguments, output: output, errors: errors), output, errors)
  }

  private static func outcome(of process: Process, _ output: Pipe, _ errors: Pipe) -> Outcome {
    // Standard error is short, so reading one pipe after the other cannot block the program.
    let text = output.fileHandleForReading.readDataToEndOfFile()
    let problems = errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, output: String(decoding: text, as: UTF8.self),
      errors: String(decoding: problems, as: UTF8.self))
  }
}
