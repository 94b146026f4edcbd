import Networks
import Tensors

/// Linear functions of one node's output, each for one example.
struct LinearFunctions<T: BackwardAlgebra>: Sendable {
  /// The node.
  var node: Int
  /// The coefficients.
  var rows: RowBlock<T>
  /// What is added, `[rows]`.
  var constant: T
  /// The example of each row.
  var owners: [Int32]
}

/// Everything a backward pass over a batch of regions needs to know.
///
/// The pass walks the graph from a node down to the input, carrying linear functions ("rows") of the
/// nodes, and replaces every nonlinear operation by its relaxation. What arrives at the input is bounded
/// over the region.
///
/// Source: Xu et al., "Automatic perturbation analysis for scalable certified robustness" (2020),
/// algorithm 1.
struct BackwardPass<T: BackwardAlgebra>: Sendable {
  let network: Network
  let parameters: Parameters<T>
  let inputs: InputSet<T>
  let frame: InputFrame<T>
  /// The relaxation of each nonlinear node, where it has been made.
  var relaxations: [(any Relaxation<T>)?]

  init(_ network: Network, _ parameters: Parameters<T>, _ inputs: InputSet<T>) {
    self.network = network
    self.parameters = parameters
    self.inputs = inputs
    frame = InputFrame(inputs.box, shape: network.inputShape)
    relaxations = .init(repeating: nil, count: network.nodes.count)
  }

  /// Lower bounds of linear functions of one node.
  ///
  /// - Parameters:
  ///   - functions: The functions.
  ///   - boxes: Boxes of nodes at which the pass stops instead of going on to the input.
  /// - Returns: A bound for each row, of shape `[rows]`.
  /// - Soundness: Each bound is at most the row's value for every input of the example's region, up to
  ///   rounding, if the relaxations hold there.
  func lowerBounds(
    of functions: LinearFunctions<T>, stoppingAt boxes: [Int: InputFrame<T>] = [:]
  ) throws(Unsupported) -> T {
    let (rows, constant) = try lowered(functions, stoppingAt: boxes)
    guard let rows else { return constant }
    return constant
      + inputs.minimum(rows, shape: network.inputShape, owners: functions.owners, frame: frame)
  }

  /// Carries linear functions of one node back to the input.
  ///
  /// - Parameters:
  ///   - functions: The functions.
  ///   - boxes: Boxes of nodes at which the pass stops instead of going on to the input.
  ///   - visit: Called with each node that the functions come by, and their coefficients there.
  /// - Returns: The coefficients at the input, nil where no path led there, and what is added to each row,
  ///   of shape `[rows]`.
  /// - Soundness: Each function of the input is at most the row's value for every input of the example's
  ///   region, up to rounding, if the relaxations hold there.
  func lowered(
    _ functions: LinearFunctions<T>, stoppingAt boxes: [Int: InputFrame<T>] = [:],
    visit: (Int, RowBlock<T>) -> Void = { _, _ in }
  ) throws(Unsupported) -> (rows: RowBlock<T>?, constant: T) {
    let (node, owners) = (functions.node, functions.owners)
    var pending = [RowBlock<T>?](repeating: nil, count: node + 1)
    pending[node] = functions.rows
    var constant = functions.constant
    let readers = network.readerCounts
    for id in stride(from: node, through: 0, by: -1) {
      guard let rows = pending[id] else { continue }
      pending[id] = nil
      visit(id, rows)
      if let box = boxes[id] {
        constant =
          constant + T.minimum(rows, center: box.center, radius: box.radius, owners: owners)
        continue
      }
      guard network.nodes[id].operation != nil else { return (rows, constant) }
      let input = network.nodes[id].inputs.first ?? 0
      if let normalization = network.nodes[id].operation as? BatchNormalization,
        let convolution = network.nodes[input].operation as? Convolution,
        boxes[input] == nil, readers[input] == 1,
        let step = convolution.backward(
          rows, through: normalization, NodeShapes(network, input), parameters)
      {
        if let added = step.constant { constant = constant + added }
        pending[network.nodes[input].inputs[0]] = merged(
          pending[network.nodes[input].inputs[0]], step.inputs[0])
        continue
      }
      let step = try backward(rows, at: id, owners: owners)
      if let added = step.constant { constant = constant + added }
      for (input, rows) in zip(network.nodes[id].inputs, step.inputs) {
        pending[input] = merged(pending[input], rows)
      }
    }
    return (nil, constant)
  }

  private func merged(_ waiting: RowBlock<T>?, _ rows: RowBlock<T>) -> RowBlock<T> {
    waiting.map { T.sum($0, rows) } ?? rows
  }

  /// Passes rows of a node's output back to its inputs.
  func backward(
    _ rows: RowBlock<T>, at id: Int, owners: [Int32]
  ) throws(Unsupported) -> (inputs: [RowBlock<T>], constant: T?) {
    if let relaxation = relaxations[id] {
      let step = relaxation.backward(rows, owners: owners)
      return (step.inputs, step.constant)
    }
    guard let affine = network.nodes[id].operation as? any AffinelyPropagating else {
      throw Unsupported(
        operation: network.nodes[id].operation?.name ?? "input", node: network.nodes[id].name,
        analysis: "linear bounds")
    }
    return affine.backward(rows, NodeShapes(network, id), parameters)
  }
}
