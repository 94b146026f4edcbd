import ArgumentParser
import Surety

/// How processes that `mpirun` started work together.
struct RankOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Of processes that mpirun started: one that gives no sign of life for so many seconds has stopped.",
      valueName: "seconds"))
  var patience = 30.0

  /// Does a command's work as one of several processes, or alone.
  ///
  /// - Parameter threads: The threads of each process; an even part of the machine's unless they are given.
  func run(_ threads: ThreadOptions, _ work: ((any Exchange)?) throws -> Void) throws {
    guard patience >= 1, patience < 1e6 else {
      throw InputError("--patience", "\(patience) is not a time, expected 1 second or more")
    }
    if threads.threads == nil { Ranks.shareProcessors() }
    try threads.apply()
    try Ranks.run(patience: patience, work)
  }
}
