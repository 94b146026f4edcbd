import Bounds
import Networks
import Properties
import Tensors

/// Bounds of linear functions of the outputs, for each example of a batch.
struct FunctionBounds: Sendable {
  /// The lower bounds, by example and then by function.
  var lower: [[Double]]
  /// Whether every number on the way to an example's bounds was finite; if not, its bounds mean nothing.
  var isFinite: [Bool]
}

/// What is known of one node's output over a region.
public struct LayerBounds: Sendable, Hashable, Encodable {
  /// The node's name in the model.
  public var name: String
  /// The operation, or `Input`.
  public var operation: String
  /// The shape of the output.
  public var shape: [Int]
  /// The lower ends, flattened row-major.
  public var lower: [Double]
  /// The upper ends, flattened row-major.
  public var upper: [Double]
}

/// A network made ready to be bounded in one arithmetic.
protocol BoundEngine: Sendable {
  /// The network.
  var network: Network { get }
  /// The arithmetic.
  var precision: Precision { get }
  /// The outputs for a batch of flattened inputs.
  func outputs(_ inputs: [[Double]]) -> [[Double]]
  /// Lower bounds of linear functions of the outputs over a batch of regions.
  ///
  /// - Parameter functions: The coefficients, `[regions, functions, outputs]`.
  func lowerBounds(
    of functions: Tensor<Double>, over regions: [Region], by method: BoundMethod,
    _ options: BoundOptions
  ) throws(Unsupported) -> FunctionBounds
  /// Bounds of every output over one region, and margins of a label where one is given.
  func outputBounds(
    over region: Region, by method: BoundMethod, label: Int?, _ options: BoundOptions
  ) throws(Unsupported) -> OutputBounds
  /// The intervals that a method knows of every node, the input included.
  func layers(
    over region: Region, by method: BoundMethod, _ options: BoundOptions
  ) throws(Unsupported) -> [LayerBounds]
}

extension Precision {
  /// Makes a network ready to be bounded in this arithmetic.
  func engine(for network: Network) -> any BoundEngine {
    switch self {
    case .float: TensorEngine<Float>(network, precision: self)
    case .double: TensorEngine<Double>(network, precision: self)
    }
  }
}

/// The engine over tensors of one kind of number.
struct TensorEngine<S: TensorScalar>: BoundEngine {
  private typealias T = Tensor<S>

  let precision: Precision
  private let bounder: Bounder<T>

  init(_ network: Network, precision: Precision) {
    self.precision = precision
    bounder = Bounder(network)
  }

  var network: Network { bounder.network }

  func outputs(_ inputs: [[Double]]) -> [[Double]] {
    guard !inputs.isEmpty else { return [] }
    let batch = Shape([inputs.count] + network.inputShape.dimensions)
    let output = network.evaluate(T(Tensor(batch, inputs.flatMap { $0 })), bounder.parameters)
    return output.values.rows(inputs.count)
  }

  func lowerBounds(
    of functions: Tensor<Double>, over regions: [Region], by method: BoundMethod,
    _ options: BoundOptions
  ) throws(Unsupported) -> FunctionBounds {
    var bounder = bounder
    bounder.options = options
    let found = try bounder.lowerBounds(
      of: OutputFunctions(T(functions)),
      over: InputSet<T>(regions, shape: network.inputShape), by: method)
    return FunctionBounds(
      lower: found.lower.valuesBelow.rows(regions.count), isFinite: found.isFinite)
  }

  func outputBounds(
    over region: Region, by method: BoundMethod, label: Int?, _ options: BoundOptions
  ) throws(Unsupported) -> OutputBounds {
    var bounder = bounder
    bounder.options = options
    let inputs = InputSet<T>([region], shape: network.inputShape)
    let state = try bounder.state(over: inputs, by: method)
    let ends = try bounder.outputEnds(state, by: method)
    var result = OutputBounds(
      outputs: OutputBounds.Ends(lower: ends.lower.scalars, upper: ends.upper.scalars),
      margins: nil, isFinite: state.finiteExamples()[0])
    guard let label else { return result }
    var margins = OutputBounds.Ends(lower: [], upper: [])
    let outputs = network.outputShape.count
    let others = (0..<outputs).filter { $0 != label }
    // A margin and its negation are a row of all outputs each, in double and in the number type of the bounds.
    let chunk = max(1, min(others.count, options.memory / 4 / (4 * 8 * outputs)))
    for first in stride(from: 0, to: others.count, by: chunk) {
      let part = others[first..<min(first + chunk, others.count)]
      var rows = Tensor<Double>(repeating: 0, [1, 2 * part.count, outputs])
      for (row, other) in part.enumerated() {
        (rows[0, row, label], rows[0, row, other]) = (1, -1)
        (rows[0, part.count + row, label], rows[0, part.count + row, other]) = (-1, 1)
      }
      let bounds = try bounder.lowerBounds(of: OutputFunctions(T(rows)), state, by: method)
        .valuesBelow.scalars
      margins.lower += bounds.prefix(part.count)
      margins.upper += bounds.suffix(part.count).map { 0 - $0 }
    }
    result.margins = margins
    return result
  }

  func layers(
    over region: Region, by method: BoundMethod, _ options: BoundOptions
  ) throws(Unsupported) -> [LayerBounds] {
    var bounder = bounder
    bounder.options = options
    let inputs = InputSet<T>([region], shape: network.inputShape)
    let state = try bounder.state(over: inputs, by: method)
    return network.nodes.enumerated().compactMap { id, node in
      state.intervals[id].map {
        LayerBounds(
          name: node.name, operation: node.operation?.name ?? "Input",
          shape: node.shape.dimensions, lower: $0.lower.valuesBelow.scalars,
          upper: $0.upper.valuesAbove.scalars)
      }
    }
  }
}

extension Tensor<Double> {
  /// The elements in equal parts, one for each entry of the first axis.
  func rows(_ count: Int) -> [[Double]] {
    let values = scalars
    let size = count > 0 ? values.count / count : 0
    return (0..<count).map { Array(values[$0 * size..<($0 + 1) * size]) }
  }
}
