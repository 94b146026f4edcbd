import Files
import Foundation
import Properties

/// A file in which a search keeps its tree, so that it can go on when its process was ended.
///
/// The file is replaced as a whole, so a kill leaves the last tree or the one before.
public struct SearchCheckpoint: Sendable {
  /// The file.
  public let path: String
  /// What the search is about; trees of different questions must not be mixed.
  public let subject: String

  /// Names a file, which need not exist.
  ///
  /// - Parameter subject: What tells the question from others, such as digests of its files.
  /// - Throws: `InputError` when the file holds something else than a tree of this question.
  public init(_ path: String, subject: String) throws(InputError) {
    self.path = path
    self.subject = subject
    guard let tree = try read() else { return }
    guard tree.header.subject == subject else {
      throw InputError(
        path, "is the checkpoint of another question; choose another file, or remove it")
    }
  }

  /// The cases of the file's tree, if they contain all that are asked about now.
  ///
  /// What comes before a search settles more in one run than in another; the tree is of use as long as it is about enough.
  ///
  /// - Soundness: Deciding more cases than were asked about decides those.
  func cases(covering asked: [SearchCase]) -> [SearchCase]? {
    guard let tree = try? read(), tree.header.subject == subject else { return nil }
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
    guard questions(asked.map(CaseRecord.init)).isSubset(of: questions(tree.header.cases)) else {
      return nil
    }
    let cases = tree.header.cases.compactMap(\.searchCase)
    return cases.count == tree.header.cases.count ? cases : nil
  }

  /// Removes the file, when the question was answered.
  public func remove() { try? FileManager.default.removeItem(atPath: path) }

  /// The header and the lines of sub-problems; nil where there is no file.
  func read() throws(InputError) -> (header: TreeHeader, lines: [Data])? {
    guard FileManager.default.fileExists(atPath: path) else { return nil }
    let lines = try readFile(path).split(separator: UInt8(ascii: "\n"))
    guard let first = lines.first,
      let header = try? TreeHeader.decoder.decode(TreeHeader.self, from: first),
      // A tree with nothing left to do would be an answer, and answers are not kept here.
      header.schema == TreeHeader.layout, header.count == lines.count - 1, header.count > 0
    else {
      throw InputError(path, "is not a checkpoint of a search by this version, or was damaged")
    }
    return (header, Array(lines.dropFirst()))
  }
}

/// What a checkpoint says before the sub-problems.
struct TreeHeader: Codable {
  static let layout = 2

  var schema = layout
  var subject: String
  /// How regions are split.
  var split: SplitKind
  /// The cases, to which sub-problems point.
  var cases: [CaseRecord]
  /// The sub-problems that were bounded.
  var visited: Int
  /// The part that is decided.
  var decided: Double
  /// Whether a condition was met up to rounding, so that the search cannot end with a proof.
  var isTied: Bool
  /// How many sub-problems follow.
  var count: Int

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
