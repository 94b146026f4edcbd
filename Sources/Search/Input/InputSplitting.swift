import Bounds
import Networks
import Properties
import Tensors

/// Branch and bound over boxes of inputs.
///
/// Every box is bounded by CROWN, with the intervals of the box that it was cut from to start with. What its
/// planes leave of it is halved along the input that its planes depend on most.
///
/// Source: Wang et al., "Formal security analysis of neural networks using symbolic intervals" (2018),
/// section 4.2, for the bisection by influence; Xu et al., "Fast and complete" (2021), for batches of
/// sub-problems under linear bounds.
///
/// - Soundness: The halves of a box cover it, and what is clipped or closed of it is so only by `BoxJudge`.
struct InputSplitting<S: TensorScalar>: SplittingStrategy {
  typealias T = Tensor<S>
  typealias Part = SubBox<S>

  let bounder: Bounder<T>
  /// The same network in double, for bounds too near their limit; nil when that is what `bounder` uses.
  private let inDouble: Bounder<Tensor<Double>>?
  private let exact: Parameters<Tensor<Double>>
  let questions: [PreparedQuestion]
  private let precision: Precision
  private let confirm: @Sendable ([Float]) -> Witness?
  /// The nodes whose intervals are passed on to the parts of a box.
  let remembered: [Int]

  init(
    _ network: Network, _ questions: [PreparedQuestion], _ options: SearchOptions,
    _ precision: Precision,
    confirm: @escaping @Sendable ([Float]) -> Witness?
  ) {
    var bounds = BoundOptions()
    bounds.memory = options.memory / 2
    bounds.deadline = options.deadline
    bounds.isCancelled = options.isCancelled
    bounder = Bounder<T>(network, options: bounds)
    inDouble = precision == .float ? Bounder<Tensor<Double>>(network, options: bounds) : nil
    exact = network.parameters(as: Tensor<Double>.self)
    self.questions = questions
    self.precision = precision
    self.confirm = confirm
    remembered = network.preactivations
  }

  var network: Network { bounder.network }
  var kind: SplitKind { .inputs }
  /// Boxes remember intervals that any search of the same network can use.
  var mark: UInt32 { 0 }
  var remainder: Remainder {
    Remainder(reason: "a part of the region is too small to be split", hunt: nil)
  }

  var whole: [SubBox<S>] {
    questions.enumerated().map { index, given in
      let box = InputSet<T>([given.region], shape: network.inputShape).box
      return SubBox(
        root: Int32(index), open: given.conditions.indices.map(Int32.init),
        lower: box.lower.scalars, upper: box.upper.scalars, share: 1, margin: -.infinity,
        known: nil)
    }
  }

  var batchSize: Int {
    let elements = network.nodes.reduce(1) { $0 + $1.shape.count }
    return max(1, min(512, 2_000_000 / elements))
  }

  func owns(_ part: SubBox<S>) -> Bool { part.belongs(to: questions) }

  /// Bounds boxes, some of them on each worker.
  func settle(_ boxes: [SubBox<S>]) throws(Unsupported) -> [PartOutcome<Part>] {
    let inputs = inputSet(boxes)
    let parts = try bounder.inParts(inputs, smallest: 24) {
      (part, range) throws(Unsupported) -> [PartOutcome<Part>] in
      try settle(Array(boxes[range]), part)
    }
    return parts.flatMap { $0 }
  }

  /// Bounds the boxes of one worker.
  private func settle(
    _ boxes: [SubBox<S>], _ inputs: InputSet<T>
  ) throws(Unsupported) -> [PartOutcome<Part>] {
    let rows = BoxRows(boxes, questions, outputs: network.outputShape.count)
    let state = try bounder.crown(over: inputs, knowing: known(boxes))
    let (planes, relaxed) = try planes(boxes, rows, state)
    let points = BoxPoints(boxes, planes, network, bounder.parameters, exact)
    let isFinite = state.finiteExamples()
    var judges = boxes.indices.map { index in
      BoxJudge(
        boxes[index], questions[Int(boxes[index].root)], rows.places[index],
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
      for (point, output) in points.candidates(of: index)
      where output.withUnsafeBufferPointer({ judges[index].isViolated(at: $0) }) {
        if let witness = confirm(point) { return PartOutcome(witness: witness) }
      }
      return judges[index].outcome(
        known: intervals(index), shares: influence.shares(of: index), trees: questions.count)
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
    guard let inDouble, !near.isEmpty else { return }
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
    let state = try inDouble.crown(over: inputs)
    let bounds = try inDouble.lowerBounds(of: OutputFunctions(coefficients), state)
    let isFinite = state.finiteExamples()
    let count = bounds.shape[1]
    bounds.withElements { bounds in
      for (place, index) in near.enumerated() where isFinite[place] {
        judges[index].judgeCarefully(
          UnsafeBufferPointer(rebasing: bounds[place * count..<(place + 1) * count]))
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
