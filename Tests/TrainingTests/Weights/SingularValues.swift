import CLAPACK

/// The singular values of a matrix by LAPACK, falling.
///
/// - Parameters:
///   - values: Its entries, row by row or column by column: a matrix and its transpose have the same ones.
func singularValues(_ values: [Double], _ rows: Int, _ columns: Int) -> [Double] {
  precondition(values.count == rows * columns)
  var matrix = values
  var (m, n, info) = (Int32(columns), Int32(rows), Int32(0))
  var result = [Double](repeating: 0, count: min(rows, columns))
  var size = Int32(8 * (rows + columns) + 64)
  var work = [Double](repeating: 0, count: Int(size))
  var (none, other, one) = ([0.0], [0.0], Int32(1))
  dgesvd_("N", "N", &m, &n, &matrix, &m, &result, &none, &one, &other, &one, &work, &size, &info)
  precondition(info == 0, "LAPACK gave \(info)")
  return result
}
