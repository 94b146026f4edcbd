import Bounds
import Networks
import Tensors

extension InputSplitting {
  /// How many combinations of a condition's constraints are tried in a box, beside the one that it is split by.
  private static var trials: Int { 4 }

  /// How many are tried in a whole region, where what is impossible as a whole is found at once.
  private static var trialsOfWhole: Int { 48 }

  /// Planes below the rows of boxes; and, where constraints are to be weighed against each other, a function that returns the
  /// outputs of the relaxed network at which each row of a box is least.
  func planes(
    _ boxes: [SubBox<S>], _ rows: BoxRows, _ state: BoundState<T>
  ) throws(Unsupported) -> (planes: LowerPlanes<T>, relaxed: (Int) -> [[Double]]) {
    let areSeveral = boxes.map { box in
      box.open.contains { questions[Int(box.root)].conditions[Int($0)].count > 1 }
    }
    let coefficients = T(rows.coefficients)
    guard areSeveral.contains(true) else {
      return (try bounder.lowerPlanes(of: OutputFunctions(coefficients), state), { _ in [] })
    }
    let (count, size) = (coefficients.shape[1], coefficients.shape[2])
    let functions = OwnedFunctions(
      coefficients.reshaped([boxes.count * count, size]),
      exampleOfRow: (0..<boxes.count * count).map { Int32($0 / count) })
    let found = try bounder.relaxedLeast(of: functions, state)
    return (
      found.planes.reshaped(examples: boxes.count, functions: count),
      { box in
        guard areSeveral[box], let outputs = found.outputs else { return [] }
        return (0..<count).map { outputs.row(box * count + $0) }
      }
    )
  }

  /// Looks for the combinations of constraints that exclude each other, condition by condition.
  func weigh(_ judges: inout [BoxJudge<S>], _ state: BoundState<T>) throws(Unsupported) {
    let size = bounder.network.outputShape.count
    for trial in 0..<Self.trialsOfWhole {
      var tried: [(judge: Int, coefficients: [Double])] = []
      for index in judges.indices
      where trial < Self.trials || judges[index].box.known == nil && judges[index].box.share == 1 {
        if let coefficients = judges[index].promising(size) { tried.append((index, coefficients)) }
      }
      guard !tried.isEmpty else { return }
      let functions = OwnedFunctions(
        T(Tensor<Double>([tried.count, size], tried.flatMap(\.coefficients))),
        exampleOfRow: tried.map { Int32($0.judge) })
      let found = try bounder.relaxedLeast(of: functions, state)
      for (place, (judge, coefficients)) in tried.enumerated() {
        judges[judge].take(
          found.planes.one(place), coefficients: coefficients,
          output: found.outputs?.row(place) ?? [])
      }
      if found.outputs == nil { return }
    }
  }
}

extension Tensor {
  /// A row of a matrix in double.
  fileprivate func row(_ index: Int) -> [Double] {
    let width = shape[1]
    return withElements { values in
      values[index * width..<(index + 1) * width].map { Double($0) }
    }
  }
}

extension LowerPlanes {
  /// One of planes that are not ordered by example.
  fileprivate func one<S>(_ index: Int) -> BoxPlanes where T == Tensor<S> {
    BoxPlanes(
      inputs: coefficients.shape[1], coefficients: coefficients.row(index),
      constants: [constants.withElements { Double($0[index]) }],
      bounds: [bounds.withElements { Double($0[index]) }],
      paid: [paid.withElements { Double($0[index]) }])
  }
}
