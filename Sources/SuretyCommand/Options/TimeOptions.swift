import ArgumentParser
import Surety

/// How long one example may take.
struct TimeOptions: ParsableArguments {
  @Option(help: "The time limit of one example in seconds.")
  var timeout: Double?

  func limit() throws(InputError) -> Duration? { try duration(timeout) }
}
