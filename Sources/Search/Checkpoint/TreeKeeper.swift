import Bounds
import Files
import Foundation
import Tensors

/// A sub-problem that a checkpoint can hold.
protocol Storable: Waiting {
  associatedtype Record: Codable
  /// What it takes to begin it again.
  var record: Record { get }
  /// Begins it again.
  init(_ record: Record)
}

/// Writes the tree of a search to its checkpoint now and then, and reads it back.
struct TreeKeeper<Item: Storable> {
  private let checkpoint: SearchCheckpoint?
  private let split: SplitKind
  private let cases: [CaseRecord]
  /// Sub-problems that could neither be decided nor split; they wait in the checkpoint like the others.
  private(set) var stuck: [Item] = []
  /// Whether a condition was met up to rounding.
  var isTied = false
  private var due = Date(timeIntervalSinceNow: 0.5)

  /// - Parameter cases: The cases that the search is asked to decide.
  init(_ checkpoint: SearchCheckpoint?, _ split: SplitKind, _ cases: [PreparedCase]) {
    self.checkpoint = checkpoint
    self.split = split
    self.cases =
      checkpoint == nil
      ? [] : cases.map { CaseRecord(SearchCase(region: $0.region, conditions: $0.conditions)) }
  }

  /// The sub-problems of the checkpoint, if it is about the same cases split the same way.
  ///
  /// A run may have settled other cases before its search than the one before it; its tree is then no use.
  ///
  /// - Parameter isValid: Whether a sub-problem is one of this search; a file may have been changed.
  mutating func resumed(
    into state: inout SearchProgress, where isValid: (Item) -> Bool
  ) -> [Item]? {
    guard let checkpoint, let tree = try? checkpoint.read(),
      tree.header.subject == checkpoint.subject,
      tree.header.split == split, tree.header.cases == cases
    else { return nil }
    let decoder = TreeHeader.decoder
    var items: [Item] = []
    for line in tree.lines {
      guard let record = try? decoder.decode(Item.Record.self, from: line) else { return nil }
      let item = Item(record)
      guard isValid(item) else { return nil }
      items.append(item)
    }
    state.visited = tree.header.visited
    state.decided = tree.header.decided
    isTied = tree.header.isTied
    return items
  }

  /// Keeps a sub-problem that could neither be decided nor split.
  mutating func keep(_ item: Item) { stuck.append(item) }

  /// Writes the tree if it is time; at most a twentieth of the time goes into this.
  ///
  /// - Returns: What kept it from being written.
  mutating func saveIfDue(_ frontier: Frontier<Item>, _ state: SearchProgress) -> String? {
    guard checkpoint != nil, due <= Date() else { return nil }
    return save(frontier, state)
  }

  /// Writes the tree.
  ///
  /// - Returns: What kept it from being written.
  mutating func save(_ frontier: Frontier<Item>, _ state: SearchProgress) -> String? {
    guard let checkpoint else { return nil }
    let begin = Date()
    let header = TreeHeader(
      subject: checkpoint.subject, split: split, cases: cases, visited: state.visited,
      decided: state.decided, isTied: isTied, count: frontier.count + stuck.count)
    let encoder = TreeHeader.encoder
    do {
      var data = try encoder.encode(header)
      for item in frontier.items + stuck {
        data.append(UInt8(ascii: "\n"))
        data.append(try encoder.encode(item.record))
      }
      try writeFile(data, to: checkpoint.path)
    } catch {
      return "\(error)"
    }
    due = Date(timeIntervalSinceNow: max(0.5, 20 * Date().timeIntervalSince(begin)))
    return nil
  }
}

// MARK: - Records

/// A box of inputs in a checkpoint.
struct BoxRecord: Codable {
  var root: Int32
  var open: [Int32]
  var lower: [Double]
  var upper: [Double]
  var share: Double
  var margin: Float
}

extension SubBox: Storable {
  var record: BoxRecord {
    BoxRecord(
      root: root, open: open, lower: lower.map { Double($0) }, upper: upper.map { Double($0) },
      share: share, margin: margin)
  }

  init(_ record: BoxRecord) {
    self.init(
      root: record.root, open: record.open, lower: record.lower.map { S($0) },
      upper: record.upper.map { S($0) }, share: record.share, margin: record.margin, known: nil)
  }
}

/// A part by signs of neurons in a checkpoint.
struct NeuronRecord: Codable {
  var root: Int32
  /// Node, element, side and the bits of the point of each split, one after another.
  var splits: [Int32]
  var multipliers: [[Double]]
  var share: Double
  var margin: Float
}

extension NeuronProblem: Storable {
  var record: NeuronRecord {
    NeuronRecord(
      root: root,
      splits: splits.flatMap {
        [$0.node, $0.element, $0.isPositive ? 1 : 0, Int32(bitPattern: $0.point.bitPattern)]
      },
      multipliers: multipliers.map { $0.map { Double($0) } }, share: share, margin: margin)
  }

  init(_ record: NeuronRecord) {
    let splits = stride(from: 0, to: record.splits.count - 3, by: 4).map {
      NeuronSplit(
        node: record.splits[$0], element: record.splits[$0 + 1],
        isPositive: record.splits[$0 + 2] != 0,
        point: Float(bitPattern: UInt32(bitPattern: record.splits[$0 + 3])))
    }
    self.init(
      root: record.root, splits: splits, multipliers: record.multipliers.map { $0.map { S($0) } },
      slopes: record.multipliers.map { _ in [] }, margin: record.margin, share: record.share)
  }
}
