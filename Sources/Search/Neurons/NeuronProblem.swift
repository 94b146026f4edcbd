import Bounds
import Files
import Networks
import Tensors

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
  ///
  /// - Soundness: Every input of the part gives the split's element one side or the other, or both at its point.
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
        node.inputs.contains(id) && node.operation?.bend == .atZero
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

extension NeuronProblem: Storable {
  func write(to sink: inout FileSink) {
    sink.append(root)
    sink.append(share.bitPattern)
    sink.append(margin.bitPattern)
    // Node, element, side and the bits of the point of each split, one after another.
    sink.append(
      elements: splits.flatMap {
        [$0.node, $0.element, $0.isPositive ? 1 : 0, Int32(bitPattern: $0.point.bitPattern)]
      })
    sink.append(UInt32(multipliers.count))
    for numbers in multipliers { sink.append(elements: numbers) }
    for numbers in slopes { sink.append(elements: numbers) }
    sink.append(elements: weights)
    sink.append(elements: ends)
  }

  init?(from source: inout ByteSource) {
    guard let root = source.number(Int32.self), let share = source.number(UInt64.self),
      let margin = source.number(UInt32.self), let numbers = source.elements(Int32.self),
      numbers.count % 4 == 0, let count = source.number(UInt32.self)
    else { return nil }
    var rows: [[S]] = []
    for _ in 0..<2 * Int(count) {
      guard let row = source.elements(S.self) else { return nil }
      rows.append(row)
    }
    guard let weights = source.elements(Double.self), let ends = source.elements(Float.self) else {
      return nil
    }
    let splits = stride(from: 0, to: numbers.count, by: 4).map {
      NeuronSplit(
        node: numbers[$0], element: numbers[$0 + 1], isPositive: numbers[$0 + 2] != 0,
        point: Float(bitPattern: UInt32(bitPattern: numbers[$0 + 3])))
    }
    self.init(
      root: root, splits: splits, multipliers: Array(rows.prefix(Int(count))),
      slopes: Array(rows.suffix(Int(count))), weights: weights, ends: ends,
      margin: Float(bitPattern: margin), share: Double(bitPattern: share))
  }
}

extension NeuronProblem {
  /// The whole of a root.
  ///
  /// - Parameters:
  ///   - rows: How many functions of the root are bounded.
  ///   - slopes: The slopes that each of them starts from, if any.
  init(wholeOf root: Int, rows: Int, slopes: [S] = [], share: Double = 1) {
    self.init(
      root: Int32(root), splits: [], multipliers: [[S]](repeating: [], count: rows),
      slopes: [[S]](repeating: slopes, count: rows), margin: -.infinity, share: share)
  }
}
