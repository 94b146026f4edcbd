import ArgumentParser
import Checking
import Files
import Foundation

/// The program `surety-check`.
@main
struct SuretyCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "surety-check",
    abstract: "Checks certificates about a network: proves each claim again, or says why not.",
    discussion: """
      A file holds one certificate a line, or the lines of a run's certificates.jsonl. Exit code 0: all certificates were accepted; \
      1: some was rejected; 2: the input cannot be read.
      """)

  @Argument(help: "The file of certificates; - for standard input.")
  var certificates: String

  @Option(help: "The model that they are about: an ONNX file, .onnx or .onnx.gz.")
  var model: String

  @Flag(help: "Multiply matrices by plain loops instead of OpenBLAS.")
  var plain = false

  @Option(help: "How many certificates are checked at a time; all processor cores without it.")
  var threads: Int?

  @Flag(help: "Print a line of JSON for each certificate and one for the totals.")
  var json = false

  func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads \(threads): expected 1 or more")
    }
  }

  func run() throws {
    let totals: CheckTotals
    do throws(InputError) {
      let threads = threads ?? ProcessInfo.processInfo.activeProcessorCount
      let network = try CheckedNetwork(
        contentsOf: model, isPlain: plain, isParallel: threads > 1)
      let lines = try LineReader(path: certificates)
      let run = CheckRun(network: network, printsJSON: json)
      totals = try run.check(lines, threads: threads)
    } catch {
      FileHandle.standardError.write(Data("surety-check: \(error)\n".utf8))
      throw ExitCode(2)
    }
    if totals.rejected > 0 { throw ExitCode(1) }
  }
}
