import Bounds
import Networks
import Properties
import Tensors

/// A linear program whose points contain every way through a network over a box.
///
/// A ReLU of one sign is a column or nothing; one that can have either sign is two columns `z` and `y` with
/// `y >= z`, `y >= 0` and `y` at most the line through the ends of its graph (the triangle relaxation). The column to
/// minimise is at least by how much each constraint of a condition is missed.
///
/// Source: Ehlers, "Formal verification of piece-wise linear feed-forward neural networks" (2017), section 3.
///
/// - Soundness: Every input of the box has a point, up to the rounding of products of affine steps in double, as long as the
///   intervals hold.
struct NetworkProgram: Sendable {
  /// A ReLU whose input can have either sign.
  struct Neuron: Sendable {
    /// The node that the ReLU reads, and the element.
    var node: Int
    var element: Int
    /// The columns of its input and output.
    var input: Int32
    var output: Int32
    /// The row of `y - z >= 0`, and that of the line above.
    var floor: Int
    var line: Int
  }

  /// The program.
  var program = LinearProgram()
  /// The ReLUs that can have either sign, layer by layer.
  private(set) var neurons: [Neuron] = []
  /// What to minimise.
  private(set) var objective: Int32 = 0
  /// For each input, its column or, without one, its only value.
  private var inputs: AffineForms

  private let network: Network

  /// Encodes a network.
  ///
  /// - Parameters:
  ///   - network: A network of affine operations and ReLUs.
  ///   - region: The box.
  ///   - intervals: What is known of the nodes that ReLUs read.
  ///   - maps: The matrices of the affine nodes.
  init(
    _ network: Network, over region: Region, _ intervals: [Interval<Tensor<Double>>?],
    _ condition: [LinearConstraint], _ maps: [AffineMap?]
  ) throws(Unsupported) {
    self.network = network
    inputs = AffineForms()
    for (low, high) in zip(region.lower, region.upper) {
      if low < high {
        inputs.append(column: program.addColumn(low, high))
      } else {
        inputs.append([], low)
      }
    }
    var forms = [AffineForms?](repeating: nil, count: network.nodes.count)
    forms[0] = inputs
    let needed = network.isNeeded
    for (id, node) in network.nodes.enumerated() where needed[id] && id > 0 {
      let read = node.inputs.compactMap { forms[$0] }
      if let map = maps[id] {
        forms[id] = map.applied(to: read, columns: program.lower.count)
      } else if node.operation is ReLU, let interval = intervals[node.inputs[0]] {
        forms[id] = rectified(read[0], interval, node.inputs[0])
      } else {
        throw Unsupported(
          operation: node.operation?.name ?? "input", node: node.name, analysis: "linear programs")
      }
    }
    if let output = forms[network.output] { limit(output, condition) }
  }

  /// The forms of a ReLU's output.
  private mutating func rectified(
    _ forms: AffineForms, _ interval: Interval<Tensor<Double>>, _ node: Int
  ) -> AffineForms {
    var result = AffineForms()
    let (lower, upper) = (interval.lower.scalars, interval.upper.scalars)
    for element in forms.constants.indices {
      if forms.rows.entryCount(of: element) == 0 {
        result.append([], max(0, forms.constants[element]))
        continue
      }
      let (low, high) = (lower[element], upper[element])
      guard high > 0 else {
        result.append([], 0)
        continue
      }
      let input = column(of: forms, element, low, high)
      guard low < 0 else {
        result.append(column: input)
        continue
      }
      let output = program.addColumn(0, high)
      let floor = program.addRow([(output, 1), (input, -1)], from: 0, to: .infinity)
      // The line through (low, 0) and (high, high), its slope and height rounded up.
      let slope = (high / (high - low)).nextUp.nextUp
      let height = (-low * slope).nextUp
      let line = program.addRow([(output, 1), (input, -slope)], from: -.infinity, to: height)
      neurons.append(
        Neuron(
          node: node, element: element, input: input, output: output, floor: floor, line: line))
      result.append(column: output)
    }
    return result
  }

  /// A column for an element, with ends that hold for it.
  private mutating func column(
    of forms: AffineForms, _ element: Int, _ low: Double, _ high: Double
  ) -> Int32 {
    if let column = forms.column(of: element) {
      program.lower[Int(column)] = max(program.lower[Int(column)], low)
      program.upper[Int(column)] = min(program.upper[Int(column)], high)
      return column
    }
    let column = program.addColumn(low, high)
    let entries = Array(forms.rows.entries(of: element)) + [(column, -1)]
    program.addRow(
      entries, from: -forms.constants[element], to: -forms.constants[element])
    return column
  }

  /// Adds the column to minimise, which is at least every constraint's sum less its limit.
  private mutating func limit(_ output: AffineForms, _ condition: [LinearConstraint]) {
    var sums: [(entries: [(column: Int32, value: Double)], constant: Double)] = []
    var (lowest, highest) = (-Double.infinity, -Double.infinity)
    for constraint in condition {
      var entries: [Int32: Double] = [:]
      var constant = -constraint.bound
      // The sum of the sizes of all that is added, which bounds what rounding takes.
      var size = abs(constraint.bound)
      for term in constraint.outputs {
        constant += term.coefficient * output.constants[term.index]
        size += abs(term.coefficient * output.constants[term.index])
        for (column, value) in output.rows.entries(of: term.index) {
          entries[column, default: 0] += term.coefficient * value
        }
      }
      var (low, high) = (constant, constant)
      for (column, value) in entries {
        let ends = (
          value * program.lower[Int(column)], value * program.upper[Int(column)]
        )
        size += abs(ends.0) + abs(ends.1)
        low += min(ends.0, ends.1)
        high += max(ends.0, ends.1)
      }
      // Room for the rounding of these sums; the ends only have to be finite and wide enough.
      let room = 1e-6 * (1 + abs(low) + abs(high)) + 1e-9 * size
      (lowest, highest) = (max(lowest, low - room), max(highest, high + room))
      sums.append((entries.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }, constant))
    }
    objective = program.addColumn(lowest, highest)
    for (entries, constant) in sums {
      program.addRow(
        entries.map { ($0.column, -$0.value) } + [(objective, 1)], from: constant, to: .infinity)
    }
  }

  /// The input at a point of the program.
  func input(at values: [Double]) -> [Double] {
    inputs.constants.indices.map { element in
      inputs.column(of: element).map { values[Int($0)] } ?? inputs.constants[element]
    }
  }
}
