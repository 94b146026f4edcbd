import CGLPK

/// GLPK at work on one linear program: it minimises a sum of columns, and goes on from where it was after a change.
///
/// A problem of GLPK belongs to the thread that made it, so an instance must be used and released on one thread. Nothing
/// that it says is a proof; `LinearProgram.lowerBound(of:multipliers:)` makes one of its multipliers.
final class Simplex {
  /// How a run ended.
  enum End {
    /// At an optimum, up to rounding.
    case optimal
    /// Above the cutoff.
    case above
    /// No point was found to be possible.
    case infeasible
    /// The deadline came, or numerical trouble.
    case failed
  }

  private let problem: OpaquePointer
  private let rowCount: Int32
  private let columnCount: Int32
  private var isFresh = true
  /// The milliseconds after which a run asks whether to stop.
  var slice: Int32 = 200

  /// Loads a program.
  init(_ program: LinearProgram) {
    glp_term_out(GLP_OFF)
    problem = glp_create_prob()
    (rowCount, columnCount) = (Int32(program.rows.count), Int32(program.lower.count))
    glp_set_obj_dir(problem, GLP_MIN)
    if rowCount > 0 { glp_add_rows(problem, rowCount) }
    if columnCount > 0 { glp_add_cols(problem, columnCount) }
    for row in 0..<program.rows.count {
      setRow(row, program.rowLower[row], program.rowUpper[row])
    }
    for column in program.lower.indices {
      setColumn(Int32(column), program.lower[column], program.upper[column])
    }
    load(program.rows)
  }

  deinit { glp_delete_prob(problem) }

  private func load(_ rows: SparseRows) {
    // Entry 0 of each array is not read.
    var (places, columns, values): ([Int32], [Int32], [Double]) = ([0], [0], [0])
    for row in 0..<rows.count {
      for (column, value) in rows.entries(of: row) {
        places.append(Int32(row + 1))
        columns.append(column + 1)
        values.append(value)
      }
    }
    glp_load_matrix(problem, Int32(values.count - 1), places, columns, values)
    glp_scale_prob(problem, GLP_SF_GM | GLP_SF_EQ | GLP_SF_2N | GLP_SF_SKIP)
  }

  /// Gives a column new ends.
  func setColumn(_ column: Int32, _ lower: Double, _ upper: Double) {
    glp_set_col_bnds(
      problem, column + 1, Self.areApart(lower, upper) ? GLP_DB : GLP_FX, lower, upper)
  }

  /// Whether two ends stay different when GLPK scales them; it ends the program where they do not. What it makes of nearer ones is no
  /// matter: its multipliers are judged with the ends as they are.
  private static func areApart(_ lower: Double, _ upper: Double) -> Bool {
    upper - lower > max(0x1p-500, 0x1p-40 * max(abs(lower), abs(upper)))
  }

  /// Gives a row new ends, either of which may be infinite.
  func setRow(_ row: Int, _ lower: Double, _ upper: Double) {
    let kind =
      switch (lower.isFinite, upper.isFinite) {
      case (true, true): Self.areApart(lower, upper) ? GLP_DB : GLP_FX
      case (true, false): GLP_LO
      case (false, true): GLP_UP
      case (false, false): GLP_FR
      }
    glp_set_row_bnds(problem, Int32(row + 1), kind, lower, upper)
  }

  /// Sets a coefficient of the sum to minimise.
  func setObjective(_ column: Int32, _ value: Double) {
    glp_set_obj_coef(problem, column + 1, value)
  }

  /// Minimises.
  ///
  /// - Parameters:
  ///   - cutoff: A value from which on the minimum does not matter.
  ///   - keepsOptimality: Whether only ends changed since the last run, so that its multipliers still fit.
  ///   - isOver: Asked several times a second; the run fails when it says true.
  func minimize(
    cutoff: Double = .infinity, keepsOptimality: Bool, until isOver: () -> Bool = { false }
  ) -> End {
    let end = run(cutoff, keepsOptimality && !isFresh, isOver)
    isFresh = false
    guard end == .failed, !isOver() else { return end }
    // From scratch, where rounding has spoilt the basis.
    glp_adv_basis(problem, 0)
    return run(.infinity, false, isOver)
  }

  private func run(_ cutoff: Double, _ isDual: Bool, _ isOver: () -> Bool) -> End {
    var control = glp_smcp()
    glp_init_smcp(&control)
    control.msg_lev = GLP_MSG_OFF
    control.meth = isDual ? GLP_DUALP : GLP_PRIMAL
    if cutoff.isFinite { control.obj_ul = cutoff }
    // Where numbers are near its tolerances, GLPK can walk in circles.
    let last = glp_get_it_cnt(problem) + 20 * (rowCount + columnCount) + 5000
    // GLPK cannot be interrupted, but it goes on from where it stopped.
    control.tm_lim = slice
    var code: Int32
    var done: Int32
    repeat {
      done = glp_get_it_cnt(problem)
      control.it_lim = max(1, last - done)
      code = glp_simplex(problem, &control)
      // A large program may need longer than that before its first iteration; it would never get there.
      if glp_get_it_cnt(problem) == done { control.tm_lim = min(control.tm_lim, .max / 2) * 2 }
    } while code == GLP_ETMLIM && glp_get_it_cnt(problem) < last && !isOver()
    if code == GLP_EOBJUL { return .above }
    guard code == 0 else { return .failed }
    switch glp_get_status(problem) {
    case GLP_OPT: return .optimal
    case GLP_NOFEAS: return .infeasible
    default:
      return glp_get_prim_stat(problem) == GLP_NOFEAS ? .infeasible : .failed
    }
  }

  /// The multiplier of each row.
  var multipliers: [Double] {
    (0..<rowCount).map { glp_get_row_dual(problem, $0 + 1) }
  }

  /// The value of each column.
  var values: [Double] {
    (0..<columnCount).map { glp_get_col_prim(problem, $0 + 1) }
  }

  /// Multipliers, up to their sign, that show why there is no point; nil when the last run left none.
  ///
  /// They are the row of the inverse of the basis at the variable that cannot be brought between its ends.
  var ray: [Double]? {
    let variable = glp_get_unbnd_ray(problem)
    guard variable > 0, glp_bf_exists(problem) != 0 || glp_factorize(problem) == 0 else {
      return nil
    }
    let place =
      variable <= rowCount
      ? glp_get_row_bind(problem, variable) : glp_get_col_bind(problem, variable - rowCount)
    guard place > 0 else { return nil }
    var unit = [Double](repeating: 0, count: Int(rowCount) + 1)
    unit[Int(place)] = 1
    glp_btran(problem, &unit)
    return Array(unit.dropFirst())
  }
}

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
