import Checking
import Files
import Foundation
import Proofs
import Synchronization

/// How many certificates were accepted and rejected.
public struct CheckTotals: Sendable {
  /// The certificates that were accepted.
  public var accepted = 0
  /// The certificates that were rejected, those that cannot be read among them.
  public var rejected = 0
  /// Lines that carry no certificate.
  public var without = 0
}

/// Checks the certificates of a file on several threads, and prints what it finds in the order of the lines.
public struct CheckRun: Sendable {
  /// What is printed.
  public enum Printing: Sendable {
    /// Nothing.
    case nothing
    /// A line for each certificate that is rejected, and one with the totals.
    case text
    /// A JSON object for each certificate, and one with the totals.
    case json
  }

  private let network: CheckedNetwork
  private let threads: Int
  private let printing: Printing

  /// Reads the model.
  ///
  /// - Parameters:
  ///   - model: The ONNX file.
  ///   - isPlain: Whether products of matrices are plain loops, and not OpenBLAS.
  ///   - threads: How many certificates are checked at a time; nil for as many as there are processors.
  /// - Throws: `InputError` when it cannot be read.
  public init(
    model: String, isPlain: Bool = false, threads: Int? = nil, printing: Printing
  ) throws(InputError) {
    self.threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
    self.printing = printing
    network = try CheckedNetwork(
      contentsOf: model, isPlain: isPlain, isParallel: self.threads > 1)
  }

  /// What is shared by the threads: each takes the next line when it is done with one, so that as many lines are in memory as
  /// there are threads.
  private struct Shared {
    var lines: LineReader
    var taken = 0
    var printed = 0
    var totals = CheckTotals()
    /// What was found out of order.
    var waiting: [Int: Finding] = [:]
    var problem: InputError?
  }

  /// What was found on a line.
  private enum Finding: Sendable {
    case blank
    case none
    case result(CheckResult)
  }

  /// Checks the certificates of a file, `-` for standard input.
  ///
  /// - Throws: `InputError` when the file cannot be read.
  public func check(_ path: String) throws(InputError) -> CheckTotals {
    nonisolated(unsafe) var shared = Shared(lines: try LineReader(path: path))
    let lock = NSLock()
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      while true {
        guard let (number, line) = lock.withLock({ next(&shared) }) else { return }
        let finding = finding(line)
        lock.withLock { report(finding, number, &shared) }
      }
    }
    if let problem = shared.problem { throw problem }
    let totals = shared.totals
    switch printing {
    case .nothing: break
    case .json:
      print(
        "{\"accepted\": \(totals.accepted), \"rejected\": \(totals.rejected), \"without\": \(totals.without)}"
      )
    case .text:
      let without = totals.without > 0 ? " (\(totals.without) lines carry no certificate)" : ""
      print("accepted \(totals.accepted) rejected \(totals.rejected)\(without)")
    }
    return totals
  }

  private func next(_ shared: inout Shared) -> (Int, [UInt8])? {
    guard shared.problem == nil else { return nil }
    do throws(InputError) {
      guard let line = try shared.lines.next() else { return nil }
      shared.taken += 1
      return (shared.taken, line)
    } catch {
      shared.problem = error
      return nil
    }
  }

  private func finding(_ line: [UInt8]) -> Finding {
    if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0d }) { return .blank }
    do throws(ProofProblem) {
      guard let certificate = try Certificate.read(line: line) else { return .none }
      return .result(network.check(certificate))
    } catch {
      return .result(.rejected(error.description))
    }
  }

  /// Keeps what was found on a line, and prints all that is in order by now.
  private func report(_ finding: Finding, _ number: Int, _ shared: inout Shared) {
    shared.waiting[number] = finding
    while let finding = shared.waiting.removeValue(forKey: shared.printed + 1) {
      shared.printed += 1
      switch finding {
      case .blank: break
      case .none: shared.totals.without += 1
      case .result(.accepted): shared.totals.accepted += 1
      case .result(.rejected(let reason)):
        shared.totals.rejected += 1
        if printing == .text { print("line \(shared.printed): rejected: \(reason)") }
      }
      if printing == .json, case .result(let result) = finding { printJSON(result, shared.printed) }
    }
  }

  private func printJSON(_ result: CheckResult, _ line: Int) {
    switch result {
    case .accepted: print("{\"line\": \(line), \"result\": \"accepted\"}")
    case .rejected(let reason):
      let data = try? JSONEncoder().encode(reason)
      let text = data.map { String(decoding: $0, as: UTF8.self) } ?? "\"\""
      print("{\"line\": \(line), \"result\": \"rejected\", \"reason\": \(text)}")
    }
  }
}
