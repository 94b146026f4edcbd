import ArgumentParser
import Files

/// What certificates are checked, and how: the options of `surety-check`, and of `surety check`, which hands them on.
public struct CheckOptions: ParsableArguments {
  /// The file of certificates; `-` for standard input.
  @Argument(help: "The file of certificates, such as certificates.jsonl; - for standard input.")
  public var certificates: String

  @Option(help: "The model that they are about: an ONNX file, .onnx or .onnx.gz.")
  var model: String

  @Flag(help: "Multiply matrices by plain loops instead of OpenBLAS.")
  var plain = false

  @Option(help: "How many certificates are checked at a time; all processor cores without it.")
  var threads: Int?

  @Flag(help: "Print a line of JSON for each certificate and one for the totals.")
  var json = false

  /// Creates options without values, which are read from a command line.
  public init() {}

  /// - Throws: `ValidationError` when a number makes no sense.
  public func validate() throws {
    if let threads, threads < 1 {
      throw ValidationError("--threads \(threads): expected 1 or more")
    }
  }

  /// The options as words of a command line.
  public var words: [String] {
    [certificates, "--model", model] + (plain ? ["--plain"] : []) + (json ? ["--json"] : [])
      + (threads.map { ["--threads", "\($0)"] } ?? [])
  }

  /// Checks the certificates, and prints what was found.
  ///
  /// - Throws: `InputError` when the model or the file cannot be read.
  public func check() throws(InputError) -> CheckTotals {
    let run = try CheckRun(
      model: model, isPlain: plain, threads: threads, printing: json ? .json : .text)
    return try run.check(certificates)
  }
}
