import ArgumentParser
import Surety

/// What happens to results that are in the output folder.
struct FolderOptions: ParsableArguments {
  @Flag(help: "Go on where the folder's run stopped; a run without results begins.")
  var resume = false

  @Flag(help: "Remove the folder's results and start over.")
  var restart = false

  /// - Throws: `InputError` where both are asked for.
  func check() throws(InputError) {
    guard !(resume && restart) else {
      throw InputError("--restart", "contradicts --resume; expected one of the two")
    }
  }

  /// Checks the flags of a command whose folder may be left out.
  ///
  /// - Throws: `InputError` where they contradict each other, or mean a folder that is not named.
  func check(_ out: String?) throws(InputError) {
    try check()
    guard out != nil || !(resume || restart) else {
      throw InputError(resume ? "--resume" : "--restart", "needs a folder, expected --out as well")
    }
  }

  /// The folder of a run; emptied where the run is to start over.
  func folder(_ out: String?, log: String) throws(InputError) -> RecordFolder? {
    guard let out else { return nil }
    var folder = try RecordFolder(out, log: log)
    folder.command = CommandLine.arguments
    if restart { folder.clear() }
    return folder
  }

  /// Where the page of a run is, on a line of its own; nothing where there is no folder.
  func report(in out: String?) -> String {
    out.map { "\n\nThe report: \($0)/report.html" } ?? ""
  }

  /// Says that a run was ended in the middle of a step.
  static func cutShort(_ step: String, _ out: String?) {
    let rest = out == nil ? "with --out a run can be continued" : "the same command continues"
    Console.error("surety: stopped in the middle of \(step); \(rest)")
  }

  /// Ends a run that was interrupted.
  func stopped(_ done: Int, _ total: Int, _ out: String?) throws -> Never {
    let rest = out == nil ? "with --out a run can be continued" : "the same command continues"
    Console.error("surety: stopped after \(done) of \(total) examples; \(rest)")
    throw Exit.Code(exit: .interrupted)
  }
}
