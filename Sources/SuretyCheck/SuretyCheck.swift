import ArgumentParser
import CertificateFiles
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
      1: some was rejected; 2: the input cannot be read, or carries no certificate.
      """)

  @OptionGroup var options: CheckOptions

  func run() throws {
    let totals: CheckTotals
    do throws(InputError) {
      totals = try options.check()
      // That nothing was rejected must not be taken for a proof where nothing was claimed.
      guard totals.accepted + totals.rejected > 0 else {
        throw InputError(
          options.certificates, "carries no certificate; expected a line with one at least")
      }
    } catch {
      FileHandle.standardError.write(Data("surety-check: \(error)\n".utf8))
      throw ExitCode(2)
    }
    if totals.rejected > 0 { throw ExitCode(1) }
  }
}
