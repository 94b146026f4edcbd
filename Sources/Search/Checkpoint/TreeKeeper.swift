import Bounds
import Files
import Foundation
import Properties
import Tensors

/// Writes the state of a search to its checkpoint now and then, and reads it back.
///
/// The first tree is written as soon as there is one; from then on a twentieth of the time goes into it.
struct TreeKeeper<Item: Storable> {
  private let checkpoint: SearchCheckpoint?
  private let split: SplitKind
  private let cases: [CaseRecord]
  private let regions: [Region]
  private let deadline: Date?
  /// What is known of the roots, where they take long.
  private(set) var roots = RootsRecord()
  /// Sub-problems that could neither be decided nor split; they wait in the checkpoint like the others.
  private(set) var stuck: [Item] = []
  /// Whether a condition was met up to rounding.
  var isTied = false
  /// What tells the planes that sub-problems remember the ends of from others.
  var planes: UInt32 = 0

  private var due = Date()
  /// Whether the tree was written shortly before the deadline.
  private var isReadyForEnd = false
  /// The seconds and the bytes that wait when the tree was last written.
  private var last: (seconds: Double, bytes: Int)?

  /// - Parameter cases: The cases that the search is asked to decide.
  init(_ options: SearchOptions, _ split: SplitKind, _ cases: [PreparedCase]) {
    checkpoint = options.checkpoint
    deadline = options.deadline
    self.split = split
    regions = cases.map(\.region)
    self.cases =
      checkpoint == nil
      ? [] : cases.map { CaseRecord(SearchCase(region: $0.region, conditions: $0.conditions)) }
  }

  /// The file's state, if it is about the same cases split the same way.
  ///
  /// A run may have settled other cases before its search than the one before it; its tree is then no use.
  private func found() -> (state: CheckpointHeader.SearchState, body: ByteSource)? {
    guard let checkpoint, let file = try? checkpoint.read(),
      file.header.subject == checkpoint.subject, let state = file.header.search,
      state.split == split, state.cases == cases
    else { return nil }
    return (state, file.body)
  }

  // MARK: Roots

  /// Takes up what is known of the roots, and notes that the work on them begins.
  ///
  /// - Returns: How often the work was begun before without coming to an end.
  mutating func beginRoots() -> Int {
    guard let checkpoint else { return 0 }
    var attempts = 0
    if var found = CheckpointHeader.read(
      RootsHeader.self, RootsHeader.mark, from: checkpoint.rootsPath),
      found.header.subject == checkpoint.subject, found.header.cases == cases
    {
      attempts = found.header.attempts
      if let known = RootsRecord(found.header.stage, from: &found.body, over: regions) {
        roots = known
      }
    }
    if roots.stage != .prepared { writeRoots(attempts: attempts + 1) }
    return attempts
  }

  /// Writes what is known of the roots.
  mutating func keep(_ roots: RootsRecord) {
    self.roots = roots
    writeRoots(attempts: 0)
  }

  private func writeRoots(attempts: Int) {
    guard let checkpoint else { return }
    let header = RootsHeader(
      subject: checkpoint.subject, cases: cases, attempts: attempts, stage: roots.stage)
    // What cannot be written now will be said when the tree cannot be written.
    try? CheckpointHeader.write(header, RootsHeader.mark, to: checkpoint.rootsPath) {
      roots.write(to: &$0)
    }
  }

  // MARK: The tree

  /// The sub-problems of the checkpoint; nil where it has none for this search.
  ///
  /// - Parameter isValid: Whether a sub-problem is one of this search; a file may have been changed.
  mutating func resumed(
    into state: inout SearchProgress, where isValid: (Item) -> Bool
  ) -> [Item]? {
    guard var found = found() else { return nil }
    let tree = found.state.tree
    var items: [Item] = []
    for _ in 0..<tree.count {
      guard var item = Item(from: &found.body) else { return nil }
      // Ends of other neurons would be taken for those of these.
      if tree.planes != planes { item.compact() }
      guard isValid(item) else { return nil }
      items.append(item)
    }
    guard found.body.isAtEnd else { return nil }
    state.visited = tree.visited
    state.decided = tree.decided
    isTied = tree.isTied
    // The same tree need not be written again.
    due = Date(timeIntervalSinceNow: Self.shortest)
    return items
  }

  /// The shortest time in seconds between two trees.
  private static var shortest: Double { 0.3 }

  /// The bytes of sub-problems up to which they are written with all that they know.
  private static var mostOfWhole: Int { 32 << 20 }

  /// Keeps a sub-problem that could neither be decided nor split.
  mutating func keep(_ item: Item) { stuck.append(item) }

  /// The seconds that writing will take.
  private func estimate(_ frontier: Frontier<Item>) -> Double {
    guard let last else { return 0.02 + Double(frontier.bytes) / 100e6 }
    return last.seconds * max(1, Double(frontier.bytes) / Double(max(1, last.bytes)))
  }

  /// Writes the tree if it is time.
  ///
  /// - Returns: What kept it from being written.
  mutating func saveIfDue(_ frontier: Frontier<Item>, _ state: SearchProgress) -> String? {
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
  mutating func saveAtEnd(_ frontier: Frontier<Item>, _ state: SearchProgress) -> String? {
    estimate(frontier) < 0.25 || last == nil ? save(frontier, state) : nil
  }

  private mutating func save(_ frontier: Frontier<Item>, _ state: SearchProgress) -> String? {
    guard let checkpoint, frontier.count + stuck.count > 0 else { return nil }
    let begin = Date()
    let tree = CheckpointHeader.TreeState(
      visited: state.visited, decided: state.decided, isTied: isTied,
      count: frontier.count + stuck.count, planes: planes)
    // What can be computed again is kept where that costs little: without it, a search that goes on has to find it again.
    let isWhole = frontier.bytes <= Self.mostOfWhole
    let header = CheckpointHeader(
      subject: checkpoint.subject, prologue: checkpoint.prologue,
      search: CheckpointHeader.SearchState(split: split, cases: cases, tree: tree))
    do throws(InputError) {
      try checkpoint.write(header) { sink in
        for item in frontier.items + stuck {
          var item = item
          if !isWhole { item.compact() }
          item.write(to: &sink)
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
