import ArgumentParser
import Foundation
import Logging
import Surety

/// The program: reads the command, runs it, and turns every error into one line and an exit code.
@main
struct SuretyProgram {
  static func main() {
    LoggingSystem.bootstrap { _ in StandardErrorLog() }
    Signals.start()
    do {
      let words = try Arguments.prepared(
        Array(CommandLine.arguments.dropFirst()), commands: Tool.commands, hidden: Tool.allCommands)
      var command = try Tool.parseAsRoot(words)
      try command.run()
      try Console.flush()
      Exit.tidy()
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
      InfoCommand.self, DoctorCommand.self, EvaluateCommand.self, BoundsCommand.self,
      VerifyCommand.self, LipschitzCommand.self, SampleCommand.self, CertifyTextCommand.self,
      BatchCommand.self,
      CertifyCommand.self, MergeCommand.self, CheckCommand.self, RadiusCommand.self,
      AttackCommand.self,
      TrainCommand.self, FederateCommand.self, CompareCommand.self, SearchCommand.self,
      DiagnoseCommand.self, DataCommand.self, ReportCommand.self, DemoCommand.self,
      ManualCommand.self,
    ])

  /// The names of the commands that people are told of.
  static var commands: [String] {
    configuration.subcommands.filter { $0.configuration.shouldDisplay }
      .compactMap { $0.configuration.commandName }
  }

  /// The names of all commands.
  static var allCommands: [String] {
    configuration.subcommands.compactMap { $0.configuration.commandName }
  }
}
