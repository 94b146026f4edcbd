import ArgumentParser
import Surety

/// What is printed.
struct PrintingOptions: ParsableArguments {
  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Print the result only: no progress, no notes.")
  var quiet = false

  /// Prints a warning on standard error, unless only the result is wanted.
  func warn(_ text: String) {
    if !quiet { Console.error("surety: warning: \(text)") }
  }
}

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
