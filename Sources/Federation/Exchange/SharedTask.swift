import Files
import Foundation
import Training

/// What a process says that it works on, so that all work on the same.
public struct SharedTask: Codable, Sendable, Hashable {
  /// The version of the program.
  public var version: String
  /// The recipe as YAML, every default written out.
  public var recipe: String
  /// The SHA-256 digest of the training data; nil where each process has its own.
  public var data: String?
  /// The SHA-256 digest of the model that training is drawn to; nil for none.
  public var teacher: String?

  /// Describes a task.
  public init(version: String, recipe: String, data: String? = nil) {
    self.version = version
    self.recipe = recipe
    self.data = data
  }

  /// Checks that another process works on the same.
  ///
  /// - Parameter rank: The other one.
  /// - Throws: `InputError` naming it and the first difference.
  func check(_ other: SharedTask, rank: Int) throws(InputError) {
    let source = "rank \(rank)"
    guard other.version == version else {
      throw InputError(source, "is version \(other.version), and rank 0 is \(version)")
    }
    guard other.recipe == recipe else {
      let difference = Recipe.difference(there: other.recipe, here: recipe).map { " (\($0))" } ?? ""
      throw InputError(
        source, "has another recipe than rank 0\(difference); expected one command for all ranks")
    }
    guard other.data == data else {
      throw InputError(source, "has other training data than rank 0; expected the same files")
    }
    guard other.teacher == teacher else {
      throw InputError(source, "has another teacher than rank 0; expected the same file")
    }
  }

  /// The task as a worker's first message.
  var hello: Message {
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let text = (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? ""
    return Message(.hello, text: text)
  }

  /// Waits until every worker has said what it works on.
  ///
  /// - Parameters:
  ///   - exchange: The leader's end.
  ///   - isCancelled: Asked now and then while waiting.
  /// - Throws: `InputError` naming the rank where one works on something else, cannot begin, or has stopped.
  public func greet(
    _ exchange: any Exchange, unless isCancelled: () -> Bool = { false }
  ) throws(InputError) {
    for rank in 1..<max(1, exchange.count) {
      guard let message = exchange.message(from: rank, unless: isCancelled) else {
        throw InputError("rank \(rank)", "has stopped before it began")
      }
      if message.kind == .failure { throw InputError("rank \(rank)", message.text) }
      guard message.kind == .hello,
        let other = try? JSONDecoder().decode(SharedTask.self, from: Data(message.text.utf8))
      else { throw InputError("rank \(rank)", "is another program") }
      try check(other, rank: rank)
    }
  }
}
