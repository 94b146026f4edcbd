import Federation
import Files
import Foundation

/// Messages between the processes that `mpirun` started, by the MPI that is installed.
///
/// A process that is killed must not end the others: `mpirun --enable-recovery` lets them go on (Open MPI 4), and a rank that has given no sign
/// of life for `patience` seconds counts as stopped from then on.
public final class MPIExchange: Exchange {
  public let rank: Int
  public let count: Int
  private let mailbox: Mailbox
  private let patience: Double

  /// Whether this process was started by `mpirun`, or what starts processes in its place.
  public static var isLaunched: Bool { launchedRank != nil }

  /// The rank that the starting program has given this process; nil where none did.
  public static var launchedRank: Int? { number(["OMPI_COMM_WORLD_RANK", "PMI_RANK"]) }

  /// How many of the processes run on this machine; nil where it is not known.
  public static var localCount: Int? {
    number(["OMPI_COMM_WORLD_LOCAL_SIZE", "MPI_LOCALNRANKS"])
  }

  /// Whether the others go on where one is killed, as far as can be known.
  public static var survivesKills: Bool {
    let value = ProcessInfo.processInfo.environment["OMPI_MCA_orte_enable_recovery"]
    return ["1", "true", "yes"].contains(value?.lowercased())
  }

  private static func number(_ names: [String]) -> Int? {
    let environment = ProcessInfo.processInfo.environment
    return names.lazy.compactMap { environment[$0].flatMap { Int($0) } }.first
  }

  /// Joins the other processes.
  ///
  /// - Parameter patience: The seconds without a sign of life after which a process counts as stopped.
  /// - Throws: `InputError` when the library for it is missing or MPI does not start.
  public init(patience: Double) throws(InputError) {
    let library = try MPILibrary()
    let mailbox = Mailbox()
    let thread = Thread {
      var courier = Courier(library, mailbox)
      courier.run(patience: patience)
    }
    thread.name = "surety messages"
    thread.stackSize = 1 << 23
    thread.start()
    let (ranks, problem) = mailbox.start()
    guard let ranks else {
      throw InputError("MPI", "does not start (error \(problem) of surety_mpi_start)")
    }
    (rank, count) = ranks
    (self.mailbox, self.patience) = (mailbox, patience)
  }

  public func send(_ message: Data, to rank: Int) { mailbox.put(message, to: rank) }

  public func receive(from rank: Int, unless isCancelled: () -> Bool) -> Data? {
    mailbox.take(from: rank, patience: patience, unless: isCancelled)
  }

  /// Waits until what was sent has left, so that sending it takes no time from what is done next; a moment at most.
  public func flush() { mailbox.flush(within: 0.1) }

  /// Leaves, and waits for the others to leave as well: the leader as long as its patience, the others until it has done its work.
  public func end() {
    mailbox.close(within: rank == 0 ? 2 * patience : 86_400, endingAll: false)
  }

  /// Leaves when the work is done, and waits for the others as long as its patience.
  ///
  /// Where one has stopped the leader ends all processes, with success, and does not return: it may have been cut off, and
  /// `mpirun` waits for a process that it cannot reach as long as for one that works. What was written to standard output must have
  /// been flushed.
  public func conclude() {
    mailbox.close(within: 2 * patience, endingAll: rank == 0)
  }
}
