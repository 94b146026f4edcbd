import Foundation
import Surety

/// The processes that `mpirun` started, of which this may be one.
enum Ranks {
  /// Does a command's work as one of several processes, or alone where `mpirun` did not start this one.
  ///
  /// Whatever is wrong is said once, by rank 0: another rank tells it and ends with the same code.
  ///
  /// - Parameters:
  ///   - patience: The seconds without a sign of life after which a process counts as stopped.
  ///   - work: The work; it gets nil where this process is alone.
  static func run(patience: Double, _ work: ((any Exchange)?) throws -> Void) throws {
    guard let launched = MPIExchange.launchedRank else { return try work(nil) }
    let exchange: MPIExchange
    do {
      exchange = try MPIExchange(patience: patience)
    } catch {
      if launched > 0 { throw Exit.Code(exit: .badInput) }
      throw error
    }
    do {
      try work(exchange)
      if exchange.rank == 0 {
        exchange.announceEnd()
        // All may end with the call below.
        try Console.flush()
      }
    } catch let error as InputError where exchange.rank > 0 {
      exchange.send(Message(.failure, text: error.description), to: 0)
      exchange.end()
      throw Exit.Code(exit: .badInput)
    } catch {
      if exchange.rank == 0 { exchange.announceEnd() }
      exchange.end()
      throw error
    }
    exchange.conclude()
  }

  /// Leaves the processors to all ranks alike that run on this machine.
  static func shareProcessors() {
    guard let local = MPIExchange.localCount, local > 1 else { return }
    let online = max(1, Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
    let allowed = ProcessInfo.processInfo.activeProcessorCount
    Workers.limit = max(1, min(allowed, online / local))
  }
}
