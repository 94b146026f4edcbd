import ArgumentParser
import Foundation
import Surety

extension Norm: ExpressibleByArgument {}
extension BoundMethod: ExpressibleByArgument {}
extension Split: ExpressibleByArgument {}

/// What the work may use of the machine.
struct ResourceOptions: ParsableArguments {
  @Option(help: "The worker threads; the number of processor cores unless given.")
  var threads: Int?

  @Option(help: "The memory that the process should stay below, such as 512M or 4G.")
  var memory = "4G"

  /// What the program and an ordinary model take by themselves.
  private static let base = 80 << 20

  /// Sets the number of threads, and returns the bytes that bounds and searches may use.
  ///
  /// They are less than the option says, by the program's own memory and by what an allocator loses between its blocks.
  func apply() throws(InputError) -> Int {
    if let threads {
      guard threads >= 1 else {
        throw InputError("--threads", "\(threads) is not a number of threads, expected 1 or more")
      }
      Workers.limit = threads
    }
    let whole = try bytes()
    let free = max(whole / 4, whole - Self.base)
    let reused = min(256 << 20, free / 4)
    MemoryReuse.limit(reused)
    return (free - reused) / 20 * 17
  }

  /// Refuses a limit that is below what the work takes at the least.
  ///
  /// - Parameter needed: The bytes that it takes beside the program.
  func require(_ needed: Int) throws(InputError) {
    let whole = Self.base + needed
    guard try bytes() < whole else { return }
    let mebibytes = (whole >> 20) / 16 * 16 + 16
    throw InputError(
      "--memory",
      "\(memory) is less than this network takes, about \(whole >> 20)M; expected \(mebibytes)M or more"
    )
  }

  private func bytes() throws(InputError) -> Int {
    let units: [Character: Int] = ["K": 10, "M": 20, "G": 30]
    let shift = memory.last.flatMap { units[Character($0.uppercased())] }
    let digits = shift == nil ? memory[...] : memory.dropLast()
    guard let number = Double(digits), number > 0, number < 1e9 else {
      throw InputError("--memory", "'\(memory)' is not a size, expected one such as 512M or 4G")
    }
    return Int(number * Double(1 << (shift ?? 0)))
  }
}

/// The arithmetic that bounds are computed in, as the command line names it.
enum PrecisionName: String, ExpressibleByArgument, CaseIterable {
  case auto, float, double, rigorous

  /// The arithmetic; where none was asked for, that of the model's own numbers.
  func precision(for network: Network) throws(InputError) -> Precision {
    self == .auto && network.precision == .double ? .double : try precision()
  }

  func precision() throws(InputError) -> Precision {
    switch self {
    case .auto: return .float
    case .float: return .float
    case .double: return .double
    case .rigorous:
      throw InputError(
        "--precision rigorous", "is not available in this version, expected float or double")
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

extension Completion {
  /// Refuses a search that this build lacks.
  func require(_ option: String) throws(InputError) {
    guard !isAvailable else { return }
    throw InputError(
      "\(option) \(rawValue)",
      "needs GLPK, which this build leaves out (the package trait LinearPrograms), expected bab")
  }
}
