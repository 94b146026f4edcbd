import ArgumentParser
import Foundation
import Surety

/// `surety check`: calls the program `surety-check`, which is one of its own so that nothing of what it checks is in it.
struct CheckCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check", abstract: "Prove certificates again, by the independent checker.",
    discussion: """
      Calls surety-check, which is installed beside surety. Exit codes are its own: 0 all certificates were accepted, 1 some \
      was rejected, 2 the input cannot be read.
      """)

  @Argument(help: "The file of certificates, such as certificates.jsonl; - for standard input.")
  var certificates: String

  @Option(help: "The model that they are about: an ONNX file, .onnx or .onnx.gz.")
  var model: String

  @Flag(help: "Multiply matrices by plain loops instead of OpenBLAS.")
  var plain = false

  @Option(help: "How many certificates are checked at a time; all processor cores without it.")
  var threads: Int?

  @Flag(help: "Print a line of JSON for each certificate and one for the totals.")
  var json = false

  func run() throws {
    let place = URL(fileURLWithPath: Bundle.main.executablePath ?? CommandLine.arguments[0])
      .resolvingSymlinksInPath().deletingLastPathComponent().appendingPathComponent("surety-check")
    guard FileManager.default.isExecutableFile(atPath: place.path) else {
      throw InputError(
        place.path,
        "no such program; it is built and installed with surety: make build, make install")
    }
    let checker = Process()
    checker.executableURL = place
    checker.arguments =
      [certificates, "--model", model] + (plain ? ["--plain"] : []) + (json ? ["--json"] : [])
      + (threads.map { ["--threads", "\($0)"] } ?? [])
    do { try checker.run() } catch { throw InputError(place.path, "cannot be run") }
    checker.waitUntilExit()
    guard checker.terminationStatus == 0 else {
      throw Exit.Code(exit: Exit(rawValue: checker.terminationStatus) ?? .unanswered)
    }
  }
}
