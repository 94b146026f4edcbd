import Files
import Foundation
import Records
import Reports

extension ResultMerge {
  /// Writes the joined results, their totals and their page.
  ///
  /// - Parameters:
  ///   - folder: The folder, which is made when missing.
  ///   - replaces: Whether results that are in the folder are replaced.
  ///   - command: The program and its arguments, for the record; nil where another program uses the library.
  /// - Returns: The totals.
  /// - Throws: `InputError` when the folder is one of those that are joined, holds results, or cannot be written.
  public func write(
    to folder: String, replacing replaces: Bool = false, command: [String]? = nil
  ) throws(InputError) -> Summary {
    for part in parts where Self.isSame(part.folder, folder) {
      throw InputError(folder, "is one of the folders that are joined; expected another one")
    }
    var target = try CertificationFolder(folder, model: "")
    target.command = command
    if FileManager.default.fileExists(atPath: target.logPath) {
      guard replaces else {
        throw InputError(
          folder, "holds results already; choose another folder, or replace them with --restart")
      }
      target.clear()
    }
    try FileSink.write(target.logPath) { sink in
      for part in parts {
        for place in part.taken {
          let bytes = part.lines[place].bytes
          let start = part.content.startIndex
          sink.append(part.content[start + bytes.lowerBound..<start + bytes.upperBound])
          sink.append([UInt8(ascii: "\n")])
        }
      }
    }
    let history = try history(command)
    try history.summary.write(to: target.summaryPath)
    try ExampleRecord.write(history.examples, to: target.examplesPath)
    try writeFile(Data(CertificationReport(history).page.utf8), to: target.reportPath)
    return history.summary
  }

  private static func isSame(_ folder: String, _ other: String) -> Bool {
    func place(_ path: String) -> String {
      URL(fileURLWithPath: path).standardizedFileURL.resolvingSymlinksInPath().path
    }
    return place(folder) == place(other)
  }

  private func history(_ command: [String]?) throws(InputError) -> CertificationHistory {
    let lines = self.lines
    // Totals name the methods of the run that tried most.
    guard let run = lines.map(\.run).max(by: { $0.methods.count < $1.methods.count }) else {
      preconditionFailure("a merge without results")
    }
    let named = parts.compactMap(\.notes).first
    let wanted = self.wanted
    var notes = SummaryNotes(
      version: run.version ?? Release.version,
      model: named?.model ?? "model \(run.modelDigest.prefix(12))", requested: wanted.count)
    notes.asked = Places(wanted)
    notes.classes = parts.compactMap(\.notes?.classes).first
    notes.routing = parts.compactMap(\.notes?.routing).first
    notes.circumstances = circumstances(command)
    notes.parts = parts.map { part in
      MergedPart(
        folder: part.folder, count: part.taken.count, shard: part.notes?.shard,
        circumstances: part.notes?.circumstances)
    }
    var known: [Int: ExampleRecord] = [:]
    for part in parts {
      for record in try ExampleRecord.records(of: "\(part.folder)/examples.jsonl") {
        known[record.example] = record
      }
    }
    let examples = ShownExamples(lines).all.compactMap { known[$0.example] }
    return CertificationHistory(lines, run: run, notes, examples: examples)
  }

  /// The circumstances of the first folder that knows them, over the time of all; those of each stand with the parts.
  private func circumstances(_ command: [String]?) -> RunCircumstances? {
    let known = parts.compactMap(\.notes?.circumstances)
    guard var all = known.first else { return nil }
    all.command = command
    all.started = known.map(\.started).min() ?? all.started
    all.ended = known.map(\.ended).max() ?? all.ended
    return all
  }
}
