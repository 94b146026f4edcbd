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
  func cases(covering asked: [SearchCase]) -> [SearchCase]? {
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
    let cases = search.cases.compactMap(\.searchCase)
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
    try CheckpointHeader.write(header, CheckpointHeader.mark, to: path, body)
  }

  /// The header and what follows it; nil where there is no file.
  func read() throws(InputError) -> (header: CheckpointHeader, body: ByteSource)? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    guard
      let found = CheckpointHeader.read(CheckpointHeader.self, CheckpointHeader.mark, from: path),
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

/// What a checkpoint says before the numbers.
struct CheckpointHeader: Codable {
  /// The first bytes of the file, which name its layout.
  static let mark = "surety search 4\n"

  /// Where a search stands.
  struct SearchState: Codable {
    /// How regions are split.
    var split: SplitKind
    /// The cases, to which sub-problems point.
    var cases: [CaseRecord]
    /// The tree that follows.
    var tree: TreeState
  }

  /// How far the tree is.
  struct TreeState: Codable {
    /// The sub-problems that were bounded.
    var visited: Int
    /// The part that is decided.
    var decided: Double
    /// Whether a condition was met up to rounding, so that the search cannot end with a proof.
    var isTied: Bool
    /// How many sub-problems follow.
    var count: Int
    /// What tells the planes that sub-problems remember the ends of from others.
    var planes: UInt32
  }

  var subject: String
  var prologue: SearchPrologue
  /// Where the search stands; nil before it.
  var search: SearchState?

  /// Writes a file of a header and numbers, with a sum over both at its end.
  static func write<Header: Encodable>(
    _ header: Header, _ mark: String, to path: String, _ body: (inout FileSink) -> Void
  ) throws(InputError) {
    guard let words = try? encoder.encode(header) else {
      throw InputError(path, "the state of the search cannot be written")
    }
    try FileSink.write(path) { sink in
      sink.append(Array(mark.utf8))
      sink.append(UInt32(words.count))
      sink.append(words)
      body(&sink)
      sink.append(sink.checksum)
    }
  }

  /// The header of a file and what follows it; nil where the file is missing, damaged, or another one.
  static func read<Header: Decodable>(
    _ type: Header.Type, _ mark: String, from path: String
  ) -> (header: Header, body: ByteSource)? {
    // A large tree is read where it lies; whoever replaces the file does not change it.
    guard let data = try? Data(contentsOf: URL(fileURLWithPath: path), options: .alwaysMapped),
      data.count > 4
    else { return nil }
    let content = data.dropLast(4)
    var (source, end) = (ByteSource(content), ByteSource(data.suffix(4)))
    guard let found = source.bytes(mark.utf8.count), found.elementsEqual(mark.utf8),
      end.number(UInt32.self) == checksum(content),
      let size = source.number(UInt32.self), let words = source.bytes(Int(size)),
      let header = try? decoder.decode(Header.self, from: words)
    else { return nil }
    return (header, source)
  }

  static var encoder: JSONEncoder {
    let encoder = JSONEncoder()
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return encoder
  }

  static var decoder: JSONDecoder {
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "inf", negativeInfinity: "-inf", nan: "nan")
    return decoder
  }
}

/// A case as a checkpoint states it.
struct CaseRecord: Codable, Hashable {
  var lower: [Double]
  var upper: [Double]
  /// For each condition, its constraints: pairs of output and coefficient, one after another, and the limit at the end.
  var conditions: [[[Double]]]

  init(_ given: SearchCase) {
    lower = given.region.lower
    upper = given.region.upper
    conditions = given.conditions.map { condition in
      condition.map { constraint in
        constraint.outputs.flatMap { [Double($0.index), $0.coefficient] } + [constraint.bound]
      }
    }
  }

  /// The case; nil when the numbers are none of a case.
  var searchCase: SearchCase? {
    guard let region = try? Region(lower: lower, upper: upper) else { return nil }
    let conditions = conditions.map { condition in
      condition.map { numbers in
        let terms = stride(from: 0, to: numbers.count - 1, by: 2).map {
          LinearConstraint.Term(Int(numbers[$0]), numbers[$0 + 1])
        }
        return LinearConstraint(outputs: terms, bound: numbers.last ?? 0)
      }
    }
    return SearchCase(region: region, conditions: conditions)
  }
}
