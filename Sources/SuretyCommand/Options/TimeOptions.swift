import ArgumentParser
import Surety

/// How long one example may take.
struct TimeOptions: ParsableArguments {
  @Option(
    help: """
      The time limit of one example in seconds: what is spent on it alone, and its share of what is done for several \
      at once. A run may take that long for each example.
      """)
  var timeout: Double?

  func limit() throws(InputError) -> Duration? { try duration(timeout) }
}
