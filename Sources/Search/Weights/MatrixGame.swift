/// The mixture of rows of a small matrix whose least entry is largest: the value of a zero-sum game, by the simplex method.
///
/// The matrix is moved and scaled to entries between 1 and 2, where the linear program of the one who chooses columns begins
/// at 0 and its multipliers are the mixture of rows.
struct MatrixGame {
  /// The part of each row; they are not negative and sum to 1.
  private(set) var mixture: [Double]
  /// No mixture's least entry is larger.
  private(set) var upper: Double

  /// Solves a game.
  ///
  /// - Parameter columns: The entries column by column, as many in each as there are rows; finite.
  /// - Precondition: There is a column, and it has an entry.
  init(columns: [[Double]]) {
    let count = columns[0].count
    let entries = columns.lazy.flatMap { $0 }
    let (low, high) = (entries.min() ?? 0, entries.max() ?? 0)
    mixture = [Double](repeating: 1 / Double(count), count: count)
    // One row has nothing to mix.
    upper = count == 1 ? low : high
    let spread = high - low
    guard count > 1, spread > 0, spread.isFinite else { return }
    var tableau = Tableau(
      columns.map { column in column.map { 1 + ($0 - low) / spread } }, rows: count)
    tableau.solve()
    let duals = tableau.duals.map { max(0, $0) }
    let sum = duals.reduce(0, +)
    guard sum > 0, sum.isFinite else { return }
    mixture = duals.map { $0 / sum }
    // Any mixture of the columns bounds what a mixture of rows can have.
    let parts = tableau.solution.map { max(0, $0) }
    let whole = parts.reduce(0, +)
    guard whole > 0, whole.isFinite else { return }
    upper =
      (0..<count).map { row in
        zip(parts, columns).reduce(0) { $0 + $1.0 / whole * $1.1[row] }
      }.max() ?? high
  }

  /// Maximises the sum of not negative numbers, one a column, whose combination of the columns is at most 1 in each row.
  private struct Tableau {
    private let rows: Int
    private let columns: Int
    /// The rows and, last, the costs; each with the columns, a slack for each row, and the right side.
    private var table: [[Double]]
    private var basis: [Int]

    init(_ given: [[Double]], rows: Int) {
      let columns = given.count
      (self.rows, self.columns) = (rows, columns)
      table = (0...rows).map { row in
        (0...columns + rows).map { column in
          if column < columns { return row < rows ? given[column][row] : -1 }
          return row < rows && (column == columns + row || column == columns + rows) ? 1 : 0
        }
      }
      basis = (0..<rows).map { columns + $0 }
    }

    /// Goes from corner to corner. Few steps reach the end; more of them would be a cycle, whose end is good enough.
    mutating func solve() {
      for step in 0..<50 * (rows + columns) {
        let costs = table[rows]
        // The steepest first, and later the first, which never goes round in circles.
        let candidates = (0..<columns + rows).filter { costs[$0] < -1e-12 }
        let steepest = candidates.min { costs[$0] < costs[$1] }
        guard let column = step < 10 * (rows + columns) ? steepest : candidates.first else {
          return
        }
        var leaving: (row: Int, ratio: Double)?
        for row in 0..<rows where table[row][column] > 1e-12 {
          let ratio = table[row][columns + rows] / table[row][column]
          let best = leaving?.ratio ?? .infinity
          if ratio < best || ratio == best && basis[row] < basis[leaving?.row ?? row] {
            leaving = (row, ratio)
          }
        }
        guard let row = leaving?.row else { return }
        pivot(row, column)
      }
    }

    private mutating func pivot(_ row: Int, _ column: Int) {
      let scale = 1 / table[row][column]
      for k in table[row].indices { table[row][k] *= scale }
      let source = table[row]
      for other in table.indices where other != row && table[other][column] != 0 {
        let factor = table[other][column]
        for k in source.indices { table[other][k] -= factor * source[k] }
      }
      basis[row] = column
    }

    /// The numbers of the columns.
    var solution: [Double] {
      var result = [Double](repeating: 0, count: columns)
      for (row, column) in basis.enumerated() where column < columns {
        result[column] = table[row][columns + rows]
      }
      return result
    }

    /// The multipliers of the rows.
    var duals: [Double] { Array(table[rows][columns..<columns + rows]) }
  }
}
