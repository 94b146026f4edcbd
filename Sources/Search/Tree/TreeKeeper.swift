import Bounds
import Files
import Foundation

/// Writes the state of a search to its checkpoint now and then, and reads it back.
///
/// The first tree is written as soon as there is one; from then on a twentieth of the time goes into it.
struct TreeKeeper<Part: Storable> {
  private let checkpoint: SearchCheckpoint?
  private let kind: SplitKind
  private let cases: [CaseRecord]
  private let deadline: Date?
  /// What tells the numbers that parts remember from others.
  private let mark: UInt32
  /// Parts that could neither be closed nor cut; they wait in the checkpoint like the others.
  private(set) var stuck: [Part] = []
  /// Whether a condition was met up to rounding.
  var isTied = false

  private var due = Date()
  /// Whether the tree was written shortly before the deadline.
  private var isReadyForEnd = false
  /// The seconds and the bytes that wait when the tree was last written.
  private var last: (seconds: Double, bytes: Int)?

  /// - Parameter cases: The cases that the search is asked to decide.
  init(_ options: SearchOptions, _ kind: SplitKind, _ cases: [PreparedQuestion], mark: UInt32) {
    checkpoint = options.checkpoint
    deadline = options.deadline
    self.kind = kind
    self.mark = mark
    self.cases = checkpoint == nil ? [] : cases.map { CaseRecord($0.given) }
  }

  /// The file's state, if it is about the same cases split the same way.
  ///
  /// A run may have settled other cases before its search than the one before it; its tree is then no use.
  private func found() -> (state: CheckpointHeader.SearchState, body: ByteSource)? {
    guard let checkpoint, let file = try? checkpoint.read(),
      file.header.subject == checkpoint.subject, let state = file.header.search,
      state.split == kind, state.cases == cases
    else { return nil }
    return (state, file.body)
  }

  /// The parts of the checkpoint; nil where it has none for this search.
  ///
  /// - Parameter isValid: Whether a part is one of this search; a file may have been changed.
  mutating func resumed(
    into state: inout SearchProgress, where isValid: (Part) -> Bool
  ) -> [Part]? {
    guard var found = found() else { return nil }
    let tree = found.state.tree
    var parts: [Part] = []
    for _ in 0..<tree.count {
      guard var part = Part(from: &found.body) else { return nil }
      // Numbers about other neurons would be taken for those about these.
      if tree.planes != mark { part.compact() }
      guard isValid(part) else { return nil }
      parts.append(part)
    }
    guard found.body.isAtEnd else { return nil }
    state.visited = tree.visited
    state.decided = tree.decided
    isTied = tree.isTied
    // The same tree need not be written again.
    due = Date(timeIntervalSinceNow: Self.shortest)
    return parts
  }

  /// The shortest time in seconds between two trees.
  private static var shortest: Double { 0.3 }

  /// The bytes of parts up to which they are written with all that they know.
  private static var mostOfWhole: Int { 32 << 20 }

  /// Keeps a part that could neither be closed nor cut.
  mutating func keep(_ part: Part) { stuck.append(part) }

  /// The seconds that writing will take.
  private func estimate(_ frontier: Frontier<Part>) -> Double {
    guard let last else { return 0.02 + Double(frontier.bytes) / 100e6 }
    return last.seconds * max(1, Double(frontier.bytes) / Double(max(1, last.bytes)))
  }

  /// Writes the tree if it is time.
  ///
  /// - Returns: What kept it from being written.
  mutating func saveIfDue(_ frontier: Frontier<Part>, _ state: SearchProgress) -> String? {
    guard checkpoint != nil else { return nil }
    let seconds = estimate(frontier)
    // A large tree is written before the deadline and not after it.
    let left = deadline?.timeIntervalSinceNow ?? .infinity
    let isLastChance = !isReadyForEnd && seconds > 0.1 && left < 2 * seconds + 0.3
    guard due <= Date() || isLastChance else { return nil }
    if isLastChance { isReadyForEnd = true }
    return save(frontier, state)
  }

  /// Writes the tree at the end of a search, unless that would keep people waiting; the last one stands then.
  ///
  /// - Returns: What kept it from being written.
  mutating func saveAtEnd(_ frontier: Frontier<Part>, _ state: SearchProgress) -> String? {
    estimate(frontier) < 0.25 || last == nil ? save(frontier, state) : nil
  }

  private mutating func save(_ frontier: Frontier<Part>, _ state: SearchProgress) -> String? {
    guard let checkpoint, frontier.count + stuck.count > 0 else { return nil }
    let begin = Date()
    let tree = CheckpointHeader.TreeState(
      visited: state.visited, decided: state.decided, isTied: isTied,
      count: frontier.count + stuck.count, planes: mark)
    // What can be computed again is kept where that costs little: without it, a search that goes on has to find it again.
    let isWhole = frontier.bytes <= Self.mostOfWhole
    let header = CheckpointHeader(
      subject: checkpoint.subject, prologue: checkpoint.prologue,
      search: CheckpointHeader.SearchState(split: kind, cases: cases, tree: tree))
    do throws(InputError) {
      try checkpoint.write(header) { sink in
        for part in frontier.parts + stuck {
          var part = part
          if !isWhole { part.compact() }
          part.write(to: &sink)
        }
      }
    } catch {
      return error.description
    }
    let seconds = Date().timeIntervalSince(begin)
    last = (seconds, frontier.bytes)
    due = Date(timeIntervalSinceNow: max(Self.shortest, 20 * seconds))
    return nil
  }
}
