import Properties
import Tensors

/// The rows of outputs that a batch of boxes needs, as many for each box.
struct BoxRows: Sendable {
  /// The coefficients, `[boxes, rows, outputs]`; boxes with fewer rows are filled up with zeros.
  let coefficients: Tensor<Double>
  /// For each box, the place among its rows of every row of its case that it needs.
  let places: [[Int: Int]]

  init<S>(_ boxes: [SubBox<S>], _ cases: [PreparedCase], outputs: Int) {
    let used = boxes.map { cases[Int($0.root)].rows(of: $0.open) }
    let count = max(1, used.map(\.count).max() ?? 1)
    var coefficients = Tensor<Double>(repeating: 0, [boxes.count, count, outputs])
    coefficients.withMutableElements { values in
      for (index, box) in boxes.enumerated() {
        let table = cases[Int(box.root)].table
        for (place, row) in used[index].enumerated() {
          for term in table.rows[row] {
            values[(index * count + place) * outputs + term.index] = term.coefficient
          }
        }
      }
    }
    self.coefficients = coefficients
    places = used.map { rows in
      Dictionary(uniqueKeysWithValues: rows.enumerated().map { ($1, $0) })
    }
  }
}
