import Bounds
import Properties
import Tensors

/// The rows of outputs that a batch of boxes needs, as many for each box.
struct BoxRows: Sendable {
  /// The coefficients, `[boxes, rows, outputs]`; boxes with fewer rows are filled up with zeros.
  let coefficients: Tensor<Double>
  /// For each box, the place among its rows of every row of its case that it needs.
  let places: [[Int: Int]]

  init<S>(_ boxes: [SubBox<S>], _ questions: [PreparedQuestion], outputs: Int) {
    let used = boxes.map { questions[Int($0.root)].rows(of: $0.open) }
    let count = max(1, used.map(\.count).max() ?? 1)
    var coefficients = Tensor<Double>(repeating: 0, [boxes.count, count, outputs])
    coefficients.withMutableElements { values in
      for (index, box) in boxes.enumerated() {
        let table = questions[Int(box.root)].table
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

/// Planes below the rows of one box.
struct BoxPlanes: Sendable {
  let inputs: Int
  /// The coefficients, row after row.
  private(set) var coefficients: [Double]
  /// What is added to each row.
  private(set) var constants: [Double]
  /// The least value of each row's plane over the box, or over the part of it in a ball.
  private(set) var bounds: [Double]
  /// What rounding was charged to each row.
  private(set) var paid: [Double]

  init(
    inputs: Int, coefficients: [Double], constants: [Double], bounds: [Double], paid: [Double]
  ) {
    (self.inputs, self.coefficients) = (inputs, coefficients)
    (self.constants, self.bounds, self.paid) = (constants, bounds, paid)
  }

  /// The number of planes.
  var count: Int { bounds.count }

  /// Adds the first plane of others.
  mutating func append(_ other: BoxPlanes) {
    coefficients += other.coefficients[..<inputs]
    constants.append(other.constants[0])
    bounds.append(other.bounds[0])
    paid.append(other.paid[0])
  }

  /// The least value of a row's plane over a whole box.
  func least(of row: Int, _ lower: [Double], _ upper: [Double]) -> Double {
    var sum = constants[row]
    for i in 0..<inputs {
      let coefficient = coefficients[row * inputs + i]
      sum += coefficient * (coefficient > 0 ? lower[i] : upper[i])
    }
    return sum
  }

  /// The size of the values that meet in a row's bound over a box.
  func size<S>(of row: Int, over box: SubBox<S>) -> Double {
    var sum = abs(bounds[row])
    for i in 0..<inputs {
      let reach = max(abs(Double(box.lower[i])), abs(Double(box.upper[i])))
      sum += abs(coefficients[row * inputs + i]) * reach
    }
    return sum
  }
}

extension LowerPlanes {
  /// The planes of one box.
  func box<S>(_ index: Int) -> BoxPlanes where T == Tensor<S> {
    let (rows, inputs) = (coefficients.shape[1], coefficients.shape[2])
    return BoxPlanes(
      inputs: inputs,
      coefficients: coefficients.withElements { values in
        values[index * rows * inputs..<(index + 1) * rows * inputs].map(Double.init)
      }, constants: constants.doubles(index * rows..<(index + 1) * rows),
      bounds: bounds.doubles(index * rows..<(index + 1) * rows),
      paid: paid.doubles(index * rows..<(index + 1) * rows))
  }
}

extension Tensor {
  /// Some elements in double.
  fileprivate func doubles(_ range: Range<Int>) -> [Double] {
    withElements { values in values[range].map { Double($0) } }
  }
}
