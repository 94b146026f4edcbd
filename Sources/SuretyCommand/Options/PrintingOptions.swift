import ArgumentParser

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
