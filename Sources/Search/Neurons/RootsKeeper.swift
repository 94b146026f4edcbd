import Files
import Properties

/// Keeps what is known before any split in a file beside the checkpoint, and reads it back.
struct RootsKeeper {
  private let checkpoint: SearchCheckpoint?
  private let regions: [Region]
  private let cases: [CaseRecord]
  /// What is known.
  private(set) var known = RootsRecord()

  /// - Parameter cases: The cases that the search is asked to decide.
  init(_ checkpoint: SearchCheckpoint?, _ cases: [PreparedQuestion]) {
    self.checkpoint = checkpoint
    regions = cases.map(\.region)
    self.cases = checkpoint == nil ? [] : cases.map { CaseRecord($0.given) }
  }

  /// Takes up what is known, and notes that the work on the rest begins.
  ///
  /// - Returns: How often the work was begun before without coming to an end.
  mutating func begin() -> Int {
    guard let checkpoint else { return 0 }
    var attempts = 0
    if var found = CheckpointFile.read(
      RootsHeader.self, RootsHeader.mark, from: checkpoint.rootsPath),
      found.header.subject == checkpoint.subject, found.header.cases == cases
    {
      attempts = found.header.attempts
      if let record = RootsRecord(found.header.stage, from: &found.body, over: regions) {
        known = record
      }
    }
    if known.stage != .prepared { write(attempts: attempts + 1) }
    return attempts
  }

  /// Writes what is known by now.
  mutating func keep(_ roots: RootsRecord) {
    known = roots
    write(attempts: 0)
  }

  private func write(attempts: Int) {
    guard let checkpoint else { return }
    let header = RootsHeader(
      subject: checkpoint.subject, cases: cases, attempts: attempts, stage: known.stage)
    // What cannot be written now will be said when the tree cannot be written.
    try? CheckpointFile.write(header, RootsHeader.mark, to: checkpoint.rootsPath) {
      known.write(to: &$0)
    }
  }
}

/// What the file of what is known before any split says before the numbers.
private struct RootsHeader: Codable {
  /// The first bytes of the file, which name its layout.
  static let mark = "surety roots 2\n"

  var subject: String
  var cases: [CaseRecord]
  /// How often the work was begun since it last came to an end.
  var attempts: Int
  var stage: RootsRecord.Stage
}
