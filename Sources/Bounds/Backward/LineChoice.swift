import Networks
import Tensors

/// What rows take with them on a walk from a node back to the input: where they stop, what is taken off them, and which
/// lines replace an operation.
///
/// The walk is written over a choice as a type argument, so one that does nothing costs nothing.
protocol LineChoice<T> {
  associatedtype T: BackwardAlgebra
  /// Meets rows at a node, before they go through its operation.
  ///
  /// - Parameters:
  ///   - rows: The rows, which may be lowered by what is known of the node.
  ///   - shape: The shape of the node.
  ///   - constant: What is added to each row, `[rows]`, with which they may be lowered.
  /// - Soundness: Afterwards the functions are at most what they were, for every input that the walk is to hold for.
  mutating func meet(_ rows: inout RowBlock<T>, at node: Int, _ shape: Shape, constant: inout T)
  /// The lines that the rows take instead of their example's.
  ///
  /// - Returns: nil for those of the relaxation.
  /// - Soundness: The lines enclose the operation wherever the relaxation does.
  mutating func lines(
    of rows: RowBlock<T>, at node: Int, _ relaxation: any Relaxation<T>, exampleOfRow: [Int32]
  ) -> ChosenLines<T>?
  /// The box of a node at which rows end instead of going on to the input; nil where they go on.
  func box(at node: Int) -> InputFrame<T>?
  /// Whether rows may go through a node and its reader in one step, without being met at the node.
  func mayPassOver(_ node: Int) -> Bool
}

/// Lines of an elementwise operation, and whose they are.
struct ChosenLines<T: BackwardAlgebra> {
  /// The lines, in the layout of rows.
  var lines: Lines<T>
  /// Which set of lines each row takes.
  var exampleOfRow: [Int32]
  /// Whether slopes and intercepts are all a row's own, and not its example's with other lower slopes.
  var areRowsOwn = false
}

extension LineChoice {
  mutating func meet(_ rows: inout RowBlock<T>, at node: Int, _ shape: Shape, constant: inout T) {}
  mutating func lines(
    of rows: RowBlock<T>, at node: Int, _ relaxation: any Relaxation<T>, exampleOfRow: [Int32]
  ) -> ChosenLines<T>? { nil }
  func box(at node: Int) -> InputFrame<T>? { nil }
  func mayPassOver(_ node: Int) -> Bool { false }
}

/// The lines of the relaxations, on the way to the input or to boxes of nodes before.
struct FixedLines<T: BackwardAlgebra>: LineChoice {
  /// The boxes, by node.
  var boxes: [Int: InputFrame<T>] = [:]

  func box(at node: Int) -> InputFrame<T>? { boxes[node] }
  func mayPassOver(_ node: Int) -> Bool { boxes[node] == nil }
}

/// The lines of the relaxations, and a record of the coefficients at every node on the way.
struct RecordedRows<T: BackwardAlgebra>: LineChoice {
  /// The rows at the output of each node that the walk came by.
  var rows: [RowBlock<T>?]

  init(nodes: Int) { rows = .init(repeating: nil, count: nodes) }

  mutating func meet(_ rows: inout RowBlock<T>, at node: Int, _ shape: Shape, constant: inout T) {
    self.rows[node] = rows
  }
}
