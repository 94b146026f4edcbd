import ArgumentParser
import CertificateFiles
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

  @OptionGroup var options: CheckOptions

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
    checker.arguments = options.words
    do { try checker.run() } catch { throw InputError(place.path, "cannot be run") }
    checker.waitUntilExit()
    guard checker.terminationStatus == 0 else {
      throw Exit.Code(exit: Exit(rawValue: checker.terminationStatus) ?? .unanswered)
    }
  }
}
