import ArgumentParser

/// `surety diagnose`: measures of how trainings behave.
struct DiagnoseCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diagnose",
    abstract: "Measure how trainings behave: whether rates and decays carry over between widths.",
    subcommands: [ScalingCommand.self])
}
