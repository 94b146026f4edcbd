import Bounds
import Networks
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
  /// For each row, slopes that were optimised before any split.
  var slopes: [[S]] = []
  /// How far the bound in double of each constraint must clear its limit.
  let slack: [Double]
  /// What single precision loses at each node.
  let noise: [Double]
  /// Which case it belongs to.
  let place: Int
  /// What the ends of neurons are tightened by in parts of the region, where there was room and time for it.
  var planes: NeuronPlanes?
  /// The inputs of the region, from its middle.
  let frame: RegionFrame
  /// A weight for each of several constraints, to start from.
  var weights: [Double] = []
}

/// A part of a region where some activations' inputs have given signs, and some inputs are in one half of where they were,
/// which waits to be bounded.
struct NeuronProblem<S: TensorScalar>: Waiting {
  /// Which root it belongs to.
  var root: Int32
  var splits: [NeuronSplit]
  /// For each row, the multipliers to start from.
  var multipliers: [[S]]
  /// For each row, the slopes to start from; empty where they were dropped.
  var slopes: [[S]]
  /// A weight for each of several constraints in their combination; empty where they are the root's.
  var weights: [Double] = []
  /// The ends of the root's neurons in this part, in the order of its planes; empty where they are the root's.
  var ends: [Float] = []
  var margin: Float
  /// The part of all trees that it is.
  var share: Double

  var bytes: Int {
    let scalars = multipliers.reduce(0) { $0 + $1.count } + slopes.reduce(0) { $0 + $1.count }
    return MemoryLayout<Self>.stride + 96 + 64 * multipliers.count
      + splits.count * MemoryLayout<NeuronSplit>.stride + scalars * MemoryLayout<S>.size
      + ends.count * MemoryLayout<Float>.size + weights.count * MemoryLayout<Double>.size
  }

  /// Whether its root, nodes and elements exist, as they may not in a file that was changed.
  func belongs(to roots: [NeuronRoot<S>], _ network: Network) -> Bool {
    guard roots.indices.contains(Int(root)),
      multipliers.count == roots[Int(root)].rowCount,
      multipliers.allSatisfy({ $0.count <= splits.count }),
      slopes.count == multipliers.count, hasEnds(of: roots[Int(root)]),
      weights.isEmpty || weights.count == roots[Int(root)].condition.count,
      weights.allSatisfy({ $0 >= 0 && $0.isFinite })
    else { return false }
    let intervals = roots[Int(root)].intervals
    return splits.allSatisfy { split in
      // The input itself, node 0, can be halved too.
      intervals.indices.contains(Int(split.node))
        && (split.node == 0 || intervals[Int(split.node)] != nil)
        && network.nodes[Int(split.node)].shape.count > Int(split.element) && split.element >= 0
        && split.point.isFinite
    }
  }

  private func hasEnds(of root: NeuronRoot<S>) -> Bool {
    guard !ends.isEmpty else { return true }
    return ends.count == root.planes?.ends.count && ends.allSatisfy { !$0.isNaN }
  }

  mutating func compact() {
    slopes = slopes.map { _ in [] }
    ends = []
  }

  /// The two parts that one more split makes.
  func children(_ split: NeuronSplit) -> [NeuronProblem] {
    [split, split.opposite].map { split in
      var child = self
      child.splits.append(split)
      child.share /= 2
      return child
    }
  }

  /// A split of any activation's input that can have either sign still, where none promises to gain.
  ///
  /// When no upper line costs anything, the bound may still wait for its multipliers; deciding signs ends that.
  func firstOpen(_ roots: [NeuronRoot<S>], _ network: Network) -> NeuronSplit? {
    let taken = Set(splits.map { [$0.node, $0.element] })
    let planes = roots[Int(root)].planes
    for (id, interval) in roots[Int(root)].intervals.enumerated() {
      let isRead = network.nodes.contains { node in
        node.inputs.contains(id) && (node.operation is ReLU || node.operation is LeakyReLU)
      }
      guard isRead, let interval else { continue }
      let (lower, upper) = (interval.lower.scalars, interval.upper.scalars)
      for element in lower.indices where lower[element] < 0 && upper[element] > 0 {
        let split = NeuronSplit(node: Int32(id), element: Int32(element), isPositive: true)
        if !taken.contains([split.node, split.element]), planes?.isOpen(split, ends) ?? true {
          return split
        }
      }
    }
    return nil
  }
}
