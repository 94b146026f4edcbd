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
  var exampleOfRow: [Int32]
}

/// What linear functions of a node have become at the input.
struct LoweredFunctions<T: BackwardAlgebra>: Sendable {
  /// The coefficients at the input; nil where no path led there.
  var rows: RowBlock<T>?
  /// What is added, `[rows]`.
  var constant: T
  /// What rounding has cost each row on the way, step by step and negated, `[rows]` each.
  var paid: [T]
  /// The example of each row.
  var exampleOfRow: [Int32]
}

/// Everything a backward walk over a batch of regions needs to know.
///
/// The walk goes through the graph from a node down to the input, carrying linear functions ("rows") of the
/// nodes, and replaces every nonlinear operation by lines or planes below it. What arrives at the input is bounded
/// over the region. Which lines a row takes, and where it stops, is for a `LineChoice` to say.
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
  /// What the rounding of each node's step costs, where it has been set.
  var prices: [RowPrice<T>]
  /// What the intercepts of a node's lines are multiplied by when they have been added up; they are all of one sign.
  var interceptFactors: [Double]
  /// What the lines of each node's relaxation cost, where that is not in its price and the relaxation has been made.
  var lineCosts: [LineCosts<T>?]
  /// How many times each node is read.
  let readers: [Int]

  init(_ bounder: Bounder<T>, _ inputs: InputSet<T>) {
    (network, parameters) = (bounder.network, bounder.parameters)
    self.inputs = inputs
    frame = InputFrame(inputs.box, shape: network.inputShape)
    relaxations = .init(repeating: nil, count: network.nodes.count)
    prices = .init(repeating: RowPrice(), count: network.nodes.count)
    interceptFactors = .init(repeating: 1, count: network.nodes.count)
    lineCosts = .init(repeating: nil, count: network.nodes.count)
    readers = bounder.plan.readers
  }

  /// Lower bounds of linear functions of one node, with the lines of the relaxations.
  ///
  /// - Parameters:
  ///   - functions: The functions.
  ///   - boxes: Boxes of nodes at which the walk stops instead of going on to the input.
  /// - Returns: A bound for each row, `[rows]`.
  /// - Soundness: Each bound is at most the row's value for every input of the example's region, up to
  ///   rounding, if the relaxations hold there.
  @_specialize(where T == Tensor<Float>)
  @_specialize(where T == Tensor<Double>)
  func lowerBounds(
    of functions: LinearFunctions<T>, stoppingAt boxes: [Int: InputFrame<T>] = [:]
  ) throws(Unsupported) -> T {
    var choice = FixedLines<T>(boxes: boxes)
    return least(try lowered(functions, &choice))
  }

  /// The least value of each function of the input over its example's region, `[rows]`.
  ///
  /// - Soundness: At most the function's value at every input of the region, up to rounding.
  func least(_ functions: LoweredFunctions<T>) -> T {
    guard let rows = functions.rows else { return functions.constant }
    return functions.constant.addingBelow(
      inputs.minimum(
        rows, shape: network.inputShape, exampleOfRow: functions.exampleOfRow, frame: frame))
  }

  /// Walks linear functions of one node back to the input.
  ///
  /// - Parameters:
  ///   - functions: The functions.
  ///   - choice: Says which lines the rows take, and remembers what it needs of the way.
  /// - Soundness: Each function of the input is at most the row's value for every input of the example's region that the
  ///   choice is made for, up to rounding, if the relaxations hold there.
  func lowered<Choice: LineChoice<T>>(
    _ functions: LinearFunctions<T>, _ choice: inout Choice
  ) throws(Unsupported) -> LoweredFunctions<T> {
    let exampleOfRow = functions.exampleOfRow
    var pending = [RowBlock<T>?](repeating: nil, count: functions.node + 1)
    pending[functions.node] = functions.rows
    var constant = functions.constant
    var paid: [T] = []
    for id in stride(from: functions.node, through: 0, by: -1) {
      guard var rows = pending[id] else { continue }
      pending[id] = nil
      guard let before = try step(&rows, &constant, &paid, at: id, &choice, exampleOfRow)
      else {
        return LoweredFunctions(
          rows: rows, constant: constant, paid: paid, exampleOfRow: exampleOfRow)
      }
      for (input, rows) in before {
        pending[input] = pending[input].map { T.sum($0, rows) } ?? rows
      }
    }
    return LoweredFunctions(rows: nil, constant: constant, paid: paid, exampleOfRow: exampleOfRow)
  }

  /// One step of the walk, the only place in which rows are lowered: from a node's output to what it reads.
  ///
  /// - Parameters:
  ///   - rows: Functions of the node's output; on return, without what the choice took off them.
  ///   - constant: What is added to each, `[rows]`; it takes up what the step adds.
  ///   - paid: What rounding has cost each row so far, negated.
  /// - Returns: For each input the functions of it that are left; none where the rows ended in a box, nil at the
  ///   network's input.
  /// - Soundness: The rows of the inputs and the new constant add up to at most the rows of the output and the old one, for
  ///   every input of the network that relaxation and choice hold for, up to rounding.
  private func step<Choice: LineChoice<T>>(
    _ rows: inout RowBlock<T>, _ constant: inout T, _ paid: inout [T], at id: Int,
    _ choice: inout Choice, _ exampleOfRow: [Int32]
  ) throws(Unsupported) -> [(input: Int, rows: RowBlock<T>)]? {
    let node = network.nodes[id]
    choice.meet(&rows, at: id, node.shape, constant: &constant)
    let (sources, before, added): ([Int], [RowBlock<T>], T?)
    if let box = choice.box(at: id) {
      added = box.minimum(of: rows, exampleOfRow: exampleOfRow)
      (sources, before) = ([], [])
    } else if node.operation == nil {
      pay(prices[id], rows, &constant, &paid, exampleOfRow)
      return nil
    } else if let relaxation = relaxations[id] {
      sources = node.inputs
      let own = choice.lines(of: rows, at: id, relaxation, exampleOfRow: exampleOfRow)
      if let own {
        let (result, intercepts) = T.relaxed(rows, own.lines, exampleOfRow: own.exampleOfRow)
        (before, added) = ([result], intercepts)
      } else {
        (before, added) = relaxation.backward(rows, exampleOfRow: exampleOfRow)
      }
      if let costs = lineCosts[id] {
        let (price, owner) = costs.price(of: own, exampleOfRow: exampleOfRow)
        pay(price, rows, &constant, &paid, owner)
      }
    } else if let fused = throughNormalizedConvolution(rows, at: id, choice) {
      (sources, before, added) = (fused.sources, fused.rows, fused.constant)
    } else {
      sources = node.inputs
      (before, added) = try throughAffine(rows, at: id)
    }
    if let added {
      let factor = interceptFactors[id]
      constant = constant.addingBelow(factor == 1 ? added : added.scaled(by: factor, adding: 0))
    }
    if choice.box(at: id) == nil { pay(prices[id], rows, &constant, &paid, exampleOfRow) }
    return zip(sources, before).map { (input: $0, rows: $1) }
  }

  /// Takes what the rounding of a node's step costs rows off their constants, and notes it.
  private func pay(
    _ price: RowPrice<T>, _ rows: RowBlock<T>, _ constant: inout T, _ paid: inout [T],
    _ exampleOfRow: [Int32]
  ) {
    guard price.sizes != nil || price.floor > 0 else { return }
    let cost = T.charge(rows, price, exampleOfRow: exampleOfRow)
    constant = constant.addingBelow(cost)
    paid.append(cost)
  }

  private func throughAffine(
    _ rows: RowBlock<T>, at id: Int
  ) throws(Unsupported) -> (inputs: [RowBlock<T>], constant: T?) {
    guard let affine = network.nodes[id].operation as? any AffinelyPropagating else {
      throw Unsupported(
        operation: network.nodes[id].operation?.name ?? "input", node: network.nodes[id].name,
        analysis: "linear bounds")
    }
    return affine.backward(rows, NodeShapes(network, id), parameters)
  }

  /// Rows through a normalisation and the convolution that it alone reads, with kernels into which it is folded.
  ///
  /// - Returns: nil where the node is no such normalisation, or the choice is to meet the rows between the two.
  private func throughNormalizedConvolution(
    _ rows: RowBlock<T>, at id: Int, _ choice: some LineChoice<T>
  ) -> (sources: [Int], rows: [RowBlock<T>], constant: T?)? {
    guard let normalization = network.nodes[id].operation as? BatchNormalization,
      let middle = network.nodes[id].inputs.first, readers[middle] == 1,
      choice.mayPassOver(middle),
      let convolution = network.nodes[middle].operation as? Convolution,
      let (before, constant) = convolution.backward(
        rows, through: normalization, NodeShapes(network, middle), parameters)
    else { return nil }
    return (network.nodes[middle].inputs, before, constant)
  }
}
