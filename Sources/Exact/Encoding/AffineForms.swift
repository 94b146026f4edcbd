import Bounds
import Networks
import Tensors

/// The elements of a node as sums of a program's columns, each with a constant.
struct AffineForms: Sendable {
  /// The coefficients, a row for each element.
  var rows = SparseRows()
  /// What is added to each element.
  var constants: [Double] = []

  /// Adds an element.
  mutating func append(
    _ entries: some Sequence<(column: Int32, value: Double)>, _ constant: Double
  ) {
    rows.append(entries)
    constants.append(constant)
  }

  /// Adds an element that is one column.
  mutating func append(column: Int32) { append(CollectionOfOne((column: column, value: 1.0)), 0) }

  /// The column that an element is, if it is one alone.
  func column(of element: Int) -> Int32? {
    guard rows.entryCount(of: element) == 1, constants[element] == 0,
      let entry = rows.entries(of: element).first, entry.value == 1
    else { return nil }
    return entry.column
  }
}

/// The matrix of an affine operation, and its offset.
struct AffineMap: Sendable {
  /// For each element of the output, the elements of the inputs, counted through, and their weights.
  private var weights: [[(element: Int32, weight: Double)]]
  private var offset: [Double]

  /// Reads the matrix off from what the operation makes of inputs with a single one.
  init(
    _ operation: any AffineOperation, _ shapes: NodeShapes, _ parameters: Parameters<Tensor<Double>>
  ) {
    let size = shapes.output.count
    weights = .init(repeating: [], count: size)
    offset = .init(repeating: 0, count: size)
    if let added: Tensor<Double> = operation.offset(parameters) {
      let zero = Tensor<Double>(repeating: 0, Shape([1] + shapes.output.dimensions))
      offset = (zero + added).scalars
    }
    let batch = max(1, 2_000_000 / max(1, size))
    var before = 0
    for (place, shape) in shapes.inputs.enumerated() {
      for first in stride(from: 0, to: shape.count, by: batch) {
        let count = min(batch, shape.count - first)
        let units = shapes.inputs.enumerated().map { input, shape in
          Tensor<Double>(uninitialized: Shape([count] + shape.dimensions)) { values in
            values.initialize(repeating: 0, count: count * shape.count)
            guard input == place else { return }
            for row in 0..<count { values[row * shape.count + first + row] = 1 }
          }
        }
        let images = operation.linear(units, parameters, magnitude: false)
        images.withElements { images in
          for row in 0..<count {
            for element in 0..<size where images[row * size + element] != 0 {
              weights[element].append((Int32(before + first + row), images[row * size + element]))
            }
          }
        }
      }
      before += shape.count
    }
  }

  /// The forms of the output for given forms of the inputs.
  func applied(to inputs: [AffineForms], columns: Int) -> AffineForms {
    var owner: [(input: Int, element: Int)] = []
    for (input, forms) in inputs.enumerated() {
      owner += forms.constants.indices.map { (input, $0) }
    }
    var forms = AffineForms()
    var sums = [Double](repeating: 0, count: columns)
    var isUsed = [Bool](repeating: false, count: columns)
    for (weights, offset) in zip(weights, offset) {
      var used: [Int32] = []
      var constant = offset
      for (element, weight) in weights {
        let (input, place) = owner[Int(element)]
        constant += weight * inputs[input].constants[place]
        for (column, value) in inputs[input].rows.entries(of: place) {
          if !isUsed[Int(column)] {
            isUsed[Int(column)] = true
            used.append(column)
          }
          sums[Int(column)] += weight * value
        }
      }
      forms.append(
        used.sorted().lazy.map { (column: $0, value: sums[Int($0)]) }, constant)
      for column in used {
        sums[Int(column)] = 0
        isUsed[Int(column)] = false
      }
    }
    return forms
  }
}
