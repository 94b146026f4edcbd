/// Rows of numbers of which most are zero, one after another.
struct SparseRows: Sendable {
  /// Where each row starts among the entries, and where the last one ends.
  private(set) var starts = [0]
  /// The column of each entry.
  private(set) var columns: [Int32] = []
  /// The value of each entry.
  private(set) var values: [Double] = []

  /// The number of rows.
  var count: Int { starts.count - 1 }

  /// Adds a row.
  mutating func append(_ entries: some Sequence<(column: Int32, value: Double)>) {
    for entry in entries where entry.value != 0 {
      columns.append(entry.column)
      values.append(entry.value)
    }
    starts.append(columns.count)
  }

  /// The entries of a row.
  func entries(of row: Int) -> LazyMapSequence<Range<Int>, (column: Int32, value: Double)> {
    (starts[row]..<starts[row + 1]).lazy.map { (columns[$0], values[$0]) }
  }

  /// The number of entries of a row.
  func entryCount(of row: Int) -> Int { starts[row + 1] - starts[row] }
}
