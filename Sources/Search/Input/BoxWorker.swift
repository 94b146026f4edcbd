import Bounds
import Networks
import Properties
import Tensors

/// Bounds batches of boxes and says what is left of them.
struct BoxWorker<S: TensorScalar>: Sendable {
  typealias T = Tensor<S>

  let bounder: Bounder<T>
  /// The same network in double, for bounds too near their limit; nil when that is what `bounder` uses.
  let careful: Bounder<Tensor<Double>>?
  let exact: Parameters<Tensor<Double>>
  let cases: [PreparedCase]
  let precision: Precision
  let confirm: @Sendable ([Float]) -> Witness?
  /// The nodes whose intervals are passed on to the parts of a box.
  private let remembered: [Int]

  init(
    _ network: Network, _ cases: [PreparedCase], _ options: SearchOptions, _ precision: Precision,
    confirm: @escaping @Sendable ([Float]) -> Witness?
  ) {
    var bounds = BoundOptions()
    bounds.memory = options.memory / 2
    bounds.deadline = options.deadline
    bounds.isCancelled = options.isCancelled
    bounder = Bounder<T>(network, options: bounds)
    careful = precision == .float ? Bounder<Tensor<Double>>(network, options: bounds) : nil
    exact = network.parameters(as: Tensor<Double>.self)
    self.cases = cases
    self.precision = precision
    self.confirm = confirm
    remembered = network.nodesToTighten
  }

  private var network: Network { bounder.network }

  /// Bounds boxes, part by part on all workers.
  func process(_ boxes: [SubBox<S>]) throws(Unsupported) -> [BoxResult<S>] {
    let inputs = inputSet(boxes)
    let parts = try bounder.inParts(inputs, smallest: 24) {
      (part, range) throws(Unsupported) -> [BoxResult<S>] in
      try process(Array(boxes[range]), part)
    }
    return parts.flatMap { $0 }
  }

  private func process(
    _ boxes: [SubBox<S>], _ inputs: InputSet<T>
  ) throws(Unsupported) -> [BoxResult<S>] {
    let rows = BoxRows(boxes, cases, outputs: network.outputShape.count)
    let state = try bounder.crown(over: inputs, knowing: known(boxes))
    let (planes, relaxed) = try planes(boxes, rows, state)
    let points = BoxPoints(boxes, planes, network, bounder.parameters, exact)
    let isFinite = state.finiteExamples
    var judges = boxes.indices.map { index in
      BoxJudge(
        boxes[index], cases[Int(boxes[index].root)], rows.places[index],
        planes.box(index), points.outputs(of: index), precision,
        isFinite: isFinite[index], relaxed: relaxed(index))
    }
    try weigh(&judges, state)
    let pushes = pushes(&judges, rows)
    let influence = try bounder.influence(on: OutputFunctions(T(pushes)), state)
    let outputs = network.outputShape.count
    for index in judges.indices {
      judges[index].take(
        influence.planes.box(index), coefficients: judges[index].coefficients(outputs))
    }
    try lookCloser(at: &judges, boxes, rows)
    let intervals = state.remembered(remembered)
    return judges.indices.map { index in
      var result = BoxResult<S>()
      for (point, output) in points.candidates(of: index)
      where output.withUnsafeBufferPointer({ judges[index].isViolated(at: $0) }) {
        if let witness = confirm(point) {
          result.witness = witness
          return result
        }
      }
      result.isTied = judges[index].isTied
      judges[index].finish(
        &result, known: intervals(index),
        shares: influence.shares(of: index))
      return result
    }
  }

  /// The function to push on in each box, `[boxes, 1, outputs]`.
  private func pushes(_ judges: inout [BoxJudge<S>], _ rows: BoxRows) -> Tensor<Double> {
    for index in judges.indices { judges[index].settle() }
    let (count, outputs) = (rows.coefficients.shape[1], rows.coefficients.shape[2])
    return Tensor<Double>(uninitialized: [judges.count, 1, outputs]) { out in
      rows.coefficients.withElements { rows in
        for (index, judge) in judges.enumerated() {
          let row =
            judge.push.condition == nil
            ? Array(
              rows[
                (index * count + judge.push.place)
                  * outputs..<(index * count + judge.push.place + 1) * outputs])
            : judge.coefficients(outputs)
          for i in 0..<outputs { out[index * outputs + i] = row[i] }
        }
      }
    }
  }

  /// Bounds the boxes in double that single precision came too near to its limit on.
  private func lookCloser(
    at judges: inout [BoxJudge<S>], _ boxes: [SubBox<S>], _ rows: BoxRows
  ) throws(Unsupported) {
    let near = judges.indices.filter { judges[$0].isNear }
    guard let careful, !near.isEmpty else { return }
    let picked = near.map { boxes[$0] }
    let inputs = inputSet(picked, as: Double.self)
    let outputs = network.outputShape.count
    let most = near.map { judges[$0].combined.count }.max() ?? 0
    var coefficients = rows.coefficients.gathered(near.map(Int32.init), axis: 0)
    if most > 0 {
      // Boxes with fewer combinations are filled up with zeros.
      let combined = near.flatMap { index in
        let own = judges[index].combined.flatMap { $0 }
        return own + [Double](repeating: 0, count: most * outputs - own.count)
      }
      coefficients = Tensor.concatenated(
        [coefficients, Tensor([near.count, most, outputs], combined)], axis: 1)
    }
    let state = try careful.crown(over: inputs)
    let bounds = try careful.lowerBounds(of: OutputFunctions(coefficients), state)
    let isFinite = state.finiteExamples
    let count = bounds.shape[1]
    bounds.withElements { bounds in
      for (place, index) in near.enumerated() where isFinite[place] {
        judges[index].judgeCarefully(
          UnsafeBufferPointer(rebasing: bounds[place * count..<(place + 1) * count]))
      }
    }
  }

  private func inputSet(_ boxes: [SubBox<S>]) -> InputSet<T> { inputSet(boxes, as: S.self) }

  private func inputSet<R: TensorScalar>(_ boxes: [SubBox<S>], as: R.Type) -> InputSet<Tensor<R>> {
    let shape = Shape([boxes.count] + network.inputShape.dimensions)
    func gather(_ end: KeyPath<SubBox<S>, [S]>) -> Tensor<R> {
      Tensor<R>(converting: Tensor<S>(shape, boxes.flatMap { $0[keyPath: end] }))
    }
    let box = Interval(lower: gather(\.lower), upper: gather(\.upper))
    guard boxes.contains(where: { cases[Int($0.root)].region.ball != nil }) else {
      return InputSet(box: box)
    }
    // The balls of the regions, around smaller boxes.
    let regions = boxes.map { cases[Int($0.root)].region }
    guard Set(regions.map { $0.ball?.norm }).count == 1 else { return InputSet(box: box) }
    var inputs = InputSet<Tensor<R>>(regions, shape: network.inputShape)
    inputs.box = box
    return inputs
  }

  /// What is known of the nodes from the boxes that these were cut from.
  private func known(_ boxes: [SubBox<S>]) -> [Interval<T>?] {
    guard boxes.contains(where: { $0.known != nil }) else { return [] }
    var result = [Interval<T>?](repeating: nil, count: network.nodes.count)
    let total = remembered.reduce(0) { $0 + network.nodes[$1].shape.count }
    var from = 0
    for node in remembered {
      let size = network.nodes[node].shape.count
      let shape = Shape([boxes.count] + network.nodes[node].shape.dimensions)
      func end(_ offset: Int, _ missing: S) -> T {
        T(uninitialized: shape) { out in
          for (index, box) in boxes.enumerated() {
            let target = out + index * size
            guard let known = box.known else {
              target.update(repeating: missing, count: size)
              continue
            }
            for i in 0..<size { target[i] = known[offset + i] }
          }
        }
      }
      result[node] = Interval(
        lower: end(from, -.infinity), upper: end(total + from, .infinity))
      from += size
    }
    return result
  }
}

extension BoundState {
  /// Returns a function that gathers what is known of some nodes, all lower ends and then all upper ends.
  func remembered<S>(_ nodes: [Int]) -> (Int) -> [S] where T == Tensor<S> {
    let ends = nodes.compactMap { intervals[$0]?.lower } + nodes.compactMap { intervals[$0]?.upper }
    let sizes = ends.map { $0.count / max(1, count) }
    let total = sizes.reduce(0, +)
    return { example in
      [S](unsafeUninitializedCapacity: total) { buffer, filled in
        for (end, size) in zip(ends, sizes) {
          end.withElements { values in
            for i in 0..<size { buffer[filled + i] = values[example * size + i] }
          }
          filled += size
        }
      }
    }
  }
}

extension InputInfluence {
  /// How much of the error of one box each input causes, where known.
  fileprivate func shares<S: TensorScalar>(of index: Int) -> [Double]? where T == Tensor<S> {
    shares.map { shares in
      let inputs = shares.shape[1]
      return shares.withElements { values in
        values[index * inputs..<(index + 1) * inputs].map { Double($0) }
      }
    }
  }
}
