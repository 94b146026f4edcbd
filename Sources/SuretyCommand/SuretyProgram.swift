import ArgumentParser
import Foundation
import Logging
import Surety

/// The program: reads the command, runs it, and turns every error into one line and an exit code.
@main
struct SuretyProgram {
  static func main() {
    LoggingSystem.bootstrap { _ in StandardErrorLog() }
    do {
      var command = try Tool.parseAsRoot()
      try command.run()
      try Console.flush()
    } catch {
      Exit.with(error)
    }
  }
}

/// The root of all commands.
struct Tool: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surety",
    abstract: "Can any input within this distance change the answer of a neural network?",
    discussion: """
      Exit codes: 0 the question was answered, whatever the answer; 1 it was not; 2 the input or the \
      command was wrong. Distances are written 0.03 or 8/255. Models may be .onnx or .onnx.gz.
      """,
    version: Release.version,
    subcommands: [
      InfoCommand.self, EvaluateCommand.self, BoundsCommand.self, VerifyCommand.self,
      BatchCommand.self,
      CertifyCommand.self, RadiusCommand.self, AttackCommand.self, TrainCommand.self,
      DataCommand.self, DemoCommand.self, ReportCommand.self,
    ])
}
