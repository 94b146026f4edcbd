import ArgumentParser
import Foundation
import Surety

extension Norm: ExpressibleByArgument {}
extension BoundMethod: ExpressibleByArgument {}
extension Split: ExpressibleByArgument {}

/// How many threads work.
struct ThreadOptions: ParsableArguments {
  @Option(help: "The worker threads; the number of processor cores unless given.")
  var threads: Int?

  /// Sets the number of threads.
  func apply() throws(InputError) {
    guard let threads else { return }
    guard threads >= 1 else {
      throw InputError("--threads", "\(threads) is not a number of threads, expected 1 or more")
    }
    Workers.limit = threads
  }
}

/// What the work may use of the machine.
struct ResourceOptions: ParsableArguments {
  @OptionGroup var threads: ThreadOptions

  @Option(help: "The memory that the process should stay below, such as 512M or 4G.")
  var memory = "4G"

  /// Sets the number of threads, and returns the bytes that bounds and searches may use.
  ///
  /// They are less than the option says, by the program's own memory and by what an allocator loses between its blocks.
  func apply() throws(InputError) -> Int {
    try threads.apply()
    return try MemorySize(memory).apply()
  }

  /// Refuses a limit that is below what the work takes at the least.
  ///
  /// - Parameter needed: The bytes that it takes beside the program.
  func require(_ needed: Int) throws(InputError) { try MemorySize(memory).require(needed) }
}

/// The arithmetic that bounds are computed in, as the command line names it.
enum PrecisionName: String, ExpressibleByArgument, CaseIterable {
  case auto, float, double

  /// The arithmetic; where none was asked for, that of the model's own numbers.
  func precision(for network: Network) -> Precision { precision ?? network.ownPrecision }

  /// The arithmetic that was asked for; nil for that of the model's own numbers.
  var precision: Precision? {
    switch self {
    case .auto: nil
    case .float: .float
    case .double: .double
    }
  }
}

/// Reads a limit in seconds.
func duration(_ seconds: Double?, option: String = "--timeout") throws(InputError) -> Duration? {
  guard let seconds else { return nil }
  guard seconds > 0, seconds < 1e9 else {
    throw InputError(option, "\(seconds) is not a time limit, expected seconds above 0")
  }
  return .seconds(seconds)
}

extension CompleteMethod {
  /// Refuses a search that this build lacks.
  func require(_ option: String) throws(InputError) {
    guard !isAvailable else { return }
    throw InputError(
      "\(option) \(rawValue)",
      "needs GLPK, which this build leaves out (the package trait LinearPrograms), expected bab")
  }
}
