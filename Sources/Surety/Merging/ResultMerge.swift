import Files
import Foundation
import Records

/// The folders of several runs of `surety certify` about one question, joined into one.
///
/// Runs may differ in their examples, methods and effort. Where several have a result of one example, the one that says most is
/// taken, and results that contradict each other are refused.
public struct ResultMerge: Sendable {
  /// A folder with what was read of it.
  struct Part: Sendable {
    var folder: String
    /// The file of results.
    var content: Data
    var lines: [ResultLog.Located]
    var notes: SummaryNotes?
    /// The places of the lines that are taken.
    var taken: [Int] = []
  }

  let parts: [Part]

  /// Reads folders and chooses among their results.
  ///
  /// - Throws: `InputError` when a folder holds no results of `surety certify`, or some of another question; when a run was killed or has not
  ///   ended, so that nobody knows what it was asked for; and when two results of an example contradict each other, whose place it names.
  public init(_ folders: [String]) throws(InputError) {
    var parts: [Part] = []
    for folder in folders { parts.append(try Self.part(folder)) }
    guard let first = parts.first(where: { !$0.lines.isEmpty }) else {
      throw InputError(folders.first ?? "merge", "holds no result yet, and no other folder does")
    }
    for part in parts {
      for located in part.lines {
        guard let why = Self.difference(located.line.run, from: first.lines[0].line.run) else {
          continue
        }
        throw InputError(
          "\(part.folder)/\(Self.log)",
          "holds results of another question than \(first.folder) (\(why)); expected runs that differ in their examples, methods "
            + "and effort alone")
      }
    }
    var chosen: [Int: (part: Int, place: Int)] = [:]
    for (number, part) in parts.enumerated() {
      for (place, located) in part.lines.enumerated() {
        let line = located.line
        guard let known = chosen[line.example] else {
          chosen[line.example] = (number, place)
          continue
        }
        let other = parts[known.part].lines[known.place].line
        if let why = Self.contradiction(other, line) {
          throw InputError(
            "example \(line.example)",
            "\(why) (\(parts[known.part].folder) and \(part.folder)); check both before they are joined"
          )
        }
        if Self.says(line, moreThan: other) { chosen[line.example] = (number, place) }
      }
    }
    for (part, place) in chosen.values { parts[part].taken.append(place) }
    for number in parts.indices { parts[number].taken.sort() }
    self.parts = parts
  }

  static let log = "certificates.jsonl"

  private static func part(_ folder: String) throws(InputError) -> Part {
    let path = "\(folder)/\(log)"
    guard FileManager.default.fileExists(atPath: path) else {
      throw InputError(folder, "holds no results of certify, expected a folder with \(log)")
    }
    let content: Data
    do {
      // Certificates may be long; what is not looked at need not be in memory.
      content = try Data(contentsOf: URL(fileURLWithPath: path), options: .mappedIfSafe)
    } catch {
      throw InputError(path, "cannot be read")
    }
    let notes = try SummaryNotes(ofFolder: folder)
    guard FileManager.default.fileExists(atPath: "\(folder)/summary.json") else {
      throw InputError(
        folder,
        "has no summary.json, so its run was killed or has not ended, and what it was asked for is not known; expected it to "
          + "end or to be stopped first: surety certify ... --out \(folder) --resume")
    }
    return Part(
      folder: folder, content: content, lines: try ResultLog.located(in: content, path: path),
      notes: notes)
  }

  // MARK: Choosing

  /// Names what differs beside methods and effort.
  private static func difference(_ run: RunRecord, from other: RunRecord) -> String? {
    var run = run
    (run.methods, run.effort) = (other.methods, other.effort)
    return other.difference(from: run)
  }

  /// In how far two results of an example cannot both be right; nil where they can.
  private static func contradiction(_ line: ResultLine, _ other: ResultLine) -> String? {
    guard line.label == other.label else {
      return "has the label \(line.label) in one folder and \(other.label) in the other"
    }
    let known: Set<ExampleVerdict> = [.certified, .violated, .misclassified]
    guard line.verdict != other.verdict, known.contains(line.verdict), known.contains(other.verdict)
    else { return nil }
    return "is \(line.verdict.rawValue) in one folder and \(other.verdict.rawValue) in the other"
  }

  /// Whether a result is to be taken instead of another one of the same example.
  private static func says(_ line: ResultLine, moreThan other: ResultLine) -> Bool {
    func rank(_ line: ResultLine) -> [Double] {
      let order: [ExampleVerdict] = [.error, .undecided]
      let verdict = order.firstIndex(of: line.verdict) ?? order.count
      return [
        Double(verdict), line.isProved ? 1 : 0, Double(line.proof?.meaning.count ?? 0),
        line.smallestMargin ?? -.infinity,
      ]
    }
    return rank(other).lexicographicallyPrecedes(rank(line))
  }

  /// The results that are taken, in the order of the folders and of their lines.
  var lines: [ResultLine] {
    parts.flatMap { part in part.taken.map { part.lines[$0].line } }
  }

  // MARK: What is missing

  /// The examples that were asked for, as far as the folders say, and those that have a result.
  var wanted: Set<Int> {
    parts.reduce(into: Set(lines.map(\.example))) { wanted, part in
      wanted.formUnion(part.notes?.asked?.all ?? [])
      wanted.formUnion(part.notes?.shard?.examples.all ?? [])
      // What was begun was asked for, even where a run that was killed left no totals, or those of an earlier one.
      for located in part.lines { wanted.formUnion(located.line.batch?.all ?? []) }
    }
  }

  /// What has no result: a line for each shard of which something is missing, or one for all examples where folders are no shards
  /// of one kind; empty where nothing is.
  public var gaps: [String] {
    let done = Set(lines.map(\.example))
    let wanted = self.wanted
    let missing = wanted.subtracting(done)
    guard !missing.isEmpty else { return [] }
    let shards = parts.compactMap(\.notes?.shard)
    guard let count = shards.first?.count, shards.allSatisfy({ $0.count == count }) else {
      return [
        "\(missing.count) of \(wanted.count) examples have no result: \(Places(missing).text)"
      ]
    }
    func own(_ examples: Set<Int>) -> [Int: Int] {
      examples.reduce(into: [:]) { $0[Shard.number(of: $1, among: count), default: 0] += 1 }
    }
    let (all, open) = (own(wanted), own(missing))
    return open.keys.sorted().map { number in
      let (open, all) = (open[number] ?? 0, all[number] ?? 0)
      let state = open == all ? "is missing" : "is not complete"
      return
        "shard \(number)/\(count) \(state): \(open) of its \(all) examples have no result"
    }
  }
}
