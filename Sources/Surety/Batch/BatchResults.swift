import Files
import Foundation

/// The answers of `surety batch`, a line for each question, added as they come.
public final class BatchResults {
  /// The answer to one question.
  public struct Answer: Hashable, Sendable {
    /// `unsat`, `sat`, `unknown`, `timeout` or `error`.
    public var verdict: String
    /// The seconds that it took, start included.
    public var seconds: Double
    /// What decided, or why nothing did.
    public var reason: String

    /// Creates an answer.
    public init(verdict: String, seconds: Double, reason: String) {
      self.verdict = verdict
      self.seconds = seconds
      self.reason = reason
    }
  }

  /// The columns of the table.
  public static let columns = [
    "onnx", "vnnlib", "timeout_s", "verdict", "seconds", "reason", "onnx_sha256", "vnnlib_sha256",
    "options",
  ]

  /// A question and its answer.
  private struct Entry {
    var question: BatchQuestion
    var answer: Answer

    var line: String {
      CommaSeparated.line([
        question.instance.model, question.instance.property, "\(question.instance.timeout)",
        answer.verdict, String(format: "%.3f", answer.seconds), answer.reason,
        question.modelDigest, question.propertyDigest, question.options,
      ])
    }
  }

  private var entries: [Entry] = []
  private let path: String
  private let lock: OutputLock
  private var file: FileHandle

  /// Opens the table, or starts it.
  ///
  /// A last line that a kill cut off is removed.
  ///
  /// - Throws: `InputError` when the file is another table, cannot be written, or another process has it.
  public init(_ path: String) throws(InputError) {
    self.path = path
    lock = try OutputLock(file: path)
    if FileManager.default.fileExists(atPath: path) {
      entries = try Self.entries(readFile(path), path)
    }
    file = try Self.write(entries, to: path)
  }

  /// The entries of a table of this version, or of an earlier one whose answers do not say what was asked.
  private static func entries(_ data: Data, _ path: String) throws(InputError) -> [Entry] {
    // What follows the last line end was not finished.
    let whole = data.prefix((data.lastIndex(of: 10) ?? -1) + 1)
    var rows = try CommaSeparated.rows(whole, source: path)[...]
    guard let first = rows.popFirst() else { return [] }
    guard first.cells == columns || first.cells == Array(columns.prefix(6)) else {
      throw InputError(
        path, place: "line \(first.line)",
        "is not a table of answers, expected '\(columns.joined(separator: ","))'; choose another --out"
      )
    }
    return rows.compactMap { row in
      let cells =
        row.cells + [String](repeating: "", count: max(0, columns.count - row.cells.count))
      guard cells.count == columns.count, let timeout = Double(cells[2]),
        let seconds = Double(cells[4])
      else { return nil }
      return Entry(
        question: BatchQuestion(
          InstanceList.Instance(model: cells[0], property: cells[1], timeout: timeout),
          modelDigest: cells[6], propertyDigest: cells[7], options: cells[8]),
        answer: Answer(verdict: cells[3], seconds: seconds, reason: cells[5]))
    }
  }

  /// Writes the whole table and opens it for more.
  private static func write(_ entries: [Entry], to path: String) throws(InputError) -> FileHandle {
    let text = ([columns.joined(separator: ",")] + entries.map(\.line)).map { $0 + "\n" }
    let data = Data(text.joined().utf8)
    try writeFile(data, to: path)
    return try openForAppending(path, keeping: data.count)
  }

  /// The answer that an earlier run gave to a question, the files' contents and the options included.
  public func answer(to question: BatchQuestion) -> Answer? {
    guard question.isReadable else { return nil }
    return entries.last { $0.question == question }?.answer
  }

  /// The question about files of the same names that an earlier run answered, if it was another one.
  public func earlier(than question: BatchQuestion) -> BatchQuestion? {
    entries.last { Self.names($0.question) == Self.names(question) && $0.question != question }?
      .question
  }

  /// Forgets all answers.
  public func clear() throws(InputError) {
    entries = []
    file = try Self.write(entries, to: path)
  }

  /// Adds an answer, in the place of those to earlier questions about files of the same names that are asked no more.
  ///
  /// - Parameter current: What the table of instances asks now.
  public func add(
    _ answer: Answer, to question: BatchQuestion, among current: Set<BatchQuestion>
  ) throws(InputError) {
    let count = entries.count
    entries.removeAll {
      $0.question == question
        || Self.names($0.question) == Self.names(question) && !current.contains($0.question)
    }
    let entry = Entry(question: question, answer: answer)
    entries.append(entry)
    if entries.count == count + 1 {
      try appendToFile(Data((entry.line + "\n").utf8), file, path: path)
    } else {
      file = try Self.write(entries, to: path)
    }
  }

  private static func names(_ question: BatchQuestion) -> [String] {
    [question.instance.model, question.instance.property]
  }
}
