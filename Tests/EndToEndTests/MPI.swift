import Foundation
import TestSupport
import Testing

/// The program as several processes that `mpirun` starts.
enum MPI {
  /// Where mpirun is; nil where there is none.
  private static let mpirun: String? = {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/mpirun" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }()

  /// Whether there is mpirun and the program can use it.
  static var isAvailable: Bool {
    guard mpirun != nil, let program = Program.path else { return false }
    let folder = URL(fileURLWithPath: program).resolvingSymlinksInPath()
      .deletingLastPathComponent().path
    return FileManager.default.fileExists(atPath: "\(folder)/libsurety_mpi.so")
  }

  /// The words before what is run: more processes than processors are fine, and so is root.
  static var launch: [String] {
    [mpirun ?? "mpirun", "--oversubscribe", "--bind-to", "none"]
      + (geteuid() == 0 ? ["--allow-run-as-root"] : [])
  }

  /// Runs processes of the program to their end.
  static func run(ranks: Int, _ arguments: [String], flags: [String] = []) throws -> Program.Outcome
  {
    try Program.shell(
      #""$@""#, launch + flags + ["-n", "\(ranks)", try #require(Program.path)] + arguments)
  }

  /// Starts processes of the program, each of which first writes its number to `FOLDER/rank-R.pid`.
  static func start(
    ranks: Int, _ arguments: [String], pids folder: String, output: Pipe, errors: Pipe
  ) throws -> Process {
    let script = #"echo $$ > "$0/rank-$OMPI_COMM_WORLD_RANK.pid"; exec "$@""#
    let words =
      launch + ["--enable-recovery", "-n", "\(ranks)", "sh", "-c", script, folder]
      + [try #require(Program.path)] + arguments
    return try Program.start(words, executable: "/usr/bin/env", output: output, errors: errors)
  }

  /// Kills a rank that `start` has started, as nothing can be held against.
  static func kill(rank: Int, pids folder: String) throws {
    let text = try String(contentsOfFile: "\(folder)/rank-\(rank).pid", encoding: .utf8)
    let pid = try #require(pid_t(text.trimmingCharacters(in: .whitespacesAndNewlines)))
    #expect(Foundation.kill(pid, SIGKILL) == 0)
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test or the suite, visibly, where processes cannot be started by mpirun.
  static var needsMPI: Self {
    .enabled(
      if: MPI.isAvailable,
      "no mpirun, or no libsurety_mpi.so beside the program: scripts/install-dependencies --with-mpi and make build"
    )
  }
}
