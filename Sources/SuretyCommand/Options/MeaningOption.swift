import ArgumentParser
import Surety

/// What certificates are about.
struct MeaningOption: ParsableArguments {
  /// The arithmetics, as the command line names them.
  enum Name: String, ExpressibleByArgument, CaseIterable {
    case real, binary32, both
  }

  @Option(
    help: """
      What certificates are about: real, the numbers of the file without rounding; binary32 or both, that and every execution in \
      single precision, and no certificate where one of them is not proved. Without it both where the margin allows, real otherwise.
      """)
  var meaning: Name?

  /// The same for a prover.
  var choice: MeaningChoice {
    switch meaning {
    case nil: .strongest
    case .real: .real
    // What holds for every execution in single precision holds for exact numbers: no rounding is one that may happen.
    case .binary32, .both: .both
    }
  }

  /// Refuses the option where no certificates are written.
  func require(_ areWritten: Bool, _ reason: String) throws(InputError) {
    guard meaning == nil || areWritten else { throw InputError("--meaning", reason) }
  }
}
