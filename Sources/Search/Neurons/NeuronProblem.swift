import Bounds
import Properties
import Tensors

/// A condition of a case with what is known before any split: the root of a tree.
struct NeuronRoot<S: TensorScalar>: Sendable {
  let inputs: InputSet<Tensor<S>>
  let carefulInputs: InputSet<Tensor<Double>>
  let condition: [LinearConstraint]
  /// The intervals of the nodes that relaxations read, by node, for one example.
  let intervals: [Interval<Tensor<S>>?]
  /// The same in double and wide enough for what rounding may have lost.
  let carefulIntervals: [Interval<Tensor<Double>>?]
  /// How far the bound in double of each constraint must clear its limit.
  let slack: [Double]
}

/// A part of a region where some activations' inputs have given signs, which waits to be bounded.
struct NeuronProblem<S: TensorScalar>: Waiting {
  /// Which root it belongs to.
  var root: Int32
  var splits: [NeuronSplit]
  /// For each constraint, the multipliers to start from.
  var multipliers: [[S]]
  /// For each constraint, the slopes to start from; empty where they were dropped.
  var slopes: [[S]]
  var margin: Float
  /// The part of all trees that it is.
  var share: Double

  var bytes: Int {
    let scalars = multipliers.reduce(0) { $0 + $1.count } + slopes.reduce(0) { $0 + $1.count }
    return MemoryLayout<Self>.stride + 96 + 64 * multipliers.count
      + splits.count * MemoryLayout<NeuronSplit>.stride + scalars * MemoryLayout<S>.size
  }

  mutating func compact() { slopes = slopes.map { _ in [] } }

  /// The two parts that one more split makes.
  func children(_ split: NeuronSplit, margin: Float) -> [NeuronProblem] {
    [split, split.opposite].map { split in
      var child = self
      child.splits.append(split)
      child.share /= 2
      child.margin = margin
      return child
    }
  }
}
