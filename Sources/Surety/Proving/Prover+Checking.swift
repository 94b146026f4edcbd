import Checking
import Files
import Foundation
import Proofs
import Synchronization
import Tensors

extension Prover {
  /// Checks the certificates of a log anew, as they stand in the file.
  ///
  /// - Returns: How many were accepted and rejected; what cannot be read counts as rejected.
  /// - Throws: `InputError` when the file cannot be read.
  public func check(_ path: String) throws(InputError) -> (accepted: Int, rejected: Int) {
    let lines = try readFile(path).split(separator: 10).map { Array($0) }
    let totals = Mutex((accepted: 0, rejected: 0))
    Workers.forEach(lines.count) { index in
      let isAccepted: Bool
      do throws(ProofProblem) {
        guard let certificate = try Certificate.read(line: lines[index]) else { return }
        isAccepted = network.check(certificate) == .accepted
      } catch {
        isAccepted = false
      }
      totals.withLock {
        if isAccepted { $0.accepted += 1 } else { $0.rejected += 1 }
      }
    }
    return totals.withLock { $0 }
  }
}
