import Foundation
import TestSupport
import Testing

/// Hosts that `scripts/namespace_hosts` makes of this machine.
enum Hosts {
  static let script = "\(packageRoot)/scripts/namespace_hosts"

  /// Why there are none here; nil where there are.
  static let problem: String? = {
    guard MPI.isAvailable else { return "no mpirun, or no libsurety_mpi.so beside the program" }
    guard let outcome = try? run("--check") else { return "\(script) does not start" }
    return outcome.code == 0 ? nil : outcome.errors
  }()

  /// Runs the script to its end.
  static func run(_ arguments: String...) throws -> Program.Outcome { try run(arguments) }

  /// Runs the script to its end.
  static func run(_ arguments: [String]) throws -> Program.Outcome {
    try Program.shell(#""$@""#, [script] + arguments)
  }

  /// Runs the program with a process on each host; these write their numbers to `FOLDER/rank-R.pid`.
  ///
  /// - Parameters:
  ///   - meanwhile: What a shell runs where the cables end.
  ///   - limit: The seconds after which the run is ended, with code 124.
  static func run(
    _ hosts: Int, _ arguments: [String], pids folder: String, meanwhile: String = "",
    limit: Int = 600
  ) throws -> Program.Outcome {
    let script = #"echo $$ > "$0/rank-$OMPI_COMM_WORLD_RANK.pid"; exec "$@""#
    let words =
      ["timeout", "\(limit)", Self.script, "--hosts", "\(hosts)", "--meanwhile", meanwhile]
      + MPI.launch + ["--enable-recovery"] + noticing + ["-n", "\(hosts)", "sh", "-c", script]
      + [folder, try #require(Program.path)] + arguments
    return try Program.shell(#""$@""#, words)
  }

  /// Lets mpirun notice that a host is gone before the patience of 4 seconds is over; by default it takes 8 minutes.
  private static let noticing = [
    "--mca", "oob_tcp_keepalive_time", "1", "--mca", "oob_tcp_keepalive_intvl", "1", "--mca",
    "oob_tcp_keepalive_probes", "2",
  ]
}

extension Trait where Self == ConditionTrait {
  /// Skips the test or the suite, visibly, where hosts cannot be made.
  static var needsHosts: Self {
    .enabled(if: Hosts.problem == nil, "\(Hosts.problem ?? "hosts can be made")")
  }
}
