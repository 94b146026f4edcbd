import Files
import Foundation
import Properties

/// A file in which a search keeps how far it is, so that it can go on when its process was ended.
///
/// The file is replaced as a whole, so a kill leaves the last state or the one before. It ends in a sum over all before
/// it, which a damaged file does not have.
///
/// What takes long is written as soon as it is there, and what was begun and did not come to its end is noted, so that a
/// run that is killed again and again does less of it each time and gets to the end all the same. What is known before
/// any split changes no more and may be large; it stands in a file of its own beside the first, `.roots`.
public struct SearchCheckpoint: Sendable {
  /// The file.
  public let path: String
  /// What the search is about; trees of different questions must not be mixed.
  public let subject: String
  /// What came before the search.
  public var prologue: SearchPrologue

  /// Names a file, which need not exist.
  ///
  /// - Parameter subject: What tells the question from others, such as digests of its files.
  /// - Throws: `InputError` when the file holds something else than a search for this question.
  public init(_ path: String, subject: String) throws(InputError) {
    self.path = path
    self.subject = subject
    prologue = SearchPrologue()
    guard let found = try read() else { return }
    guard found.header.subject == subject else {
      throw InputError(
        path, "is the checkpoint of another question; choose another file, or remove it")
    }
    prologue = found.header.prologue
  }

  /// Writes what came before the search, without a tree.
  ///
  /// - Throws: `InputError` when the file cannot be written.
  public func writePrologue() throws(InputError) {
    let header = CheckpointHeader(subject: subject, prologue: prologue)
    try write(header) { _ in }
  }

  /// The cases of the file's tree, if they contain all that are asked about now.
  ///
  /// What comes before a search settles more in one run than in another; the tree is of use as long as it is about enough.
  ///
  /// - Soundness: Deciding more cases than were asked about decides those.
  func cases(covering asked: [Question]) -> [Question]? {
    guard let header = try? read()?.header, header.subject == subject, let search = header.search
    else { return nil }
    func questions(_ records: [CaseRecord]) -> Set<CaseRecord> {
      Set(
        records.flatMap { record in
          record.conditions.map { condition in
            var single = record
            single.conditions = [condition]
            return single
          }
        })
    }
    guard questions(asked.map(CaseRecord.init)).isSubset(of: questions(search.cases)) else {
      return nil
    }
    let cases = search.cases.compactMap(\.question)
    return cases.count == search.cases.count ? cases : nil
  }

  /// The file of what is known before any split.
  var rootsPath: String { "\(path).roots" }

  /// Removes the files, when the question was answered.
  public func remove() {
    for file in [path, rootsPath] { try? FileManager.default.removeItem(atPath: file) }
  }

  /// Writes the file anew.
  func write(
    _ header: CheckpointHeader, _ body: (inout FileSink) -> Void
  ) throws(InputError) {
    try CheckpointFile.write(header, CheckpointHeader.mark, to: path, body)
  }

  /// The header and what follows it; nil where there is no file.
  func read() throws(InputError) -> (header: CheckpointHeader, body: ByteSource)? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard
      let found = CheckpointFile.read(CheckpointHeader.self, CheckpointHeader.mark, from: path),
      // A tree with nothing left to do would be an answer, and answers are not kept here.
      found.header.search.map({ $0.tree.count > 0 }) ?? true
    else {
      throw InputError(path, "is not a checkpoint of a search by this version, or was damaged")
    }
    return found
  }
}

/// What came before a search, and need not be done again.
public struct SearchPrologue: Codable, Sendable, Hashable {
  /// How many steps were begun, those that did not come to their end included.
  public var begun = 0
  /// For each region of the question, the places of the conditions that were open after the last step that ended; nil
  /// where none has ended.
  public var open: [[Int]]?

  /// Nothing was done.
  public init() {}
}
